"""Studies of single choices."""
