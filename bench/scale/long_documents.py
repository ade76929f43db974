"""How long reading and cutting take as documents grow: `python -m bench.scale.long_documents [--pages 250 500 …]`.

A document is the texts of the shipped corpus one after the other, again and again, up to so many pages. Each size is read
in a process of its own, so that its peak memory is its own. A reader in linear time and memory shows a ratio of 2 in
both columns at each doubling, less what it costs to start. Ends with 1 when a promise is broken.
"""

import argparse
import gc
import json
import resource
import subprocess
import sys
import time
from itertools import pairwise

from bench.report.summary import Figure, arguments, finish, within
from corpus.catalogue import read_catalogue
from corpus.passages import passages
from corpus.types import Document
from service.settings import Settings

SIZES = (250, 500, 1000, 2000)
PAGE = 3000  # characters
MOST_SECONDS, MOST_MEGABYTES, MOST_PAGES = 30, 1000, 2000  # what the reader promises


def long_text(pages: int) -> str:
    catalogue = read_catalogue(Settings().corpus)
    texts = "\n\n".join(catalogue.source(document) for document in catalogue.documents) + "\n\n"
    return (texts * (pages * PAGE // len(texts) + 1))[: pages * PAGE]


def measure(pages: int) -> dict[str, float]:
    """Read and cut a text of `pages` pages in this process.

    `seconds` is the wall clock of reading and cutting alone, `megabytes` the peak of the whole process.
    """
    source = long_text(pages)
    document = Document("bench", "Long Plan", "-", "plan", (2030, 2030), "-", "-")
    gc.collect()
    begin = time.perf_counter()
    found = passages(document, source)
    seconds = time.perf_counter() - begin
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    counts = {"pages": pages, "characters": len(source), "passages": len(found)}
    return {**counts, "seconds": seconds, "megabytes": megabytes}


def _measured_apart(pages: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.scale.long_documents", "--measure", str(pages)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def figures(last: dict[str, float]) -> list[Figure]:
    """Of the largest size; nothing is promised of a larger one than `MOST_PAGES`."""
    if last["pages"] > MOST_PAGES:
        return []
    return [
        within(f"reading {last['pages']:,} pages", last["seconds"], MOST_SECONDS, " s"),
        within("memory of this", last["megabytes"], MOST_MEGABYTES, " MB"),
    ]


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--pages", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure)))
        return 0
    rows = [_measured_apart(pages) for pages in options.pages]
    for last, row in list(pairwise(rows)):
        row["time ×"] = row["seconds"] / last["seconds"]
        row["memory ×"] = row["megabytes"] / last["megabytes"]
    return finish(figures(rows[-1]), {"Reading": rows}, options.json)


if __name__ == "__main__":
    sys.exit(main())
