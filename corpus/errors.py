"""The one error tree. Every error raised on purpose says what is wrong, where, and what to do."""


class BaliError(Exception):
    """What is wrong (`problem`), in which file or field (`where`), and how to mend it (`remedy`)."""

    def __init__(self, problem: str, *, where: str, remedy: str) -> None:
        super().__init__(f"{where}: {problem} — {remedy}")
        self.problem = problem
        self.where = where
        self.remedy = remedy


class CatalogueError(BaliError):
    """The catalogue, or a file it describes, is missing, malformed or not what the catalogue says."""


class ReadError(BaliError):
    """A source file cannot be read as text."""
