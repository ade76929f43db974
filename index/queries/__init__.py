"""Names, spellings and wishes in a query."""
