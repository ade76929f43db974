"""What is damaged is never answered from: it is named, and the generation before takes its place."""

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.build import build, is_current
from index.errors import GenerationError, StaleError
from index.generation import load_current_index, load_index
from index.retrieval.maxsim_onnx import model
from index.retrieval.quantizer import Quantizer
from tests.robustness.corruption import GOOD, prepare, trial
from tests.robustness.damage import KINDS
from tests.support.generations import answers, build_several, catalogue, folder_of, forge, seal
from tests.support.tiny import TinyEncoder


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    build_several(folder, 2)
    return folder


@pytest.fixture
def var(whole: Path, tmp_path: Path) -> Path:
    """Two generations, the second in use."""
    shutil.copytree(whole, tmp_path, dirs_exist_ok=True)
    return tmp_path / "var"


def test_whatever_is_damaged_is_named_or_makes_no_difference(tmp_path: Path) -> None:
    expected = prepare(tmp_path)
    outcomes = {trial(tmp_path / "var", number, expected) for number in range(4 * len(KINDS))}
    assert {outcome for _, outcome in outcomes} <= {*GOOD}
    assert ("bits flipped", "fallback") in outcomes
    assert not load_index(tmp_path / "var").instead_of  # all damage is undone


def test_the_generation_before_takes_the_place_of_a_damaged_one(var: Path) -> None:
    whole = {path.name for path in (var / "generations").iterdir()}
    before = (whole - {folder_of(var).name}).pop()
    (folder_of(var) / "dense" / "vectors.bin").write_bytes(b"no vectors")
    opened = load_index(var, TinyEncoder().sha256)
    assert opened.id == before
    assert "vectors.bin" in str(opened.instead_of)
    with pytest.raises(GenerationError, match=r"vectors\.bin"):
        load_current_index(var)


def test_one_of_other_weights_does_not_take_its_place(tmp_path: Path) -> None:
    build(tmp_path / "var", catalogue(tmp_path, 0), TinyEncoder("1" * 64))
    build(tmp_path / "var", catalogue(tmp_path, 1), TinyEncoder())
    (folder_of(tmp_path / "var") / "names.json").unlink()
    with pytest.raises(GenerationError, match=r"names\.json: is missing"):
        load_index(tmp_path / "var", TinyEncoder().sha256)


def test_a_whole_one_of_other_weights_does_not_give_way(tmp_path: Path) -> None:
    build(tmp_path / "var", catalogue(tmp_path, 0), TinyEncoder())
    build(tmp_path / "var", catalogue(tmp_path, 1), TinyEncoder("1" * 64))
    with pytest.raises(StaleError):
        load_index(tmp_path / "var", TinyEncoder().sha256)


@pytest.mark.parametrize(
    "content", [b"", b"../../elsewhere", b"0" * 16, b"0" * 17, b"\xff" * 16, b"1" * 100_000]
)
def test_a_pointer_that_names_no_generation_gives_way_to_the_newest(var: Path, content: bytes) -> None:
    newest = folder_of(var).name
    (var / "current").write_bytes(content)
    opened = load_index(var)
    assert opened.id == newest
    assert str(var / "current") in str(opened.instead_of)
    assert not is_current(var, catalogue(var.parent, 1), TinyEncoder().sha256)  # so that a build mends it


def test_a_build_mends_what_is_damaged(var: Path) -> None:
    current, wanted = folder_of(var), answers(load_index(var))
    (current / "tokens" / "codes.bin").write_bytes(b"")
    build(var, catalogue(var.parent, 1), TinyEncoder())
    mended = load_index(var)
    assert mended.id == current.name
    assert mended.instead_of is None
    assert answers(mended) == wanted


def npy(change: Callable[[Any], Any]) -> Callable[[bytes], bytes]:
    def changed(data: bytes) -> bytes:
        stream = io.BytesIO()
        np.save(stream, change(np.load(io.BytesIO(data), allow_pickle=False).copy()), allow_pickle=True)
        return stream.getvalue()

    return changed


def text(old: str, new: str) -> Callable[[bytes], bytes]:
    def changed(data: bytes) -> bytes:
        assert old.encode() in data
        return data.replace(old.encode(), new.encode(), 1)

    return changed


def put(place: Any, value: Any) -> Callable[[bytes], bytes]:
    def change(array: Any) -> Any:
        array[place] = value
        return array

    return npy(change)


def float_at(place: int, value: float) -> Callable[[bytes], bytes]:
    def changed(data: bytes) -> bytes:
        numbers = np.frombuffer(data, np.float32).copy()
        numbers[place] = value
        return numbers.tobytes()

    return changed


