"""Who may come in: the tables of web.db, which the pages write and backups hold."""
