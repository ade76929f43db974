"""Damage what is built, and see that no damage is answered from: `python -m tests.robustness.corruption [--count 10000]`.

Three generations of a small corpus lie under one folder. Each trial damages a file of one of them, manifest and pointer
included, in one of the ways of `tests/robustness/damage.py`, opens what is in use as the service does, asks it questions, and
mends the damage. In half of them it is the one in use. What may come of it:

- *fallback*: the one in use is refused by an error that names the file, and another one is opened, which says so;
- *refused*: the same, and there is no other (every seventh trial damages all three);
- *untouched*: another generation, or the pointer to the same one, was damaged, and the one in use is opened.

Whatever is opened must answer as it did before. Anything else fails the command: another exception, an error that does
not name the file, a wrong answer, or a crash. The trials run in a process of their own, so that a crash is counted.
"""

import argparse
import faulthandler
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from index.errors import GenerationError
from index.generation import load_current_index, load_index
from tests.robustness.damage import KINDS, damaged
from tests.support.generations import QUESTIONS, Answers, answers, build_several
from tests.support.tiny import TinyEncoder

GOOD = ("fallback", "refused", "untouched")
_ALL = 7  # one trial in so many damages all generations
_SHA256 = TinyEncoder().sha256
Expected = Mapping[str, Answers]
"""Generation -> what it answers when nothing is damaged."""


def prepare(folder: Path) -> Expected:
    """Three generations under `folder / "var"`, and what each answers."""
    build_several(folder, 3)
    var = folder / "var"
    current, expected = (var / "current").read_text(), {}
    for one in (var / "generations").iterdir():
        (var / "current").write_text(one.name)
        expected[one.name] = answers(load_current_index(var))
    (var / "current").write_text(current)
    return expected


def trial(var: Path, number: int, expected: Expected) -> tuple[str, str]:
    """The kind of damage of a trial, and what came of it."""
    chance = random.Random(number)
    kind, current = KINDS[number % len(KINDS)], (var / "current").read_text()
    folders = sorted((var / "generations").iterdir())
    mostly = [*folders, *[var / "generations" / current] * 3]
    chosen = folders if number % _ALL == 0 else [chance.choice(mostly)]
    files = {folder: sorted(path for path in folder.rglob("*") if path.is_file()) for folder in folders}
    with ExitStack() as stack:
        suspects: list[Path] = []
        if kind not in ("extra file", "extra folder", "swapped") and number % 23 == 0:
            suspects += stack.enter_context(damaged(kind, var / "current", files[folders[0]], chance))
        else:
            for folder in chosen:
                path = chance.choice(files[folder])
                others = [other for other in files[folder] if other != path]
                if kind == "swapped" and chance.random() < 0.5:  # with the same file of another generation
                    strange = chance.choice([one for one in folders if one not in chosen] or folders)
                    others = [strange / path.relative_to(folder)]
                suspects += stack.enter_context(damaged(kind, path, others, chance))
        return kind, _outcome(var, current, suspects, expected, chance.choice(QUESTIONS))


def _outcome(var: Path, current: str, suspects: list[Path], expected: Expected, question: str) -> str:
    try:
        load_current_index(var, _SHA256)
        problem = None
    except GenerationError as error:
        problem = error
        if not any(path.name in str(error) for path in suspects):
            return f"not named: {error}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    try:
        index = load_index(var, _SHA256)
    except GenerationError:
        return "refused" if problem else "refused without a problem"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if (problem is None) != (index.instead_of is None):
        return "a fallback that does not say so"
    if problem is None and index.id != current:
        return "another generation without a problem"
    if answers(index, [question])[question] != expected[index.id][question]:
        return "a wrong answer"
    return "fallback" if problem else "untouched"


def guarded(var: Path, expected: Expected, count: int) -> Iterator[tuple[str, str]]:
    """The trials up to `count` in a process of their own; where it dies, a crash, and another process goes on."""
    number = 0
    shutil.copytree(var, var.with_name("whole"))
    (var.parent / "expected.json").write_text(json.dumps(expected), "utf-8")
    while number < count:
        command = [
            sys.executable,
            "-m",
            "tests.robustness.corruption",
            "--trials",
            str(var),
            str(number),
            str(count),
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                kind, outcome = json.loads(line)
                yield kind, outcome
                number += 1
        if process.returncode:
            yield KINDS[number % len(KINDS)], f"a crash ({process.returncode}) in trial {number}"
            number += 1
            shutil.rmtree(var)
            shutil.copytree(var.with_name("whole"), var)


def _trials(var: Path, begin: int, end: int) -> None:
    faulthandler.enable()
    expected = json.loads((var.parent / "expected.json").read_text("utf-8"))
    for number in range(begin, end):
        print(json.dumps(trial(var, number, expected)), flush=True)


def table(outcomes: Counter[tuple[str, str]]) -> str:
    """A line for each kind of damage, and one for each failure."""
    lines = [f"{'damage':<16}{'trials':>8}" + "".join(f"{name:>11}" for name in GOOD) + f"{'failures':>10}"]
    for kind in (*KINDS, "all"):
        here = Counter[str]()
        for (one, outcome), count in outcomes.items():
            if kind in (one, "all"):
                here[outcome] += count
        failed = sum(count for outcome, count in here.items() if outcome not in GOOD)
        lines.append(
            f"{kind:<16}{here.total():>8}" + "".join(f"{here[n]:>11}" for n in GOOD) + f"{failed:>10}"
        )
    failures = [f"{kind}: {outcome}" for kind, outcome in outcomes if outcome not in GOOD]
    return "\n".join([*lines, *failures[:20]])


def main() -> None:
    """Run the trials, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--trials", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.trials:
        var, begin, end = arguments.trials
        _trials(Path(var), int(begin), int(end))
        return
    begin_time = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        expected = prepare(Path(folder))
        outcomes = Counter(guarded(Path(folder) / "var", expected, arguments.count))
    print(table(outcomes))
    print(f"{outcomes.total()} trials in {time.perf_counter() - begin_time:.0f} s")
    sys.exit(any(outcome not in GOOD for _, outcome in outcomes))


if __name__ == "__main__":
    main()
