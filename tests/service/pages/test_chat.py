"""The chat on the shipped documents with the model, as an official uses it: examples, follow-ups, scope, links, errors."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from index.encoders.base import Encoder
from service.app import create_app
from service.settings import Settings
from tests.service.pages.conftest import Visit, returning, visiting
from tests.service.pages.test_browser import ask, check, opened
from tests.support.live import live

OFFICIALS = Path(__file__).parents[4] / "shared" / "officials" / "conversations.jsonl"
SCOPED = "What does the 2015-17 work plan say about training?"


@pytest.fixture(scope="module")
def real_site(real_var: Path, real_encoder: Encoder) -> Iterator[str]:
    with live(create_app(Settings(var=real_var), lambda: real_encoder)) as url:
        yield url


@pytest.fixture
def desk(window: Page, real_site: str) -> Iterator[Visit]:
    with returning(window, real_site) as visit:
        yield visit


def quoted_exactly(visit: Visit, turn: int) -> int:
    """The number of citations of a turn, each of which stands in its document as it is quoted."""
    data = visit.page.locator(f"#t{turn} form.verify").evaluate_all(
        "forms => forms.map(form => form.dataset.citation)"
    )
    for citation in map(json.loads, data):
        document = citation["passage"]["document"]["id"]
        text = visit.page.request.get(f"{visit.site}/documents/{document}/text").text()
        start = citation["passage"]["start"] + citation["passage"]["text"].index(citation["quote"])
        assert text[start : start + len(citation["quote"])] == citation["quote"]
        assert hashlib.sha256(citation["quote"].encode()).hexdigest() == citation["quote_sha256"]
    return len(data)


def test_the_box_comes_first_and_each_example_is_answered_from_the_documents(desk: Visit) -> None:
    page = desk.go("/")
    expect(page.get_by_role("textbox")).to_be_focused()
    box, example = page.locator("#q").bounding_box(), page.locator(".examples").bounding_box()
    assert box
    assert example
    assert box["y"] < example["y"] < desk.page.viewport_size["height"]  # type: ignore[index]
    expect(page.locator(".held summary")).to_have_text(
        "5 documents, 2015–2026; none covers 2018–2021 or 2023"
    )
    expect(page.locator(".held li").first).to_be_hidden()
    examples = page.locator(".examples a").all_inner_texts()
    assert len(examples) == 6
    check(page)
    for example_of in examples:
        desk.go("/")
        page.get_by_role("link", name=example_of).click()
        expect(page.locator("#t1 .state")).to_have_text("Answered from the documents")
        assert quoted_exactly(desk, 1) > 0
    page.reload()
    expect(page.locator("#t1 [data-is=question]")).to_have_text(examples[-1])


@pytest.mark.skipif(not OFFICIALS.is_file(), reason="the questions of officials are not here")
def test_follow_ups_as_officials_type_them_are_answered_with_exact_quotations(desk: Visit) -> None:
    for line in OFFICIALS.read_text(encoding="utf-8").splitlines()[:3]:
        page = desk.go("/")
        for number, turn in enumerate(json.loads(line)["turns"], 1):
            ask(page, turn["question"], number)
            expect(page.locator(f"#t{number} .state")).not_to_have_attribute("data-state", "failed")
            assert quoted_exactly(desk, number) > 0
        page.evaluate("sessionStorage.clear()")


def test_a_list_is_a_list_with_one_line_a_source(desk: Visit) -> None:
    page = desk.go("/")
    ask(page, "which action items does Indonesia lead in the 2024-26 plan?")
    expect(page.locator("#t1 .answer li")).to_have_count(4)
    expect(page.locator("#t1 .card")).to_have_count(4)
    expect(page.locator("#t1 blockquote").first).to_be_hidden()
    for summary in page.locator("#t1 .card summary").all():
        box = summary.bounding_box()
        assert box
        assert box["height"] < 60
    expect(page.locator("#t1 .card .place").first).to_contain_text("item 5")
    page.locator("#t1 .marker").nth(1).click()
    expect(page.locator("#c1-2 blockquote")).to_be_in_viewport()


def test_a_restriction_to_a_document_is_shown_and_can_be_taken_away(desk: Visit, browser: Browser) -> None:
    page = desk.go("/")
    ask(page, SCOPED)
    page.get_by_role("button", name="Only: Updated Forward Work Plan 2015-17").click()
    expect(page.locator("#t2 .doings")).to_be_visible()
    expect(page.locator("#t2 .scope")).to_have_count(0)
    with visiting(browser, desk.site, java_script_enabled=False) as bare:
        bare.go(f"/?q={SCOPED}")
        bare.page.get_by_role("button", name="Only: Updated Forward Work Plan 2015-17").click()
        expect(bare.page.locator("#t1 [data-is=question]")).to_have_text(SCOPED)
        expect(bare.page.locator(".scope")).to_have_count(0)


def test_the_address_and_a_copied_link_ask_the_question_by_itself(desk: Visit) -> None:
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = desk.go("/")
    ask(page, "who leads item 4 of the 2024-26 plan")
    ask(page, "and item 9?", 2)
    address = page.url
    assert "9" in parse_qs(urlsplit(address).query)["q"][0]
    page.locator("#t2").get_by_role("button", name="Copy link").click()
    assert page.evaluate("navigator.clipboard.readText()") == address
    opened(page, 2).get_by_role("link").first.click()
    page.go_back()
    expect(page.locator("#t2 .doings")).to_be_visible()  # the whole conversation is there again
    page.evaluate("sessionStorage.clear()")
    page.goto("about:blank")
    page.goto(address)
    expect(page.locator("#t1 .answer")).to_contain_text("UNODC")


@pytest.mark.parametrize(
    ("status", "says"),
    [(401, "Sign in"), (429, "Try again in 7 seconds."), (None, "The service cannot be reached.")],
)
def test_what_goes_wrong_is_said_with_the_question_kept(desk: Visit, status: int | None, says: str) -> None:
    page = desk.go("/")
    problem = {"title": "x", "status": status, "detail": "No."}
    if status is None:
        page.route("**/chat", lambda route: route.abort())
    else:
        page.route(
            "**/chat", lambda route: route.fulfill(status=status, json=problem, headers={"retry-after": "7"})
        )
    page.get_by_role("textbox").fill(SCOPED)
    page.keyboard.press("Enter")
    expect(page.locator("#t1")).to_contain_text(says)
    expect(page.get_by_role("textbox")).to_have_value(SCOPED)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    if status == 401:
        link = page.get_by_role("link", name="Sign in").get_attribute("href")
        assert link
        assert parse_qs(urlsplit(link).query)["next"][0].startswith("/?q=What")
    desk.complaints[:] = [said for said in desk.complaints if "Failed to load" not in said]
