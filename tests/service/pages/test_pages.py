"""The page without a browser: what the server renders, says in headers, and answers to what is wrong."""

import json
import re
from html import unescape
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from service.errors import BusyError
from service.http.security_headers import HEADERS
from service.pages import chat

LIGHTHOUSE = "who leads the repair of the northern lighthouse"


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/find", "/find?q=lighthouse", "/read", "/read/plan", "/read/none", "/documents", "/nowhere"),
        *("/items", "/timeline", "/timeline?topic=lighthouse", "/opinion?kept=1"),
    ],
)
def test_every_response_tells_the_browser_to_load_nothing_else(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert {name: response.headers[name] for name in HEADERS} == HEADERS
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "*" not in policy
    assert " style=" not in response.text
    assert not re.search(r"<script(?![^>]* src=\"/static/)|<style|\son\w+=", response.text)


@pytest.mark.parametrize(
    "path", ["/", "/find?q=lighthouse", "/items", "/timeline?topic=lighthouse", "/read/plan"]
)
def test_the_first_load_is_small_and_kept(client: TestClient, path: str) -> None:
    html = client.get(path).text
    named = set(re.findall(r'"(/static/[^"]+)"', html))
    scripts = {name for name in named if name.endswith(".js")}
    for script in scripts:  # what they import
        folder = script.rpartition("/")[0]
        named |= {f"{folder}/{name}" for name in re.findall(r'from "\./([^"]+)"', client.get(script).text)}
    size = len(html.encode())
    for name in named:
        response = client.get(name)
        assert response.status_code == 200
        assert "immutable" in response.headers["cache-control"]
        size += len(response.content)
    assert len(named) >= (5 if path == "/" else 3)
    assert size < 100_000
    assert client.get(re.sub(r"/static/\w+/", "/static/old/", min(named))).status_code == 404


def test_what_is_sent_is_packed_for_those_who_can_open_it(client: TestClient) -> None:
    for path in ("/items", re.findall(r"/static/\w+/style.css", client.get("/").text)[0]):
        plain = client.get(path, headers={"accept-encoding": "identity"})
        packed = client.get(path, headers={"accept-encoding": "br, gzip;q=0.8"})
        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.content == plain.content
        assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2


def test_a_question_in_the_address_is_answered(client: TestClient) -> None:
    given = client.post("/chat", json={"messages": [{"role": "user", "content": LIGHTHOUSE}]}).json()
    html = client.get("/", params={"q": LIGHTHOUSE}).text
    assert given["citations"]
    assert given["answer"] in text_of(html).replace("[ ", "[")
    for citation in given["citations"]:
        passage = citation["passage"]
        assert f'id="c1-{citation["marker"]}"' in html
        assert f"/read/{passage['document']['id']}?start={passage['start']}" in html


def test_a_conversation_goes_on_without_scripts(client: TestClient) -> None:
    first = client.post("/", data={"q": LIGHTHOUSE}).text
    hidden = re.findall(r'<input type="hidden" name="(asked|answered)" value="([^"]*)"', first)
    assert [name for name, _ in hidden] == ["asked", "answered"]
    asked, answered = (unescape(value) for _, value in hidden)
    second = client.post("/", data={"asked": asked, "answered": answered, "q": "when was it inspected?"})
    assert second.status_code == 200
    questions = re.findall(r'<span data-is="question">([^<]*)</span>', second.text)
    assert questions[:2] == [LIGHTHOUSE, "when was it inspected?"]
    assert answered in text_of(second.text)


def test_a_greeting_is_greeted_without_scripts(client: TestClient) -> None:
    html = client.post("/", data={"q": "Hello"}).text
    assert '<p class="state" data-state="unasked"></p>' in html
    assert "Not found in the documents" not in text_of(html)


def test_a_link_tells_when_other_text_stands_there(client: TestClient) -> None:
    html = client.get("/find", params={"q": "tide calendar"}).text
    link = unescape(re.findall(r'<h3><a href="([^"]+)"', html)[0]).removesuffix("#mark")
    changed = "has changed since"
    assert changed not in client.get(link).text
    assert changed in client.get(link.replace("sha256=", "sha256=0")).text
    assert 'id="mark"' in client.get(link).text


def test_verifying_without_scripts_says_that_it_holds(client: TestClient) -> None:
    passage = client.post("/search", json={"query": "tide calendar"}).json()["results"][0]["passage"]
    place = {"start": passage["start"], "end": passage["end"]}
    html = client.get(f"/read/{passage['document']['id']}", params={**place, "verify": "yes"}).text
    assert "Verified: the quotation stands in the document as cited." in html


def test_all_of_a_document_is_shown(client: TestClient) -> None:
    for document in client.get("/documents").json()["documents"]:
        source = client.get(f"/documents/{document['id']}/text").text
        shown = text_of(client.get(f"/read/{document['id']}").text)
        words = re.findall(r"\w+", re.sub(r"</?[bi]>", " ", source))
        assert not [word for word in words if word not in shown]


def test_filters_in_the_address_are_those_of_the_interface(client: TestClient) -> None:
    filter = {"lead": ["Iceland"], "year_from": 2020}
    found = client.post("/search", json={"query": "tide", "filter": filter}).json()["results"]
    html = client.get("/find?q=tide&lead=Iceland&year_from=2020&year_to=").text
    links = [unescape(link) for link in re.findall(r'<h3><a href="([^"]+)"', html)]
    places = [re.findall(r"/read/([\w-]+)\?start=(\d+)", link)[0] for link in links]
    assert places == [(r["passage"]["document"]["id"], str(r["passage"]["start"])) for r in found]


def test_action_items_are_those_of_the_interface_in_its_order(client: TestClient) -> None:
    for asked in (
        "",
        "sort=-lead&contains=FOG",
        "lead=Iceland&sort=-number",
        "year_from=2030",
        "status=ongoing",
    ):
        items = client.get(f"/records?{asked}").json()["records"]
        html = client.get(f"/items?{asked}").text
        assert re.findall(r'/timeline\?passage=([^"]+)"', html) == [item["passage_id"] for item in items]
        files = [unescape(url) for url in re.findall(r'<a href="(/records[^"]+)"', html)]
        assert len(files) == (3 if items else 0)
        assert all(client.get(file).status_code == 200 for file in files)


def test_each_label_is_shown_with_two_quotations_that_stand_in_their_documents(
    shipped_client: TestClient,
) -> None:
    client = shipped_client
    given = client.post("/precedents", json={"topic": "supply chains", "top_k": 20}).json()
    html = client.get("/timeline", params={"topic": "supply chains"}).text
    labels = [
        (label["certainty"], kind, label[side]["quote"])
        for compared in given["comparisons"]
        for kind in ("continued", "new", "dropped")
        for label in compared[kind]
        for side in ("earlier", "later")
    ]
    shown = []
    for pair in re.findall(r'<article class="pair card">(.*?)</article>', html, re.DOTALL):
        kind, words = re.findall(r'<p class="state" data-kind="(\w+)"[^>]*>([^<]*)</p>', pair)[0]
        assert not {"new", "dropped"} & set(words.lower().split())
        for place in re.findall(r'cite="([^"]+)"', pair):
            document, start, end = re.findall(r"/read/([\w-]+)\?start=(\d+)&end=(\d+)", unescape(place))[0]
            quote = client.get(f"/documents/{document}/text").text[int(start) : int(end)]
            shown.append(("possibly" if words.startswith("Possibly") else "clear", kind, quote))
    assert labels
    assert shown == labels


def test_the_chart_draws_each_passage_within_the_years_of_its_document(client: TestClient) -> None:
    given = client.post("/precedents", json={"topic": "lighthouse"}).json()["documents"]
    html = client.get("/timeline", params={"topic": "lighthouse"}).text
    lanes = re.findall(r'<svg class="lane".*?</svg>', html, re.DOTALL)
    first = min(group["document"]["period"][0] for group in given)
    assert len(lanes) == len(given)
    for lane, group in zip(lanes, given, strict=True):
        (left, _, width, _), *strokes = (
            tuple(map(float, found))
            for found in re.findall(
                r'<rect class="\w+" x="(.+?)" y="(.+?)" width="(.+?)" height="(.+?)"', lane
            )
        )
        begin, end = group["document"]["period"]
        assert (left, left + width) == ((begin - first) * 100, (end + 1 - first) * 100)
        assert len(strokes) == len(group["passages"])
        assert all(
            left <= x and x + across <= left + width and y + down == 40 for x, y, across, down in strokes
        )
        if group["passages"][0]["rank"] == 1:
            assert max(down for *_, down in strokes) == 40


@pytest.mark.parametrize(
    "form",
    [{}, {"given": "{", "thumb": "up"}, {"given": "[]", "thumb": "up"}, {"given": "{}", "thumb": "sideways"}],
)
def test_odd_opinions_are_refused_on_a_page(client: TestClient, form: dict[str, str]) -> None:
    response = client.post("/opinion", data=form)
    assert response.status_code == 422
    assert response.headers["content-type"].startswith("text/html")


def test_a_form_on_another_site_keeps_nothing(client: TestClient) -> None:
    given = client.post("/chat", json={"messages": [{"role": "user", "content": LIGHTHOUSE}]}).json()
    del given["confidence"]
    form = {"given": json.dumps(given), "thumb": "up"}
    response = client.post(
        "/opinion", data=form, headers={"sec-fetch-site": "cross-site"}, follow_redirects=False
    )
    assert response.status_code == 403
    assert "other sites" in text_of(response.text)


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/read/none", 404, "no document has the id"),
        ("/read/plan?start=x", 422, "start"),
        ("/read/plan?start=-1&end=4", 422, "start"),
        ("/read/plan?sha256=zz", 422, "sha256"),
        ("/find?q=x&year_from=12", 422, "year_from"),
        ("/find?q=x&year_from=2022&year_to=2020", 422, "year_from is later"),
        ("/find?q=x&document=none", 422, "no document has the id"),
        ("/find?q=x&kind=poem", 422, "kind"),
        ("/find?q=x&show=1000", 422, "top_k"),
        (f"/find?q={'x' * 5000}", 422, "query"),
        (f"/?q={'x' * 5000}", 422, "q"),
        (f"/?q=x{'&asked=y' * 7}", 422, "asked"),
        ("/?q=x&document=none", 422, "no document has the id"),
        ("/?q=x&everywhere=perhaps", 422, "everywhere"),
        ("/items?sort=colour", 422, "sort"),
        ("/items?show=none", 422, "show"),
        ("/items?document=none", 422, "no document has the id"),
        (f"/items?contains={'x' * 300}", 422, "contains"),
        ("/timeline?topic=x&passage=y", 422, "give a topic or a passage"),
        ("/timeline?passage=none", 404, "no passage has the id"),
        ("/timeline?topic=x&show=1000", 422, "top_k"),
        (f"/timeline?topic={'x' * 5000}", 422, "topic"),
        ("/opinion?kept=none", 422, "kept"),
    ],
)
def test_what_is_wrong_is_said_on_a_page(client: TestClient, path: str, status: int, says: str) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert response.headers["content-type"].startswith("text/html")
    assert says in text_of(response.text)


