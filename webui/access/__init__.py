"""Who may come in: people, their passwords and their sessions. Kept in `web.db`, which the web process alone writes."""
