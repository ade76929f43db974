"""The base of all errors: each has a problem, a place and a remedy."""


class BaliError(Exception):
    """An error with its `problem`, the file or field (`where`), and the `remedy`."""

    def __init__(self, problem: str, *, where: str, remedy: str) -> None:
        super().__init__(f"{where}: {problem} — {remedy}")
        self.problem = problem
        self.where = where
        self.remedy = remedy


class CatalogueError(BaliError):
    """The catalogue or one of its files is missing, malformed or has another hash."""


class ReadError(BaliError):
    """A source file cannot be read as text."""
