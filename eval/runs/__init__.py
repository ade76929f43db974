"""Asking all questions, keeping and comparing results."""
