"""Lines, sentences, list markers and inline markup."""
