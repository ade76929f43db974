"""Action items, precedents and feedback as a person meets them, on the documents that come with the project."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from corpus.catalogue import Catalogue
from index.build import build
from service import feedback
from service.app import create_app
from service.settings import Settings
from tests.service.pages.conftest import DESKTOP, NARROW, PHONE, returning, visiting
from tests.service.pages.test_browser import WIDTHS, ask, check, check_narrow
from tests.support.live import live
from tests.support.tiny import TinyEncoder

QUESTION = "which member leads forced-marriage research"
GUIDES = "/timeline?topic=policy+guides"


@dataclass(frozen=True, slots=True)
class Served:
    """A service whose `var` may be written to."""

    url: str
    var: Path


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory, shipped: Catalogue) -> Iterator[Served]:
    """The service on the shipped documents, two of which are plans."""
    folder = tmp_path_factory.mktemp("plans")
    build(folder / "var", shipped, TinyEncoder())
    with live(create_app(Settings(var=folder / "var"), TinyEncoder)) as url:
        yield Served(url, folder / "var")


def numbers(page: Page) -> list[str]:
    return page.locator("tbody .of-number").all_inner_texts()


@pytest.mark.parametrize("viewport", WIDTHS)
def test_action_items_are_sorted_filtered_opened_and_compared(
    window: Page, plans: Served, viewport: ViewportSize
) -> None:
    with returning(window, plans.url, viewport) as visit:
        page = visit.go("/items")
        expect(page.get_by_role("heading", name="All 26 action items")).to_be_visible()
        sort = page.get_by_role("link", name="Sort by No.")
        sort.click()
        header = page.get_by_role("columnheader", name="No.")
        expect(header).to_have_attribute("aria-sort", "ascending")
        sort.click()
        expect(header).to_have_attribute("aria-sort", "descending")
        shown = [int(number) for number in numbers(page)]
        assert shown == sorted(shown, reverse=True)

        page.get_by_label("Lead").select_option("Indonesia")
        page.get_by_role("button", name="Filter").click()
        expect(page.get_by_role("heading", name="4 of 26 action items")).to_be_visible()
        assert numbers(page) == ["12", "11", "10", "5"]
        page.get_by_label("Contains").fill("ANDAMAN sea")
        page.keyboard.press("Enter")
        expect(page.locator("tbody mark")).to_have_text("Andaman Sea")
        assert numbers(page) == ["11"]

        said = page.locator(".of-text").last.inner_text().split("\n")[0]
        page.get_by_role("link", name="In the document").click()
        expect(page.locator("#mark")).to_be_in_viewport()
        expect(page.locator("mark").first).to_contain_text(said)
        page.go_back()
        page.get_by_role("link", name="Precedents", exact=True).last.click()
        expect(page.get_by_role("heading", name="Before and after this passage")).to_be_visible()
        expect(page.locator("section.card").first).to_contain_text(said)
        expect(page.locator(".pair").first).to_contain_text(said[:60])

        page.go_back()
        page.get_by_role("link", name="Remove the filter Contains: ANDAMAN sea").click()
        assert numbers(page) == ["12", "11", "10", "5"]


def test_exports_hold_what_is_shown(window: Page, plans: Served) -> None:
    with returning(window, plans.url) as visit:
        page = visit.go("/items?lead=Indonesia&contains=traffick&sort=-number")
        files = {}
        for name in ("CSV", "Excel", "JSON"):
            with page.expect_download() as download:
                page.get_by_role("link", name=name).click()
            files[download.value.suggested_filename] = Path(download.value.path()).read_bytes()
        header, *rows = csv.reader(io.StringIO(files["action-items.csv"].decode("utf-8-sig")))
        sheet = openpyxl.load_workbook(io.BytesIO(files["action-items.xlsx"])).active
        assert sheet is not None
        items = json.loads(files["action-items.json"])["records"]
        column = header.index("number")
        shown = numbers(page)
        assert len(shown) == 4
        assert [row[column] for row in rows] == shown
        assert [row[column] for row in sheet.iter_rows(min_row=2, values_only=True)] == shown
        assert [item["number"] for item in items] == shown


@pytest.mark.parametrize("viewport", WIDTHS)
def test_a_topic_is_followed_through_the_years(window: Page, plans: Served, viewport: ViewportSize) -> None:
    with returning(window, plans.url, viewport) as visit:
        page = visit.go("/")
        page.get_by_role("link", name="Precedents").click()
        page.get_by_label("Topic").fill("policy guides")
        page.get_by_role("button", name="Compare").click()
        expect(page.get_by_role("heading", name="“policy guides” across the years")).to_be_visible()
        lanes = page.locator("figure").get_by_role("img")
        expect(lanes.first).to_have_accessible_name(
            re.compile(r"^2015 to 2017: \d+ passages, the closest ranked 1$")
        )
        page.get_by_text("The chart as a table").click()
        expect(page.locator("figure tbody tr")).to_have_count(lanes.count())
        strokes = lanes.first.locator(".proper, .stroke").count()
        expect(page.locator("figure tbody tr").first).to_contain_text(f"{strokes} passages")

        pair = page.locator(".pair", has=page.get_by_text("Possibly continued", exact=True)).first
        expect(pair.locator("blockquote")).to_have_count(2)
        left, right = (pair.locator(".side").nth(n).bounding_box() for n in (0, 1))
        assert left
        assert right
        beside = left["y"] == right["y"]
        assert beside if viewport["width"] > 1000 else right["y"] > left["y"]
        whole = page.get_by_text("Whole quotation").first
        long = page.locator("blockquote", has=whole).first
        short = long.locator(".excerpt").inner_text()
        whole.click()
        expect(long.locator(".excerpt")).to_be_hidden()
        assert (
            long.locator("details")
            .inner_text()
            .replace("Whole quotation", "")
            .strip()
            .startswith(short.strip("… \n"))
        )

        lanes.last.click()
        expect(page.locator(".found h3").last).to_be_in_viewport()
        page.locator(".found .card h4 a").last.click()
        expect(page.locator("#mark")).to_be_in_viewport()
        page.get_by_role("link", name="Precedents").last.click()
        expect(page.get_by_role("heading", name="Before and after this passage")).to_be_visible()


def test_what_one_thinks_of_an_answer_is_sent_once_and_kept(window: Page, plans: Served) -> None:
    before = len(feedback.read(plans.var))
    with returning(window, plans.url, PHONE) as visit:
        page = visit.go("/")
        ask(page, QUESTION)
        form = page.locator("#t1 .opinion")
        form.get_by_label("No").check()
        form.get_by_label("Comment").fill("It says too little. <b>")
        assert len(feedback.read(plans.var)) == before
        page.route(
            "**/feedback", lambda route: route.fulfill(status=503, json={"detail": "the store is full"})
        )
        form.get_by_role("button", name="Send").click()
        expect(form.get_by_role("status")).to_have_text("Not sent: the store is full")
        page.unroute("**/feedback")
        form.get_by_role("button", name="Send").dblclick()
        told = form.get_by_role("status")
        expect(told).to_have_text(f"Thank you. Your feedback is stored as number {before + 1}.")
        expect(told).to_be_focused()
        page.reload()
        expect(page.locator("#t1 .opinion output")).to_have_text("You have given feedback on this answer.")
        answer = page.locator("#t1 .answer").inner_text()
        visit.complaints[:] = [said for said in visit.complaints if "503" not in said]
    *_, kept = feedback.read(plans.var)
    assert kept.id == before + 1
    assert (kept.given.thumb, kept.given.comment) == ("down", "It says too little. <b>")
    assert (kept.given.question, kept.given.answer) == (QUESTION, answer)
    assert kept.given.citations[0].passage.document.id == "tip-forward-work-plan-2024-26"
    assert kept.given.messages is None


def test_all_of_it_works_without_scripts(browser: Browser, plans: Served) -> None:
    before = len(feedback.read(plans.var))
    with visiting(browser, plans.url, java_script_enabled=False) as visit:
        page = visit.go("/items")
        page.get_by_label("Status").select_option("Complete")
        page.get_by_role("button", name="Filter").click()
        page.get_by_role("link", name="Sort by No.").click()
        assert numbers(page) == ["3", "4", "6"]
        page.get_by_role("link", name="Precedents", exact=True).last.click()
        expect(page.locator(".pair blockquote").first).to_be_visible()

        visit.go("/")
        page.get_by_label("Your question").fill(QUESTION)
        page.get_by_role("button", name="Ask").click()
        page.get_by_label("Yes").check()
        page.get_by_label("Comment").fill("Good.")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text(f"is stored as number {before + 1}.")).to_be_visible()
        page.reload()
    *_, kept = feedback.read(plans.var)
    assert kept.id == before + 1
    assert (kept.given.thumb, kept.given.comment, kept.given.question) == ("up", "Good.", QUESTION)


def fits(page: Page) -> None:
    """Nothing is wider than the window, however narrow; the window is left as it was."""
    for size in (PHONE, NARROW, DESKTOP):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"], page.url


def test_no_view_has_an_accessibility_violation_or_is_cut_off(window: Page, plans: Served) -> None:
    with returning(window, plans.url) as visit:
        for path in ("/items?lead=Indonesia&contains=traffick&sort=-number", GUIDES):
            page = visit.go(path)
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            check(page)
            fits(page)
        check_narrow(page)
        visit.go(f"/?q={QUESTION}")
        page.get_by_label("No", exact=True).check()
        check(page)
        fits(page)


def test_a_print_of_precedents_has_whole_quotations(window: Page, plans: Served) -> None:
    with returning(window, plans.url) as visit:
        page = visit.go(GUIDES)
        page.emulate_media(media="print")
        long = page.locator("blockquote", has=page.locator(".excerpt")).first
        expect(long.locator(".excerpt")).to_be_hidden()
        expect(long.locator("details > :last-child")).to_be_visible()
        expect(page.locator(".seek")).to_be_hidden()