def huge_header(data: bytes) -> bytes:
    return data.replace(b"(", b"(9", 1)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("dense/vectors.bin", float_at(-1, np.inf)),
        ("dense/vectors.bin", float_at(0, np.nan)),
        ("dense/vectors.bin", lambda data: data[:-1]),
        ("tokens/codes.bin", lambda data: data[:-1]),
        ("tokens/product.onnx", lambda data: data[:-1]),
        ("tokens/product.onnx", lambda _: model(Quantizer(np.eye(2, dtype=np.float32)), 3)),
        ("tokens/basis.npy", npy(lambda a: a[:, 1:])),
        ("tokens/starts.npy", npy(lambda a: a.astype(np.int16))),
        ("tokens/starts.npy", npy(lambda a: a.astype(object))),
        ("tokens/starts.npy", huge_header),
        ("tokens/basis.npy", put((0, 0), np.nan)),
        ("tokens/starts.npy", put(1, -1)),
        ("tokens/starts.npy", put(-1, 10**12)),
        ("tokens/starts.npy", npy(lambda a: a[::-1])),
        ("tokens/frequencies.npy", put((1, 0), 10**6)),
        ("tokens/frequencies.npy", put((0, 0), 10**6)),
        ("lexical/scores.npy", put(0, np.nan)),
        ("lexical/rows.npy", put(0, 10**6)),
        ("lexical/rows.npy", put(0, -1)),
        ("lexical/begins.npy", put(1, 10**6)),
        ("lexical/terms.json", text('["', '["buoy","')),
        ("names.json", text("{", '{"other": 1,')),
        ("names.json", lambda _: b"[" * 100_000),
        ("documents.json", text("plan", "plain")),
        ("documents.json", text("2020", '"2020"')),
        ("passages.jsonl", lambda data: data + data.split(b"\n")[0] + b"\n"),
        ("passages.npy", put((0, 1), 7)),
        ("passages.npy", put((1, 0), -1)),
        ("passages.npy", put((2, 0), 10**9)),
        ("passages.npy", put((3, 1), 3)),
        ("passages.npy", put((4, 0), 1)),
        ("passages.npy", put((5, 0), 9)),
        ("passages.npy", put((6, 0), 9)),
        ("passages.npy", npy(lambda a: a[:-1])),
        ("sources.npy", put(1, 10**9)),
        ("ids.npy", put((0, 0), 2**64 - 1)),
        ("ids.npy", put((1, 0), 10**6)),
        ("items.npy", put((1, 0), 10**6)),
        ("items.npy", put((0, 0), 9)),
        ("items.npy", put((2, -1), 99)),
        ("items.json", text('"Iceland"', "7")),
        ("sources.txt", lambda data: b"\xff" + data[1:]),
    ],
)
def test_what_hashes_cannot_tell_is_checked(var: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    forge(folder_of(var), name, change)
    with pytest.raises(GenerationError, match=name.rsplit("/", maxsplit=1)[-1]):
        load_current_index(var)


@pytest.mark.parametrize(
    "change",
    [
        text('"start": 0,', '"start": -1,'),
        text('"end": ', '"end": 9'),
        text('"kind": "', '"kind": "x'),
        text('"document": "', '"document": "x'),
        text('"context": "', '"context": 7, "x": "'),
        text('{"id"', '["id"'),
    ],
)
def test_a_passage_is_checked_when_it_is_read(var: Path, change: Callable[[bytes], bytes]) -> None:
    folder = folder_of(var)
    path, begins = folder / "passages.jsonl", folder / "passages.npy"
    longer = len(change(path.read_bytes())) - path.stat().st_size
    forge(folder, path.name, change)
    forge(folder, begins.name, npy(lambda table: np.vstack([table[0] + longer * (table[0] > 0), table[1:]])))
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["passages_sha256"] = manifest["files"][path.name][1]
    seal(folder, manifest)
    opened = load_current_index(var)
    with pytest.raises(GenerationError, match=r"passages\.jsonl: is damaged \(line 1"):
        answers(opened)


def test_files_that_do_not_go_together_are_refused(var: Path) -> None:
    forge(folder_of(var), "dense/vectors.bin", lambda data: data[: -4 * TinyEncoder.dimensions])
    with pytest.raises(GenerationError, match="dense, lexical, tokens, passages and manifest count"):
        load_current_index(var)


@pytest.mark.parametrize(
    "name", ["../../../secret", "/etc/hostname", "a/../../b", "./names.json", "a//b", "", "a\nb", ".."]
)
def test_a_manifest_that_reaches_out_of_its_folder_is_refused(var: Path, name: str) -> None:
    folder = folder_of(var)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["files"][name] = [0, "0" * 64]
    seal(folder, manifest)
    with pytest.raises(GenerationError, match=r"manifest\.json: is damaged"):
        load_current_index(var)
