"""How long reading and cutting take as documents grow: `python -m bench.scale.reading [--pages 250 500 …]`.

Each size is read in a process of its own, so that its peak memory is its own. A reader in linear time and
memory shows a ratio of 2 in both columns at each doubling, less what it costs to start.
"""

import argparse
import gc
import json
import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

from corpus.passages import passages
from corpus.types import Document

SIZES = (250, 500, 1000, 2000)
PAGE = 3000  # characters
SEED = 20022
MOST_SECONDS, MOST_MEGABYTES, MOST_PAGES = 30, 1000, 2000  # what the reader promises
_WORDS = re.findall(
    r"\w+",
    "border migration member agency cooperation victim process region training data law crime network policy "
    "guide support capacity exchange practice framework state officer plan workshop survey report trend",
)
_NAMES = ("Arcadia", "Boreal States", "Cimmeria", "The Secretariat", "Delphinia", "IOX", "All members")
_STATUSES = ("Ongoing.", "Complete.", "For action – 2030/31", "Continuing")


def synthetic(pages: int) -> str:
    """A text of `pages` pages of the kinds the sources have: the same for the same number, every time."""
    chance = random.Random(SEED)
    parts = ["\n\nBALI PROCESS SYNTHETIC PLAN\n\n12 October 2030\n\n"]
    length, chapter = 0, 0
    while length < pages * PAGE:
        chapter += 1
        for part in _chapter(chance, chapter):
            parts.append(part)
            length += len(part)
    return "".join(parts)[: pages * PAGE]


def _chapter(chance: random.Random, number: int) -> Iterator[str]:
    yield f"{number % 100 + 1}. {_title(chance)}\n\n"
    for _ in range(3):
        yield f"{_title(chance)}\n\n"
        yield _paragraph(chance, 4) + "\n\n"
        yield _cut_by_page(chance)
        yield _list(chance)
        yield _wrapped(chance)
    yield f"### **{_title(chance)}**\n\n"
    yield _plan(chance)
    yield f"Observers of the group:\n\n{', '.join(chance.choices(_NAMES, k=6))}\n\n"
    yield _glossary(chance)
    yield f"\n\n\nAttachment {chr(ord('A') + number % 26)}\n\n{_title(chance)}\n\n"
    yield _paragraph(chance, 9) + "\n\n"


def _sentence(chance: random.Random, words: int = 18) -> str:
    chosen = chance.choices(_WORDS, k=chance.randint(words // 2, words))
    return f"The {' '.join(chosen[:-2])}, e.g. **{chosen[-2]}** and {chosen[-1]}."


def _paragraph(chance: random.Random, sentences: int) -> str:
    return " ".join(_sentence(chance) for _ in range(chance.randint(2, sentences)))


def _title(chance: random.Random) -> str:
    return " ".join(chance.choices(_WORDS, k=5)).capitalize()


def _cut_by_page(chance: random.Random) -> str:
    number = chance.randint(1, 999)
    return f"{_paragraph(chance, 3)} In\n\n- {number} -\n\f\nthis regard, {_paragraph(chance, 3)}\n\n"


def _list(chance: random.Random) -> str:
    items = [
        f"- {n}. {_sentence(chance)}\n   - a) {_sentence(chance)}\n- b) {_sentence(chance)}"
        for n in range(1, 5)
    ]
    return f"{_sentence(chance)[:-1]}:\n\n" + "\n\n".join(items) + "\n\n"


def _wrapped(chance: random.Random) -> str:
    words = _paragraph(chance, 6).split(" ")
    return "\n".join(" ".join(words[k : k + 12]) for k in range(0, len(words), 12)) + "\n\n"


def _plan(chance: random.Random) -> str:
    rows = [f"Action Item\t<i>Priority</i> Area\tLead\n<i>{_title(chance)}</i>\t\t"]
    for number in range(1, 13):
        gap = "\n" if number == 7 else ""
        rows.append(f"{gap}{number}) {_sentence(chance)}\t{_title(chance)}\t{chance.choice(_NAMES)}")
    pipes = [f"| {number} | {_sentence(chance)} | {chance.choice(_STATUSES)} |" for number in range(1, 9)]
    return "\n".join([*rows, "\n| No. | Action | Status |\n|---|---|---|", *pipes]) + "\n\n"


def _glossary(chance: random.Random) -> str:
    return (
        "\n".join(f"{word[:4].upper()}\t{_title(chance)}" for word in chance.choices(_WORDS, k=10)) + "\n\n"
    )


def measure(pages: int) -> dict[str, float]:
    """Read and cut the synthetic text of `pages` pages in this process.

    `seconds` is the wall clock of reading and cutting alone, `megabytes` the peak of the whole process.
    """
    source = synthetic(pages)
    document = Document("bench", "Bali Process Synthetic Plan 2030", "-", "plan", (2030, 2030), "-", "-")
    gc.collect()
    begin = time.perf_counter()
    found = passages(document, source)
    seconds = time.perf_counter() - begin
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    counts = {"pages": pages, "characters": len(source), "passages": len(found)}
    return {**counts, "seconds": seconds, "megabytes": megabytes}


def _measured_apart(pages: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.scale.reading", "--measure", str(pages)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def _table(figures: Sequence[dict[str, float]]) -> Iterator[str]:
    yield "pages  characters  passages  seconds  pages/s  peak MB  time ×  memory ×"
    before = [figures[0], *figures[:-1]]
    for last, now in zip(before, figures, strict=True):
        growth = f"{now['seconds'] / last['seconds']:6.2f}  {now['megabytes'] / last['megabytes']:8.2f}"
        yield (
            f"{now['pages']:5.0f}  {now['characters']:10.0f}  {now['passages']:8.0f}  {now['seconds']:7.2f}"
            f"  {now['pages'] / now['seconds']:7.0f}  {now['megabytes']:7.0f}"
            f"  {growth if now is not last else ''}"
        )


def main() -> int:
    """Print the table; 1 when the largest of the sizes breaks the promise, else 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure)))
        return 0
    figures = [_measured_apart(pages) for pages in options.pages]
    print("\n".join(_table(figures)))
    last = figures[-1]
    broken = last["pages"] <= MOST_PAGES and (
        last["seconds"] > MOST_SECONDS or last["megabytes"] > MOST_MEGABYTES
    )
    print(
        f"promised: {MOST_PAGES} pages in {MOST_SECONDS} s and {MOST_MEGABYTES} MB, in linear time and memory"
    )
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
