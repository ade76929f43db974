"""The interface is as it is described: a short run of schemathesis, and `python -m tests.robustness.schema` is the long one."""

import re

import pytest

from service.app import create_app
from service.settings import Settings
from tests.support.live import live
from tests.support.schema import run
from tests.support.tiny import TinyEncoder


@pytest.fixture
def own(harbour: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The harbour corpus, with feedback and log of its own."""
    var = tmp_path_factory.mktemp("schema")
    for name in ("generations", "current"):
        (var / name).symlink_to(harbour.var / name)
    return harbour.model_copy(update={"var": var})


@pytest.mark.robustness
def test_every_operation_accepts_refuses_and_answers_as_described(own: Settings) -> None:
    with live(create_app(own, TinyEncoder)) as url:
        finished = run(url, examples=4, phases="examples,fuzzing")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert re.search(r"Selected: (\d+)/\1\b[\s\S]*Tested: \1\b", finished.stdout)
