"""Tests of the service's workings do not hang on how its confidence was fitted: a model of one signal stands in."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from service import confidence

SHARE_OF_WORDS = {
    "signals": ["words in passage"],
    "prior": 0.0,
    "partial": 0.3,
    "answered": 0.5,
    "trees": [
        {
            "feature": [0, -1, -1],
            "threshold": [0.3, 0.0, 0.0],
            "left": [1, -1, -1],
            "right": [2, -1, -1],
            "value": [0.0, -2.0, 2.0],
        }
    ],
}


@pytest.fixture(autouse=True)
def plain_confidence(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    file: Path = tmp_path_factory.mktemp("confidence") / "confidence.json"
    file.write_text(json.dumps(SHARE_OF_WORDS), "utf-8")
    monkeypatch.setattr(confidence, "MODEL", file)
    confidence.model.cache_clear()
    yield
    confidence.model.cache_clear()
