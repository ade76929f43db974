"""A small corpus of invented documents, built once, and the service on it."""

import gc
import hashlib
import shutil
from collections.abc import Iterator
from functools import partialmethod
from importlib.metadata import distributions
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis
import pytest
from filelock import FileLock
from starlette.testclient import TestClient

from corpus.catalogue import Catalogue, read_catalogue
from index.build import build
from index.encoders.base import Encoder
from index.encoders.models import Models
from index.opening import open_index
from service.app import create_app
from service.settings import Settings
from tests.support.tiny import TinyEncoder

ROOT = Path(__file__).parent.parent

# a machine that does other work is no failure
hypothesis.settings.register_profile("untimed", deadline=None, max_examples=50)
hypothesis.settings.load_profile("untimed")


def pytest_sessionstart() -> None:
    """What is imported stays: looking through it for garbage again and again takes seconds."""
    gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


PLAN = """\
Harbour Group

Work Plan 2020-22

The Harbour Group coordinates the inspection of lighthouses and buoys among its members.

Action\tPriority Area\tAction Lead\tStatus
<i>Safety</i>\t\t\t
1. Repair the northern lighthouse before winter.\tNavigation\tNorway\tComplete. The lamp was replaced in 2021.
2. Train buoy inspectors on <b>corrosion</b>.\tTraining\tAll members Iceland\tFor action – 2022
<i>Outreach</i>\t\t\t
3. Publish a tide calendar for fishing villages.\tInformation\tIceland\tOngoing
4. Hold a fog signal workshop.\tTraining\tAll members\tFor action – 2022
"""

REPORT = """\
# Annual Report of the Harbour Group

Oslo, 4 May 2023

## Lighthouses

The northern lighthouse was inspected twice. It needs a new staircase. Members thanked the keeper, who retires soon.

## Glossary

HG\tHarbour Group
TIC\tTide Information Centre
"""

CATALOGUE = """\
[[document]]
id = "plan"
title = "Harbour Group Work Plan 2020-22"
issuer = "Harbour Group"
kind = "work plan"
period = [2020, 2022]
file = "documents/plan.txt"
sha256 = "{plan}"

[[document]]
id = "report"
title = "Annual Report of the Harbour Group 2023"
issuer = "Harbour Group"
kind = "report"
period = [2023, 2023]
file = "documents/report.md"
sha256 = "{report}"
"""


def write_corpus(folder: Path, report: str = REPORT) -> Path:
    """The two documents, the second as given, and their catalogue under `folder`."""
    (folder / "documents").mkdir(parents=True, exist_ok=True)
    (folder / "documents" / "plan.txt").write_text(PLAN, "utf-8")
    (folder / "documents" / "report.md").write_text(report, "utf-8")
    hashes = {
        name: hashlib.sha256(text.encode()).hexdigest() for name, text in (("plan", PLAN), ("report", report))
    }
    (folder / "catalogue.toml").write_text(CATALOGUE.format(**hashes), "utf-8")
    return folder


@pytest.fixture(scope="session", autouse=True)
def asked_by_its_own_name() -> Iterator[None]:
    """The service answers to its own names alone, and "testserver" is none of these."""
    with pytest.MonkeyPatch.context() as patch:
        asking = partialmethod(TestClient.__init__, base_url="http://localhost")
        patch.setattr(TestClient, "__init__", asking)
        yield


@pytest.fixture
def corpus_folder(tmp_path: Path) -> Path:
    """A corpus of its own for each test that changes it."""
    return write_corpus(tmp_path / "corpus")


@pytest.fixture(scope="session")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of a built harbour corpus, shared and not to be changed."""
    folder = tmp_path_factory.mktemp("harbour")
    catalogue = read_catalogue(write_corpus(folder / "corpus"))
    build(folder / "var", catalogue, TinyEncoder())
    return Settings(var=folder / "var", corpus=folder / "corpus")


@pytest.fixture(scope="session")
def client(harbour: Settings) -> Iterator[TestClient]:
    """The service on the harbour corpus, from outside."""
    with TestClient(create_app(harbour, TinyEncoder), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="session")
def shipped() -> Catalogue:
    """The corpus that comes with the project."""
    return read_catalogue(Settings().corpus)


@pytest.fixture(scope="session")
def real_var(request: pytest.FixtureRequest, shipped: Catalogue) -> Path:
    """The shipped corpus built with the shipped model, not to be changed.

    It is built once for all processes, and kept in pytest's cache until anything that it is made of changes.
    """
    cache = request.config.cache.mkdir("real")
    var = cache / _fingerprint()
    with FileLock(cache / "lock"):
        if not var.exists():
            for old in cache.glob("built-*"):
                shutil.rmtree(old)
            with TemporaryDirectory(dir=cache) as scratch:
                (Path(scratch) / "exported").mkdir()
                build(Path(scratch) / "var", shipped, Models().export(Path(scratch) / "exported"))
                (Path(scratch) / "var").rename(var)
    return var


def _fingerprint() -> str:
    """Differs where the code of the index, the corpus or an installed package does."""
    digest = hashlib.sha256()
    for folder in ("corpus", "index"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.is_file() and file.suffix != ".pyc":
                digest.update(file.relative_to(ROOT).as_posix().encode() + file.read_bytes())
    installed = sorted(f"{one.name} {one.version}" for one in distributions())
    return f"built-{hashlib.sha256(digest.digest() + repr(installed).encode()).hexdigest()[:16]}"


@pytest.fixture(scope="session")
def real_encoder(real_var: Path) -> Encoder:
    """The model that comes with the project, as it is served."""
    return open_index(real_var, Models())[1]