@pytest.mark.parametrize(
    "path", ["/read/plan?start=999999&end=9999999", "/read/plan?start=5&end=5", "/read/plan?end=7"]
)
def test_a_place_without_text_is_said(client: TestClient, path: str) -> None:
    assert "no longer matches the text" in text_of(client.get(path).text)


def test_half_a_character_in_a_form_gets_a_page(client: TestClient) -> None:
    part = '--x\r\ncontent-disposition: form-data; name="{}"\r\ncontent-type: text/plain; charset=utf-7\r\n\r\n+2AA-\r\n'
    kind = {"content-type": "multipart/form-data; boundary=x; charset=utf-7"}
    body = part.format("asked") + part.format("answered") + "--x--\r\n"
    assert client.post("/", content=body.encode(), headers=kind).status_code in (200, 422)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"q": " "},
        {"q": "\x00\ud800".encode("utf-8", "replace").decode()},
        {"q": "x", "asked": ["a"] * 150, "answered": ["b"] * 150},
        {"asked": "x", "answered": "y", "q": "x" * 9_000},
        {"q": LIGHTHOUSE, "asked": "only asked"},
    ],
)
def test_odd_forms_get_a_page(client: TestClient, form: dict[str, str | list[str]]) -> None:
    response = client.post("/", data=form)
    assert response.status_code in (200, 422)
    assert response.headers["content-type"].startswith("text/html")


