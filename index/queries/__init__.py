"""Names, spellings and preferences in a query."""
