"""Tests of the service's workings do not hang on how its confidence was fitted: a fit of one signal stands in."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from index.encoders.base import Encoder
from service.answering import confidence
from service.app import create_app
from service.settings import Settings

_FIT = {"bias": -2.0, "scalars": {"farthest of five": 4.0}, "views": {}, "partial": 0.35, "answered": 0.5}
SHARE_OF_WORDS = {"encoder": "", "seen": _FIT, "unseen": _FIT}


@contextmanager
def fitted(file: Path) -> Iterator[None]:
    """The service's confidence is that of `file`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(confidence, "MODEL", file)
        confidence.fit_for.cache_clear()
        yield
    confidence.fit_for.cache_clear()


@pytest.fixture(scope="package", autouse=True)
def plain_confidence(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    file = tmp_path_factory.mktemp("confidence") / "confidence.json"
    file.write_text(json.dumps(SHARE_OF_WORDS), "utf-8")
    with fitted(file):
        yield


@pytest.fixture(scope="module")
def shipped_client(real_var: Path, real_encoder: Encoder) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(var=real_var), lambda: real_encoder)) as client:
        yield client
