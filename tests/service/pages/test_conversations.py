"""The chat as officials use it: each example of the page, and conversations, typed into a browser on the real index."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page, expect

from index.encoders.base import Encoder
from service.answering import confidence
from service.app import create_app
from service.pages.markup import visible
from service.settings import Settings
from tests.conftest import ROOT
from tests.service.conftest import fitted
from tests.service.pages.conftest import Visit, returning
from tests.service.pages.test_browser import ask
from tests.support.live import live

CONVERSATIONS = ROOT.parent / "shared" / "officials" / "conversations.jsonl"
FIT = Path(confidence.__file__).with_name("confidence.json")  # as it is served, not that of the other tests
SHOWN = """forms => forms.map(form => ({
    ...JSON.parse(form.dataset.citation),
    from: Number(form.elements.start.value),
    to: Number(form.elements.end.value),
    shown: [...form.closest(".source").querySelectorAll("blockquote p, blockquote dd")].map(one => one.textContent).join(" "),
}))"""


@pytest.fixture(scope="module")
def real_site(real_var: Path, real_encoder: Encoder) -> Iterator[str]:
    with fitted(FIT), live(create_app(Settings(var=real_var), lambda: real_encoder)) as url:
        yield url


@pytest.fixture
def person(window: Page, real_site: str) -> Iterator[Visit]:
    with returning(window, real_site) as visit:
        yield visit


def letters(text: str) -> str:
    return re.sub(r"\s+", "", text)


@cache
def document_text(site: str, id: str) -> str:
    return httpx2.get(f"{site}/documents/{id}/text").text


def exact_sources(visit: Visit, turn: int) -> int:
    """How many sources a turn has; each must be shown as it stands in its document, to the character."""
    sources = visit.page.locator(f"#t{turn} form.verify").evaluate_all(SHOWN)
    for source in sources:
        text = document_text(visit.site, source["passage"]["document"]["id"])
        assert text[source["from"] : source["to"]] == source["quote"]
        assert letters(source["shown"]) == letters(visible(source["quote"]))
    return len(sources)


def test_each_example_is_answered_with_a_source_that_is_right(person: Visit) -> None:
    page = person.go("/")
    expect(page.get_by_role("textbox")).to_be_focused()
    examples = page.locator(".examples a").all_inner_texts()
    assert len(examples) == 6
    for question in examples:
        person.go("/")
        page.get_by_role("link", name=question, exact=True).click()
        expect(page.locator("#t1 .asked")).to_contain_text(question)
        outcome = page.locator("#t1 .state").get_attribute("data-state")
        about_documents = question == examples[-1]
        assert outcome == ("told" if about_documents else "answered"), question
        assert (exact_sources(person, 1) > 0) != about_documents
    expect(page.locator("#t1 .answer li")).to_have_count(5)


@pytest.mark.skipif(
    not CONVERSATIONS.exists(), reason="the conversations of officials lie beside the project"
)
def test_conversations_are_answered_without_an_error_and_cited_exactly(person: Visit) -> None:
    for line in CONVERSATIONS.read_text("utf-8").splitlines()[::2]:  # three of six, for time
        page = person.go("/")
        for number, turn in enumerate(json.loads(line)["turns"], 1):
            ask(page, turn["question"], number)
            expect(page.locator(f"#t{number} .answer")).not_to_be_empty()
            exact_sources(person, number)
        expect(page.locator(".failed, .wrong")).to_have_count(0)
