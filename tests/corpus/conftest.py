"""What tests of reading share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.readers.extracted import Extracted
from tests.corpus.reading import read_file


@pytest.fixture(scope="module")
def read_here() -> Iterator[None]:
    """Files are read in this process and once: to start another takes longer than to read most of them."""

    def extract(_data: bytes, _suffix: str, file: str, _languages: str) -> tuple[Extracted, str]:
        return read_file(Path(file)), "a reader"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("corpus.proposals.extract", extract)
        yield
