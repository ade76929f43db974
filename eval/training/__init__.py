"""Models fitted on development questions, committed as numbers."""
