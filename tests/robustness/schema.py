"""Every operation of the described interface by schemathesis, all checks, valid and invalid data: `python -m tests.robustness.schema`.

The service runs on a small corpus with the tests' tiny model, so that what is measured is the interface.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from corpus.catalogue import read_catalogue
from index.build import build
from service.app import create_app
from service.settings import Settings
from tests.conftest import write_corpus
from tests.support.live import live
from tests.support.schema import run
from tests.support.tiny import TinyEncoder


def main() -> None:
    """Exit code 1 when a check fails."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--examples", type=int, default=200, help="of each operation, at most")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        build(folder / "var", read_catalogue(write_corpus(folder / "corpus")), TinyEncoder())
        with live(create_app(Settings(var=folder / "var", corpus=folder / "corpus"), TinyEncoder)) as url:
            finished = run(url, examples=given.examples)
    sys.stdout.write(finished.stdout)
    raise SystemExit(finished.returncode)


if __name__ == "__main__":
    main()
