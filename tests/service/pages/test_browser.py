"""What a person does, in a browser: ask, follow up, open the source, verify, go back, filter; at a desk and on a phone."""

import re
import time
from collections.abc import Iterator
from types import SimpleNamespace
from urllib.parse import urlencode

import anyio
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Route, ViewportSize, expect

from tests.service.pages.conftest import DESKTOP, NARROW, PHONE, Visit, returning, visiting

LIGHTHOUSE = "who leads the repair of the northern lighthouse"
FOLLOW_UP = "when was it inspected?"
UNKNOWN = "which volcano erupted on Tuesday"
WIDTHS = [pytest.param(DESKTOP, id="desktop"), pytest.param(PHONE, id="phone")]


def open_source(page: Page, turn: int = 1, number: int = 1) -> Locator:
    """Open a source below an answer, as it must be closed at first."""
    source = page.locator(f"#t{turn} .source").nth(number - 1)
    expect(source.locator("blockquote")).to_be_hidden()
    source.locator("summary").first.click()
    return source


def ask(page: Page, question: str, turn: int = 1) -> None:
    """Type a question and wait for its answer."""
    page.get_by_role("textbox").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(f"#t{turn} .doings")).to_be_visible()


@pytest.mark.parametrize("viewport", WIDTHS)
def test_ask_follow_up_open_the_source_verify_and_go_back(
    window: Page, site: str, viewport: ViewportSize
) -> None:
    with returning(window, site, viewport) as visit:
        page = visit.go("/")
        ask(page, LIGHTHOUSE)
        first = page.locator("#t1")
        expect(first.locator(".state")).to_have_text("Answered from the documents")
        expect(first.locator(".answer")).to_contain_text("Norway")
        expect(first.locator(".source > summary")).to_contain_text("Harbour Group Work Plan 2020-22 item 1")
        card = open_source(page)
        expect(card.locator("blockquote")).to_contain_text("Repair the northern lighthouse before winter.")
        card.get_by_role("button", name="Verify").click()
        expect(card.locator("output")).to_contain_text("Verified")

        ask(page, FOLLOW_UP, 2)
        expect(page.locator("#t2 .asked")).to_be_in_viewport()
        expect(page.locator("#t2 .searched")).to_contain_text("inspected")
        expect(page.get_by_role("textbox")).to_be_focused()

        card.get_by_role("link", name="Open in the document").click()
        expect(page.locator("#mark")).to_be_in_viewport()
        expect(page.locator("mark").first).to_contain_text("Repair the northern lighthouse before winter.")
        expect(page).to_have_title("Harbour Group Work Plan 2020-22 · Bali Process assistant")
        page.get_by_role("button", name="Verify").click()
        expect(page.locator("output")).to_contain_text(
            "Verified: the quotation stands in the document as cited."
        )

        page.go_back()
        expect(page.locator("#t2 .doings")).to_be_visible()
        expect(page.locator("#t1 .answer")).to_contain_text("Norway")
        page.get_by_role("link", name="New conversation").click()
        expect(page.get_by_text("For example")).to_be_visible()
        expect(page.locator(".turns .turn")).to_have_count(0)


def test_a_marker_leads_to_its_citation(visit: Visit) -> None:
    page = visit.go("/")
    ask(page, LIGHTHOUSE)
    page.locator("#t1 .marker").first.click()
    expect(page.locator("#c1-1 blockquote")).to_be_in_viewport()


def test_what_is_not_found_is_said_in_words(visit: Visit) -> None:
    page = visit.go("/")
    ask(page, UNKNOWN)
    expect(page.locator(".state")).to_have_text("Not found in the documents")
    expect(page.get_by_role("heading", name="Related passages")).to_be_visible()
    expect(page.locator(".answer a")).to_have_count(0)


def test_a_greeting_is_not_said_to_be_missing_from_the_documents(visit: Visit) -> None:
    page = visit.go("/")
    ask(page, "Good morning!")
    expect(page.locator(".answer")).not_to_be_empty()
    expect(page.locator(".state")).to_be_hidden()
    expect(page.locator(".answer")).to_contain_text("Ask a question")
    expect(page.get_by_role("heading", name="Related passages")).to_have_count(0)


