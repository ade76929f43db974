"""What a person does, in a browser: ask, follow up, open the source, verify, go back, filter; at a desk and on a phone."""

import time
from collections.abc import Iterator
from types import SimpleNamespace

import anyio
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Route, ViewportSize, expect

from tests.service.pages.conftest import DESKTOP, NARROW, PHONE, Visit, returning, visiting

LIGHTHOUSE = "who leads the repair of the northern lighthouse"
FOLLOW_UP = "when was it inspected?"
UNKNOWN = "which volcano erupted on Tuesday"
WIDTHS = [pytest.param(DESKTOP, id="desktop"), pytest.param(PHONE, id="phone")]


def ask(page: Page, question: str, turn: int = 1) -> None:
    """Type a question and wait for its answer."""
    page.get_by_role("textbox").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(f"#t{turn} .doings")).to_be_visible()


def opened(page: Page, turn: int = 1) -> Locator:
    """The first source of a turn, opened."""
    card = page.locator(f"#t{turn} .card").first
    if card.get_attribute("open") is None:
        card.locator("summary").first.click()
    return card


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
        expect(first.locator("blockquote").first).to_be_hidden()  # the answer says it
        card = opened(page)
        expect(card).to_contain_text("Harbour Group Work Plan 2020-22")
        expect(card.locator("blockquote")).to_contain_text("Repair the northern lighthouse before winter.")
        card.get_by_role("button", name="Verify").click()
        expect(card.locator("output")).to_contain_text("Verified")

        ask(page, FOLLOW_UP, 2)
        expect(page.locator("#t2 .asked")).to_be_in_viewport()
        expect(page.locator("#t2 .searched")).to_contain_text("inspected")
        expect(page.get_by_role("textbox")).to_be_focused()

        opened(page).get_by_role("link").first.click()
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
        expect(page.locator("#t1 .card").first).to_be_in_viewport()
        page.get_by_role("link", name="New conversation").click()
        expect(page.get_by_text("What would you like to know?")).to_be_visible()
        expect(page.locator(".turns .turn")).to_have_count(0)


def test_a_marker_leads_to_its_citation(visit: Visit) -> None:
    page = visit.go("/")
    ask(page, LIGHTHOUSE)
    page.locator("#t1 .marker").first.click()
    expect(page.locator("#c1-1")).to_be_in_viewport()


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
    card = opened(page)
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
    ask(page, LIGHTHOUSE, 2)
    expect(page.locator("#t2 .answer")).to_contain_text("Norway")


def test_a_refusal_is_said_and_the_chat_goes_on(visit: Visit) -> None:
    page = visit.go("/")
    problem = {"title": "x", "status": 503, "detail": "nothing is built yet"}
    page.route("**/chat", lambda route: route.fulfill(status=503, json=problem))
    page.get_by_role("textbox").fill(LIGHTHOUSE)
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_have_text("nothing is built yet")
    expect(page.get_by_role("textbox")).to_have_value(LIGHTHOUSE)
    page.unroute("**/chat")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#t1 .answer")).to_contain_text("Norway")
    visit.complaints.remove(next(said for said in visit.complaints if "503" in said))


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
        expect(page.locator("#t2 .card").first).to_be_visible()


def test_everything_is_reached_by_keyboard(visit: Visit) -> None:
    page = visit.go("/read")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    visit.go("/")
    ask(page, LIGHTHOUSE)
    page.locator("#t1 .marker").first.focus()
    opened(page)
    for name in ("Read it in the document", "Verify", "Cite"):
        while not page.evaluate("document.activeElement.textContent").strip().startswith(name):
            page.keyboard.press("Tab")
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
    opened(page).get_by_text("Cite", exact=True).click()
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


def test_an_answer_stays_when_its_cards_cannot_be_loaded(visit: Visit) -> None:
    page = visit.go("/")
    page.route("**/cards?*", lambda route: route.abort())
    ask(page, LIGHTHOUSE)
    expect(page.locator(".answer")).to_contain_text("Norway")
    expect(page.locator(".sources")).to_have_text("The citations could not be loaded.")
    visit.complaints[:] = [said for said in visit.complaints if "ERR_FAILED" not in said]