def shown(client: TestClient, **changed: Any) -> Response:
    """What the script gets for an answer, some of whose parts are changed."""
    given = client.post("/chat", json={"messages": [{"role": "user", "content": LIGHTHOUSE}]}).json()
    body = {"number": 1, "question": LIGHTHOUSE, "earlier": [], "given": given | changed}
    return client.post("/turn", json=body)


def test_the_script_gets_the_turn_that_the_server_renders(client: TestClient) -> None:
    html = client.get("/", params={"q": LIGHTHOUSE}).text
    assert shown(client).text.strip().removeprefix('<article class="turn"') in html


def test_odd_answers_are_refused(client: TestClient) -> None:
    given = client.post("/chat", json={"messages": [{"role": "user", "content": LIGHTHOUSE}]}).json()
    citation = given["citations"][0]
    elsewhere = citation | {"passage": citation["passage"] | {"id": "none"}}
    assert shown(client, citations=[citation | {"quote": "words of another"}]).status_code == 404
    assert shown(client, citations=[elsewhere]).status_code == 404
    assert shown(client, status="green").status_code == 422
    assert client.post("/turn", content="{").status_code == 422


def test_nothing_is_loaded_from_elsewhere_to_describe_the_interface(client: TestClient) -> None:
    assert client.get("/openapi.json").status_code == 200
    assert client.get("/docs").status_code == client.get("/redoc").status_code == 404