def test_citations_can_be_copied(visit: Visit) -> None:
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visit.go("/")
    ask(page, LIGHTHOUSE)
    card = open_source(page)
    card.get_by_text("Cite", exact=True).click()
    copied = []
    for name in ("text", "markdown", "link"):
        button = card.locator(f"[data-copy$=-{name}]")
        expect(button).to_have_accessible_name(f"Copy {name}")
        button.click()
        expect(button).to_have_text("Copied")
        copied.append(page.evaluate("navigator.clipboard.readText()"))
    text, markdown, link = copied
    assert text.startswith("“1. Repair the northern lighthouse before winter.")
    assert markdown.startswith("> 1. Repair the northern lighthouse before winter.\t")
    assert link in text
    assert link in markdown
    page.goto(link)
    expect(page.locator("#mark")).to_contain_text("Repair the northern lighthouse")
    page.go_back()
    page.get_by_role("button", name="Copy answer").click()
    assert LIGHTHOUSE in page.evaluate("navigator.clipboard.readText()")


def test_waiting_can_be_stopped(visit: Visit) -> None:
    page = visit.go("/")
    held: list[Route] = []
    page.route("**/chat", lambda route: held.append(route))  # answered when it is too late
    page.get_by_role("textbox").fill(LIGHTHOUSE)
    page.get_by_role("button", name="Ask").click()
    expect(page.locator(".state")).to_have_text("Searching the documents…")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".state")).to_have_text("Stopped")
    held[0].abort()
    page.unroute("**/chat")
    expect(page.get_by_role("textbox")).to_have_value(LIGHTHOUSE)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#t1 .doings")).to_be_visible()
    expect(page.locator("#t1 .answer")).to_contain_text("Norway")


@pytest.mark.parametrize(
    ("status", "headers", "says"),
    [
        (503, {}, "The question could not be answered: nothing is built yet."),
        (503, {"Retry-After": "2"}, "The service is busy. Try again in 2 seconds."),
        (429, {"Retry-After": "17"}, "You have asked too often in a short time. Try again in 17 seconds."),
        (401, {}, "You are not signed in, or no longer. Sign in to ask this question."),
        (0, {}, "The service cannot be reached. Check your connection."),
    ],
)
def test_a_refusal_is_said_in_plain_words_and_can_be_tried_again(
    visit: Visit, status: int, headers: dict[str, str], says: str
) -> None:
    page = visit.go("/")

    def refuse(route: Route) -> None:
        detail = {"title": "x", "status": status, "detail": "nothing is built yet"}
        route.fulfill(status=status, headers=headers, json=detail) if status else route.abort()

    page.route("**/chat", refuse)
    page.get_by_role("textbox").fill(LIGHTHOUSE)
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_have_text(says)
    expect(page.get_by_role("textbox")).to_have_value(LIGHTHOUSE)
    expect(page).to_have_url(f"{visit.site}/")
    sign_in = page.get_by_role("link", name="Sign in")
    expect(sign_in).to_have_count(int(status == 401))
    if status == 401:
        url = "/sign-in?" + urlencode({"next": "/?" + urlencode({"q": LIGHTHOUSE})})
        expect(sign_in).to_have_attribute("href", url)
    page.unroute("**/chat")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#t1 .doings")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.get_by_role("textbox")).to_have_value("")
    visit.complaints[:] = [one for one in visit.complaints if "Failed to load resource" not in one]


def test_the_address_follows_the_question_and_a_link_shows_it_again(visit: Visit) -> None:
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visit.go("/")
    ask(page, LIGHTHOUSE)
    first = f"{visit.site}/?{urlencode({'q': LIGHTHOUSE})}"
    expect(page).to_have_url(first)
    ask(page, FOLLOW_UP, 2)
    second = f"{visit.site}/?{urlencode({'asked': LIGHTHOUSE, 'q': FOLLOW_UP})}"
    expect(page).to_have_url(second)
    page.locator("#t1").get_by_role("button", name="Copy link").click()
    assert page.evaluate("navigator.clipboard.readText()") == first
    said = page.locator("#t2 .answer").inner_text()

    page.evaluate("history.back()")  # not go_back, for the page that comes loads itself
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator("#t1 .answer")).to_contain_text("Norway")
    page.evaluate("history.forward()")
    expect(page.locator("#t2 .answer")).to_have_text(said, use_inner_text=True)
    page.evaluate("history.go(-2)")
    expect(page.get_by_text("For example")).to_be_visible()
    expect(page.get_by_role("textbox")).to_be_focused()
    visit.go(second.removeprefix(visit.site))
    expect(page.locator("#t2 .answer")).to_have_text(said, use_inner_text=True)


