"""A follow-up → the standalone question that can be searched."""
