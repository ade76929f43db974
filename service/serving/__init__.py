"""Running many requests: the current index, admission, cancellation, worker processes."""
