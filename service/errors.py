"""What can go wrong with what a client asks for."""

from corpus.errors import BaliError


class UnknownError(BaliError):
    """There is no document or passage of this id."""


class BusyError(BaliError):
    """More is asked of the service than it can answer; `RETRY_AFTER` is in seconds."""

    RETRY_AFTER = 2
