"""Builds are alone, whole or nothing, and leave nothing behind."""

import multiprocessing
import os
import stat
import threading
from pathlib import Path

import pytest

from index.build import build
from index.errors import GenerationError
from index.generation import load_index
from index.storage.publishing import building
from tests.robustness import crashes
from tests.robustness.faults import faults_of, watched
from tests.support.generations import answers, build_several, catalogue, folder_of
from tests.support.tiny import TinyEncoder


def test_the_last_three_are_kept(tmp_path: Path) -> None:
    ids = build_several(tmp_path, 5)
    assert {path.name for path in (tmp_path / "var" / "generations").iterdir()} == set(ids[-3:])


def test_publishing_what_is_there_leaves_it_untouched(tmp_path: Path) -> None:
    ids = build_several(tmp_path, 2)
    var = tmp_path / "var"
    before = {path: path.stat().st_ino for path in (var / "generations" / ids[0]).rglob("*")}
    build(var, catalogue(tmp_path, 0), TinyEncoder())
    assert load_index(var).id == ids[0]
    assert {path: path.stat().st_ino for path in (var / "generations" / ids[0]).rglob("*")} == before


@pytest.mark.robustness
def test_a_build_that_is_stopped_leaves_the_old_or_the_new_generation(tmp_path: Path) -> None:
    outcomes = []
    for state in crashes.prepare(tmp_path):
        calls = crashes.calls_of(state)
        outcomes.append(crashes.trial(state, len(calls) - 1, "killed before"))
        for number in range(7, len(calls), len(calls) // 2):
            faults = faults_of(calls[number][0])
            outcomes.append(crashes.trial(state, number, faults[number % len(faults)]))
        outcomes.append(crashes.trial(state, seconds=0.02))
    assert {*outcomes} == {"old", "new"}


def test_everything_is_on_the_disk_before_it_is_named(tmp_path: Path) -> None:
    """What was written since it was last synced, folders by the names in them, at each rename that counts."""
    var = tmp_path / "var"
    with watched(var) as calls:
        build_several(tmp_path, 2)
    unsynced: set[str] = set()
    renames = 0
    for name, path in calls:
        if name == "write":
            unsynced.add(path)
        if name in ("mkdir", "rename", "replace"):
            unsynced.add(path.rpartition("/")[0])
        if name == "fsync":
            unsynced.discard(path)
        if name == "rename" and path.endswith("/.draft"):
            renames += 1
            assert not {one for one in unsynced if one.startswith(path)}
        if name == "replace":
            renames += 1
            assert unsynced <= {""}
    assert renames == 4


def test_what_a_dead_build_left_is_swept_and_what_is_not_ours_is_kept(tmp_path: Path) -> None:
    build_several(tmp_path, 1)
    folder = tmp_path / "var" / "generations"
    (folder / ".draft").mkdir()
    (folder / ".draft" / "names.json").write_text("{")
    (folder / ".dropped-0123456789abcdef").mkdir()
    (folder / "notes").mkdir()
    with building(tmp_path / "var"):
        assert {path.name for path in folder.iterdir()} == {folder_of(tmp_path / "var").name, "notes"}


def test_files_and_folders_have_the_bits_that_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        build_several(tmp_path, 1)
    finally:
        os.umask(before)
    for path in (tmp_path / "var").rglob("*"):
        if path.name != "build.lock":
            assert stat.S_IMODE(path.stat().st_mode) == (0o750 if path.is_dir() else 0o640), path


def hold(
    var: Path, held: "multiprocessing.synchronize.Event", let_go: "multiprocessing.synchronize.Event"
) -> None:
    with building(var):
        (var / "generations" / ".draft").mkdir()
        held.set()
        let_go.wait()
        assert (var / "generations" / ".draft").is_dir()


def test_a_second_build_waits_and_never_sweeps_a_living_one(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held, let_go, waiting = context.Event(), context.Event(), threading.Event()
    other = context.Process(target=hold, args=(tmp_path, held, let_go))
    other.start()
    entered = []

    def enter() -> None:
        with building(tmp_path, waiting.set):
            entered.append(other.is_alive())

    held.wait()
    thread = threading.Thread(target=enter)
    thread.start()
    waiting.wait()
    assert not entered
    let_go.set()
    other.join()
    thread.join()
    assert other.exitcode == 0
    assert len(entered) == 1


def test_a_full_disk_is_one_typed_error(tmp_path: Path) -> None:
    build_several(tmp_path, 1)
    old = answers(load_index(tmp_path / "var"))
    with watched(tmp_path / "var") as calls:
        build(tmp_path / "var", catalogue(tmp_path, 1), TinyEncoder())
    number = next(n for n, (name, path) in enumerate(calls) if name == "write" and "codes" in path)
    build(tmp_path / "var", catalogue(tmp_path, 0), TinyEncoder())
    with (
        pytest.raises(GenerationError, match=r"codes\.bin: cannot be written \(No space left on device\)"),
        watched(tmp_path / "var", number, "disk full"),
    ):
        build(tmp_path / "var", catalogue(tmp_path, 2), TinyEncoder())
    assert answers(load_index(tmp_path / "var")) == old
    assert not list((tmp_path / "var" / "generations").glob(".*"))