def test_a_question_is_asked_again_without_a_document_that_it_names(visit: Visit) -> None:
    page = visit.go("/")
    ask(page, "Who leads the fog signal workshop in the 2020-22 plan?")
    mark = page.locator("#t1 .scope").get_by_role("link")
    expect(mark).to_have_accessible_name(re.compile("^Ask again without Harbour Group Work Plan 2020-22"))
    mark.click()
    expect(page).to_have_url(re.compile(r"&everywhere=true$"))
    expect(page.locator("#t1 .answer")).not_to_be_empty()
    expect(page.locator("#t1 .scope")).to_have_count(0)


@pytest.fixture
def fresh(browser: Browser, site: str) -> Iterator[Visit]:
    """In a window of its own, for scripts that no later visit may have."""
    with visiting(browser, site) as visit:
        yield visit


def test_a_slow_stream_grows_without_moving_anything_and_is_announced_once(
    fresh: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = fresh.page
    page.add_init_script(
        "window.moved = []; window.announced = [];"
        "new PerformanceObserver(list => window.moved.push(...list.getEntries().map(e => e.value)))"
        ".observe({type: 'layout-shift', buffered: true});"
        "addEventListener('DOMContentLoaded', () => new MutationObserver(() => "
        "announced.push(document.getElementById('news').textContent))"
        ".observe(document.getElementById('news'), {childList: true, characterData: true, subtree: true}))"
    )
    fresh.go("/")
    monkeypatch.setattr("service.http.sse.anyio", SimpleNamespace(sleep=lambda _: anyio.sleep(0.02)))
    for turn, question in enumerate((LIGHTHOUSE, "How many action items does Iceland lead?"), 1):
        page.evaluate("moved.length = announced.length = 0")
        page.get_by_role("textbox").fill(question)
        page.keyboard.press("Enter")
        if turn == 2:  # the first time the greeting goes
            lengths = set()
            while page.locator(f"#t{turn} .doings").is_hidden():
                lengths.add(len(page.locator(f"#t{turn} .answer").text_content() or ""))
                time.sleep(0.02)
            assert len(lengths) > 3
            assert sum(page.evaluate("moved")) == 0
        expect(page.locator(f"#t{turn} .doings")).to_be_visible()
        waiting, told = page.evaluate("announced")
        assert waiting == "Searching the documents…"
        assert told.startswith("Answered from the documents. ")
    page.evaluate("document.querySelector('#t2 .answer').before('what comes late moves what is there')")
    # not wait_for_function: what it asks again and again is evaluated in the page, whose policy forbids that
    page.evaluate(
        "new Promise(done => { (function look() { moved.length ? done() : setTimeout(look, 20) })() })"
    )


def test_search_is_filtered_by_the_address(window: Page, site: str) -> None:
    with returning(window, site, PHONE) as visit:
        page = visit.go("/find")
        page.get_by_label("Question or keywords").fill("tide calendar")
        page.keyboard.press("Enter")
        expect(page.locator(".results .card mark").first).to_be_visible()
        every = page.locator(".results .card").count()
        page.locator(".facets summary", has_text="Lead").click()
        page.locator(".facets").get_by_role("link", name="Iceland").click()
        expect(page).to_have_url(f"{site}/find?q=tide+calendar&lead=Iceland")
        assert 0 < page.locator(".results .card").count() < every
        page.reload()
        page.get_by_role("link", name="Remove the filter Lead: Iceland").click()
        expect(page.locator(".results .card")).to_have_count(every)
        page.locator(".results .card a").first.click()
        expect(page.locator("#mark")).to_be_in_viewport()
        page.go_back()
        expect(page.locator(".results .card")).to_have_count(every)


def test_the_interpretation_is_shown(visit: Visit) -> None:
    page = visit.go("/find?q=northern+lighthuose")
    expect(page.locator(".understood")).to_contain_text("“lighthouse” for “lighthuose”")


def test_searching_asking_and_reading_work_without_scripts(browser: Browser, site: str) -> None:
    with visiting(browser, site, java_script_enabled=False) as visit:
        page = visit.go("/find")
        page.get_by_label("Question or keywords").fill("northern lighthouse")
        page.get_by_role("button", name="Search").click()
        page.locator(".results .card a").first.click()
        expect(page.locator("#mark")).to_be_in_viewport()
        page.get_by_role("button", name="Verify").click()
        expect(page.locator(".verdict[data-valid=yes]")).to_contain_text("Verified")

        visit.go("/")
        page.get_by_label("Your question").fill(LIGHTHOUSE)
        page.get_by_role("button", name="Ask").click()
        expect(page.locator(".answer")).to_contain_text("Norway")
        page.get_by_label("Ask a follow-up").fill(FOLLOW_UP)
        page.get_by_role("button", name="Ask").click()
        expect(page.locator("#t1 .answer")).to_contain_text("Norway")
        expect(page.locator("#t2 .source").first).to_be_visible()
        open_source(page, 2)
        expect(page.locator("#t2 blockquote").first).to_be_visible()


def test_everything_is_reached_by_keyboard(visit: Visit) -> None:
    page = visit.go("/read")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    visit.go("/")
    expect(page.get_by_role("textbox")).to_be_focused()
    ask(page, LIGHTHOUSE)
    page.locator("#t1 .marker").first.focus()
    for name in ("1 Harbour Group Work Plan 2020-22", "Verify", "Cite"):
        while not page.evaluate("document.activeElement.textContent").strip().startswith(name):
            page.keyboard.press("Tab")
        if name[0].isdigit():
            page.keyboard.press("Enter")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    expect(page.locator("#c1-1 pre").first).to_be_visible()


@pytest.mark.parametrize(
    "path",
    ["/", f"/?q={LIGHTHOUSE}", "/find?q=lighthouse", "/read", "/read/plan?start=200&end=280", "/read/report"],
)
def test_nothing_is_cut_off_at_320_pixels(window: Page, site: str, path: str) -> None:
    with returning(window, site, NARROW) as visit:
        page = visit.go(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def check(page: Page) -> None:
    """No violation in light, and in dark none of contrast, which is all that the colours change."""
    page.emulate_media(color_scheme="light")
    found = Axe().run(page).response["violations"]
    page.emulate_media(color_scheme="dark")
    contrast = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
    found += page.evaluate("options => axe.run(options)", contrast)["violations"]
    told = [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]
    assert told == [], page.url


def check_narrow(page: Page) -> None:
    """No violation in a narrow window, where other things stand beside and over one another."""
    page.set_viewport_size(PHONE)
    check(page)
    page.set_viewport_size(DESKTOP)


def test_no_state_has_an_accessibility_violation(visit: Visit) -> None:
    page = visit.go("/")
    check(page)
    ask(page, LIGHTHOUSE)
    open_source(page)
    page.locator("#c1-1").get_by_text("Cite", exact=True).click()
    page.locator("#c1-1").get_by_role("button", name="Verify").click()
    expect(page.locator("#c1-1 output")).to_contain_text("Verified")
    ask(page, UNKNOWN, 2)
    check(page)
    check_narrow(page)
    for path in (
        "/find",
        "/find?q=northern+lighthuose&lead=Norway",
        "/read",
        "/read/plan?start=200&end=280&verify=yes",
        "/read/report?start=999999&end=9999999",
    ):
        visit.go(path)
        check(page)
    visit.go("/read/none")
    check(page)
    visit.complaints[:] = [said for said in visit.complaints if "404" not in said]


def test_a_violation_would_be_found(visit: Visit) -> None:
    page = visit.go("/")
    page.evaluate("document.querySelector('label').remove()")
    with pytest.raises(AssertionError, match="label"):
        check(page)


def test_a_print_is_a_note_with_its_citations(visit: Visit) -> None:
    page = visit.go("/")
    ask(page, LIGHTHOUSE)
    page.emulate_media(media="print")
    for part in (".asked", ".answer", "#c1-1 .place", "#c1-1 blockquote", "#c1-1 .printed"):
        expect(page.locator(part).first).to_be_visible()
    expect(page.locator("#c1-1 .printed")).to_contain_text(f"{visit.site}/read/plan?start=")
    for part in (".composer", "nav", ".tools", ".doings", ".skip"):
        expect(page.locator(part).first).to_be_hidden()


def test_an_answer_stays_when_its_sources_cannot_be_loaded(visit: Visit) -> None:
    page = visit.go("/")
    page.route("**/turn", lambda route: route.abort())
    page.get_by_role("textbox").fill(LIGHTHOUSE)
    page.keyboard.press("Enter")
    expect(page.locator(".state")).to_have_text("The sources could not be loaded.")
    expect(page.locator(".answer")).to_contain_text("Norway")
    visit.complaints[:] = [said for said in visit.complaints if "ERR_FAILED" not in said]
