"""What a question asks for: its kind, its names, its years."""
