"""Who may do what: API keys, sessions, rate limits, and the guard."""
