"""Errors of requests."""

from types import MappingProxyType

from corpus.errors import BaliError


class UnknownError(BaliError):
    """No document or passage has this id."""


class BusyError(BaliError):
    """The service is overloaded, or an answer took too long; clients may retry after `RETRY_AFTER` seconds."""

    RETRY_AFTER = 2
    HEADERS = MappingProxyType({"Retry-After": str(RETRY_AFTER)})
