"""Lines → elements → blocks with headings, lists and tables."""
