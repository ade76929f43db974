"""Word files (DOCX): as Word shows them with all changes accepted."""

from corpus.readers.docx.reader import LIBRARIES, read_docx

__all__ = ["LIBRARIES", "read_docx"]
