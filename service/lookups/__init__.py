"""Questions that tables and definitions answer, without search."""