def test_a_browser_is_told_on_a_page_that_there_is_none(client: TestClient) -> None:
    response = client.get("/nowhere", headers={"Accept": "text/html,application/xhtml+xml"})
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert "There is no page at this address." in response.text
    assert client.get("/nowhere").json()["status"] == 404


@pytest.mark.parametrize(
    ("question", "state"),
    [
        (LIGHTHOUSE, "answered"),
        ("which volcano erupted on Tuesday", "not_found"),
        ("Which documents do you have?", "told"),
        ("Do you have the 1998 work plan?", "lacking"),
    ],
)
def test_only_what_is_quoted_and_whole_is_green(client: TestClient, question: str, state: str) -> None:
    html = client.get("/", params={"q": question}).text
    assert re.findall(r'<p class="state" data-state="(\w+)">', html) == [state, "searching"]


def test_the_scope_of_a_question_is_taken_away_by_a_link(client: TestClient) -> None:
    html = client.get("/", params={"q": "Who leads the fog signal workshop in the 2020-22 plan?"}).text
    assert "Only in Ask again without Harbour Group Work Plan 2020-22 ×" in text_of(html)
    (without,) = re.findall(r'<li><a href="([^"]+everywhere=true)"', html)
    assert "Ask again without" not in text_of(client.get(unescape(without)).text)


def test_an_address_says_in_which_documents_an_answer_is_looked_for(client: TestClient) -> None:
    html = client.get("/", params={"q": LIGHTHOUSE, "document": "report", "everywhere": True}).text
    assert "Only in Ask again without Annual Report of the Harbour Group 2023 ×" in text_of(html)
    assert set(re.findall(r'cite="/read/(\w+)', html)) == {"report"}


def test_earlier_questions_in_an_address_are_answered_too(client: TestClient) -> None:
    html = client.get("/", params={"asked": [LIGHTHOUSE, " "], "q": "when was it inspected?"}).text
    assert re.findall(r'<article class="turn" id="(t\d)"', html) == ["t1", "t2"]
    assert 'id="c1-1"' in html
    assert "Norway" in text_of(html)


def test_a_question_is_kept_where_the_service_is_busy(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: object) -> None:
        raise BusyError("too many requests", where="queue", remedy="try again")

    monkeypatch.setattr(chat, "run_for_request", busy)
    response = client.post("/", data={"q": LIGHTHOUSE})
    assert response.status_code == 503
    assert response.headers["retry-after"] == str(BusyError.RETRY_AFTER)
    assert f">{LIGHTHOUSE}</textarea>" in response.text
    assert client.get("/").status_code == 200
