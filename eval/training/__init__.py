"""What is fitted, and committed as numbers."""
