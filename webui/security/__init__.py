"""What guards every request: rights by endpoint, the session, forgery, headers."""
