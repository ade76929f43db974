"""What can go wrong with what a client asks for by name."""

from corpus.errors import BaliError


class UnknownError(BaliError):
    """There is no document or passage of this id."""
