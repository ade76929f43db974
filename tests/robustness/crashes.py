"""Stop a build at every call, and see what is left: `python -m tests.robustness.crashes [--random 500] [--steps 1]`.

Builds of a small corpus run in processes of their own, each on a copy of the same folder, in three states of it:

- *first*: nothing has been built yet;
- *next*: three generations are there, so that one is added and one removed;
- *again*: what is built is there already, and damaged, so that it is replaced.

At each call that opens, writes, syncs, renames or removes anything the process is killed (before it, after it, and with
half of a write done); at each that can need room the disk is full; each, reading ones too, is an input or output error.
Then the process is killed at random times. After each: the service must open exactly the generation before or the new
one, with the answers of that one; a failure short of a kill must be one typed error; and after the next build there must
be nothing under the folder that would not be there had nothing happened. Any exception fails the command.

Calls between two renames are of the same kind over and over: `--steps 7` tries every seventh only.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from corpus.catalogue import Catalogue
from index.build import build
from index.errors import GenerationError
from index.generation import load_index
from tests.robustness.faults import Call, Fault, faults_of, watched
from tests.support.generations import Answers, answers, build_several, catalogue
from tests.support.tiny import TinyEncoder

STATES = ("first", "next", "again")
_KEPT, _NEW = 3, 3  # generations that are kept, and the number of the corpus that is built
_SEED = 20022
_TYPED, _UNTYPED = 3, 4  # exit codes of a build that fails


@dataclass(frozen=True, slots=True)
class State:
    """A folder before a build, the build, and the ids and answers of what may be open after it was stopped.

    `files` are the paths under the folder after a build that nothing happened to.
    """

    name: str
    folder: Path
    catalogue: Catalogue
    allowed: dict[str | None, Answers]
    files: frozenset[str]


def prepare(folder: Path) -> list[State]:
    """The three states, below `folder`."""
    wanted = catalogue(folder, _NEW)
    build(folder / "fresh", wanted, TinyEncoder())
    new = load_index(folder / "fresh")
    states = []
    for name in STATES:
        before = folder / name
        var = before / "var"
        var.mkdir(parents=True)
        allowed: dict[str | None, Answers] = {new.id: answers(new)}
        if name == "first":
            allowed[None] = {}
        else:
            build_several(before, _KEPT)
            if name == "again":
                build(var, wanted, TinyEncoder())
                damaged = var / "generations" / new.id / "tokens" / "codes.bin"
                damaged.write_bytes(bytes(damaged.stat().st_size))
            old = load_index(var)
            allowed[old.id] = answers(old)
        after = folder / f"{name}-after"
        shutil.copytree(var, after)
        build(after, wanted, TinyEncoder())
        states.append(State(name, var, wanted, allowed, _paths(after)))
    return states


def _paths(var: Path) -> frozenset[str]:
    return frozenset(path.relative_to(var).as_posix() for path in var.rglob("*"))


@contextmanager
def _copy(state: State) -> Iterator[Path]:
    """A copy of the folder, in which everything is as old as it was."""
    with TemporaryDirectory(dir=state.folder.parent) as copy:
        yield Path(shutil.copytree(state.folder, Path(copy) / "var"))


def calls_of(state: State) -> list[Call]:
    """Every call of the build of a state."""
    with _copy(state) as var, watched(var) as calls:
        build(var, state.catalogue, TinyEncoder())
        return list(calls)


def seconds_of(state: State) -> float:
    """How long the build of a state takes in a process of its own."""
    begin = time.perf_counter()
    with _copy(state) as var:
        _apart(state, var)
    return time.perf_counter() - begin


def trial(
    state: State, number: int | None = None, fault: Fault | None = None, seconds: float | None = None
) -> str:
    """What came of a build whose call `number` failed, or that was killed after so many seconds.

    "old" or "new" was opened after it; or what is wrong.
    """
    with _copy(state) as var:
        code = _apart(state, var, number, fault, seconds)
        killed = seconds is not None or (fault or "").startswith("killed")
        if code not in ((0, -signal.SIGKILL) if killed else (0, _TYPED)):
            return f"the build ended with {code}"
        outcome = _opened(state, var)
        if outcome in ("old", "new"):
            build(var, state.catalogue, TinyEncoder())
            index = load_index(var)
            if index.instead_of or answers(index) != state.allowed[index.id]:
                return f"after the next build: {index.instead_of or 'a wrong answer'}"
            if left := sorted(_paths(var) ^ state.files):
                return f"after the next build: {', '.join(left[:3])}"
        return outcome


def _apart(
    state: State,
    var: Path,
    number: int | None = None,
    fault: Fault | None = None,
    seconds: float | None = None,
) -> int:
    """Build in a process of its own; gives its exit code, or the signal it died of, negative."""
    child = os.fork()
    if child == 0:
        code = _UNTYPED
        try:
            with watched(var, number, fault):
                build(var, state.catalogue, TinyEncoder())
            code = 0
        except GenerationError:
            code = _TYPED
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)  # it is there until it is waited for
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _opened(state: State, var: Path) -> str:
    new = next(iter(state.allowed))
    try:
        index = load_index(var, TinyEncoder().sha256)
    except GenerationError as error:
        return "old" if None in state.allowed and "nothing has been built" in str(error) else str(error)
    if index.id not in state.allowed:
        return f"another generation: {index.id}"
    if answers(index) != state.allowed[index.id]:
        return "a wrong answer"
    return "new" if index.id == new else "old"


def every(state: State, calls: Sequence[Call], steps: int = 1) -> Iterator[tuple[str, str]]:
    """Fault and outcome of each trial of a state."""
    for number in range(0, len(calls), steps):
        for fault in faults_of(calls[number][0]):
            outcome = trial(state, number, fault)
            yield fault, outcome if outcome in ("old", "new") else f"{outcome} {calls[number]}"


def at_random(states: Sequence[State], count: int) -> Iterator[tuple[str, str]]:
    """State and outcome of each trial; times are drawn over the length of a whole build."""
    chance = random.Random(_SEED)
    lengths = [seconds_of(state) for state in states]
    for number in range(count):
        which = number % len(states)
        yield states[which].name, trial(states[which], seconds=chance.uniform(0, lengths[which]))


def main() -> None:
    """Run the trials, and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--random", type=int, default=500)
    parser.add_argument("--steps", type=int, default=1)
    arguments = parser.parse_args()
    begin = time.perf_counter()
    with TemporaryDirectory() as folder:
        states = prepare(Path(folder))
        found = Counter[tuple[str, str, str]]()
        for one in states:
            calls = calls_of(one)
            print(f"{one.name}: {len(calls)} calls", flush=True)
            found.update((one.name, *came) for came in every(one, calls, arguments.steps))
        found.update((name, "random kill", outcome) for name, outcome in at_random(states, arguments.random))
    print(f"{'state':<8}{'failure':<22}{'opened old':>12}{'opened new':>12}{'wrong':>8}")
    for state, fault in sorted({key[:2] for key in found}):
        here = {outcome: count for (*which, outcome), count in found.items() if which == [state, fault]}
        wrong = sum(count for outcome, count in here.items() if outcome not in ("old", "new"))
        print(f"{state:<8}{fault:<22}{here.get('old', 0):>12}{here.get('new', 0):>12}{wrong:>8}")
    problems = [key for key in found if key[2] not in ("old", "new")]
    print(*problems[:20], sep="\n")
    print(f"{found.total()} builds stopped in {time.perf_counter() - begin:.0f} s, {len(problems)} wrong")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
