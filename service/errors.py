"""What can go wrong with what a client asks for."""

from types import MappingProxyType

from corpus.errors import BaliError


class UnknownError(BaliError):
    """There is no document or passage of this id."""


class BusyError(BaliError):
    """More is asked of the service than it can answer; `RETRY_AFTER` is in seconds, and `HEADERS` tell it to clients."""

    RETRY_AFTER = 2
    HEADERS = MappingProxyType({"Retry-After": str(RETRY_AFTER)})
