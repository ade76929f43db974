"""Many passages, long documents."""
