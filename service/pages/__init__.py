"""The same for people: HTML without JavaScript."""
