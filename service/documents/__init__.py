"""Documents, passages and action items by name, and the check of a citation."""
