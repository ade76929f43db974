"""Odd input by the thousand to the chat routes: `python -m tests.robustness.odd_inputs [--requests 1000] [--real]`.

Prints, for each route, how many requests there were by status, and how many quotations came back. Ends with an
error at the first response that is neither 200 nor 4xx, and at the first quotation that is not exact. The tiny
encoder of the tests on their small corpus is used; `--real` takes the packaged model on the shipped corpus.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from starlette.testclient import TestClient

from corpus.catalogue import Catalogue, read_catalogue
from index.build import build
from index.encoders.base import Encoder
from index.encoders.sentence_transformer import SentenceTransformerEncoder
from service.app import create_app
from service.settings import Settings
from tests.conftest import write_corpus
from tests.support.odd import ROUTES, Outcome, requests, send
from tests.support.tiny import TinyEncoder


def measure(client: TestClient, catalogue: Catalogue, number: int) -> list[Outcome]:
    """The outcomes of `number` odd requests; raises where one is not as promised."""
    sources = {document.id: catalogue.source(document) for document in catalogue.documents}
    outcomes: list[Outcome] = []

    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(request=requests)
    def one(request: Any) -> None:
        outcomes.append(send(client, sources, request))

    one()
    return outcomes


@contextmanager
def service(corpus: Path, encoder: Encoder) -> Iterator[tuple[TestClient, Catalogue]]:
    """The service on a freshly built corpus, and its catalogue."""
    catalogue = read_catalogue(corpus)
    with tempfile.TemporaryDirectory() as var:
        build(Path(var), catalogue, encoder)
        app = create_app(Settings(var=Path(var), corpus=corpus), lambda: encoder)
        with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
            yield client, catalogue


def table(outcomes: list[Outcome]) -> str:
    """A line for each route."""
    lines = [f"{'route':<32}{'requests':>9}{'200':>7}{'4xx':>7}{'5xx':>7}{'quotations':>12}"]
    for route in ROUTES:
        here = [outcome for outcome in outcomes if outcome.route == route]
        kinds = Counter(outcome.status // 100 for outcome in here)
        quotations = sum(outcome.quotations for outcome in here)
        lines.append(f"{route:<32}{len(here):>9}{kinds[2]:>7}{kinds[4]:>7}{kinds[5]:>7}{quotations:>12}")
    return "\n".join(lines)


def main() -> None:
    """Send, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--real", action="store_true", help="the packaged model on the shipped corpus")
    arguments = parser.parse_args()
    encoder = SentenceTransformerEncoder() if arguments.real else TinyEncoder()
    with tempfile.TemporaryDirectory() as folder:
        corpus = Settings().corpus if arguments.real else write_corpus(Path(folder) / "corpus")
        with service(corpus, encoder) as (client, catalogue):
            begin = time.perf_counter()
            outcomes = measure(client, catalogue, arguments.requests)
            seconds = time.perf_counter() - begin
    print(table(outcomes))
    print(f"{len(outcomes)} requests in {seconds:.0f} s")


if __name__ == "__main__":
    main()
