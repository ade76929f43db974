"""Text out of files, in a limited process."""
