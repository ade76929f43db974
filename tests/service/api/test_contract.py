"""The service from outside: what a client sees of every route."""

import hashlib
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.conftest import PLAN, REPORT


def ask(client: TestClient, question: str, **more: Any) -> dict[str, Any]:
    response = client.post("/chat", json={"messages": [{"role": "user", "content": question}], **more})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def find(client: TestClient, query: str, **more: Any) -> dict[str, Any]:
    response = client.post("/search", json={"query": query, **more})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


@pytest.mark.parametrize(
    ("question", "cell", "header"),
    [
        ("who leads the repair of the northern lighthouse", "Norway", "Action Lead"),
        ("what is the status of the fog signal workshop", "For action – 2022", "Status"),
        (
            "under which priority area is the tide calendar for fishing villages",
            "Information",
            "Priority Area",
        ),
    ],
)
def test_chat_answers_with_the_cell_and_cites_the_row(
    client: TestClient, question: str, cell: str, header: str
) -> None:
    body = ask(client, question)
    assert body["status"] == "answered"
    assert body["answer"].startswith(cell)
    assert body["citations"][0]["quote"] == body["citations"][0]["passage"]["text"]
    assert body["citations"][0]["passage"]["fields"][header] == cell


def test_every_quotation_stands_in_the_document_as_cited(client: TestClient) -> None:
    for citation in ask(client, "who retires soon at the lighthouse")["citations"]:
        passage = citation["passage"]
        source = client.get(f"/documents/{passage['document']['id']}/text").text
        assert source[passage["start"] : passage["end"]] == passage["text"]
        assert citation["quote"] in passage["text"]
        assert citation["quote_sha256"] == hashlib.sha256(citation["quote"].encode()).hexdigest()


def test_what_no_document_speaks_of_is_not_found(client: TestClient) -> None:
    body = ask(client, "which volcano erupted on Tuesday")
    assert body["status"] == "not_found"
    assert "which volcano erupted on Tuesday" in body["answer"]


@pytest.mark.parametrize(
    ("question", "answer", "cited"),
    [
        ("How many action items does Iceland lead?", "2 of 4 action items:", ["2", "3"]),
        ("which actions are for action in 2022", "2 of 4 action items:", ["2", "4"]),
        ("Which items do all members lead?", "2 of 4 action items:", ["2", "4"]),
        ("How many actions are complete?", "1 of 4 action items:", ["1"]),
        ("How many action items are not complete?", "3 of 4 action items:", ["2", "3", "4"]),
        ("Which items under Outreach does Iceland lead?", "1 of 4 action items:", ["3"]),
        ("List the action items of the priority area Training", "2 of 4 action items:", ["2", "4"]),
        ("List the action items of the 2021 plan", "4 of 4 action items:", ["1", "2", "3", "4"]),
        ("What does Iceland lead?", "2 of 4 action items:", ["2", "3"]),
        ("Which items is Norway responsible for?", "1 of 4 action items:", ["1"]),
        ("How many does Iceland lead in the 2021 plan?", "2 of 4 action items:", ["2", "3"]),
        ("How many items does the current plan have?", "4 of 4 action items:", ["1", "2", "3", "4"]),
        ("how many action items has the 2021 work plan", "4 of 4 action items:", ["1", "2", "3", "4"]),
    ],
)
def test_counting_questions_are_answered_from_the_records(
    client: TestClient, question: str, answer: str, cited: list[str]
) -> None:
    body = ask(client, question)
    assert body["answer"].startswith(answer)
    assert [line[2:].split(".")[0] for line in body["answer"].splitlines()[1:]] == cited
    assert [citation["passage"]["text"].split(".")[0] for citation in body["citations"]] == cited


@pytest.mark.parametrize(
    "question",
    [
        "How many action items are not about training?",
        "By what means does the HG support members?",
        "Which items are completed by HG?",
        "What does Sweden lead?",
        "What does Iceland lead on lighthouses?",
        "How many action items does Iceland lead in the 2017 plan?",
    ],
)
def test_a_question_that_asks_for_more_is_no_count_and_no_definition(
    client: TestClient, question: str
) -> None:
    answer = ask(client, question)["answer"]
    assert "of 4 action items:" not in answer
    assert not answer.startswith("HG: ")


def test_words_that_no_document_has_are_not_found(client: TestClient) -> None:
    assert ask(client, "zzz qqq")["status"] == "not_found"


def test_counts_are_of_what_the_filter_lets_through(client: TestClient) -> None:
    body = ask(client, "How many action items does Iceland lead?", filter={"status": ["Ongoing"]})
    assert body["answer"].startswith("1 of 1 action items:")


def test_an_abbreviation_is_answered_from_the_glossary(client: TestClient) -> None:
    body = ask(client, "What does TIC stand for?")
    assert body["answer"] == "TIC: Tide Information Centre [1]"
    assert body["citations"][0]["quote"] == "TIC\tTide Information Centre"


def test_a_follow_up_is_searched_with_what_it_leans_on(client: TestClient) -> None:
    turns = [
        {"role": "user", "content": "What is planned on the tide calendar?"},
        {"role": "assistant", "content": "Publish a tide calendar for fishing villages. [1]"},
        {"role": "user", "content": "And who leads it?"},
    ]
    response = client.post("/chat", json={"messages": turns})
    assert response.json()["answer"].startswith("Iceland (item 3, Harbour Group Work Plan 2020-22) [1]")
    assert "tide calendar" in response.json()["question"]


def test_a_long_history_is_answered(client: TestClient) -> None:
    turns = [{"role": "user", "content": f"What of lighthouse number {n}?"} for n in range(199)]
    response = client.post("/chat", json={"messages": [*turns, {"role": "user", "content": "who leads it"}]})
    assert response.status_code == 200


@pytest.mark.parametrize(
    "question", ["?", "the", "日本語の質問", "<script>alert(1)</script>", "\x07\x1b[31m", "x" * 4000]
)
def test_odd_questions_get_an_answer_and_quote_only_documents(client: TestClient, question: str) -> None:
    for citation in ask(client, question)["citations"]:
        assert citation["passage"]["text"] in (PLAN + REPORT)


def test_search_ranks_from_one_with_scores_falling(client: TestClient) -> None:
    results = find(client, "train buoy inspectors", top_k=4)["results"]
    assert results[0]["passage"]["text"].startswith("2. Train buoy inspectors")
    assert [result["rank"] for result in results] == [1, 2, 3, 4]
    assert [r["score"] for r in results] == sorted((r["score"] for r in results), reverse=True)


def test_highlights_lie_in_the_passage(client: TestClient) -> None:
    results = find(client, "tide calendar for fishing villages")["results"]
    marked = [results[0]["passage"]["text"][h["start"] : h["end"]] for h in results[0]["highlights"]]
    assert any("calendar" in text for text in marked)


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ({"lead": ["iceland"]}, {"2", "3"}),
        ({"lead": "All members"}, {"2", "4"}),
        ({"status": ["For action"]}, {"2", "4"}),
        ({"status": ["For"], "lead": ["Iceland"]}, {"2"}),
        ({"status": ["Com"]}, set()),
    ],
)
def test_filters_on_action_items(client: TestClient, filter: dict[str, Any], expected: set[str]) -> None:
    results = find(client, "lighthouse", top_k=50, filter=filter)["results"]
    assert {result["passage"]["text"].split(".")[0] for result in results} == expected


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ({"year_from": 2021}, {"plan", "report"}),
        ({"year_from": 2023}, {"report"}),
        ({"year_to": 2022}, {"plan"}),
        ({"year_to": 2019}, set()),
        ({"document": ["report"]}, {"report"}),
        ({"kind": ["definition"]}, {"report"}),
    ],
)
def test_filters_on_documents(client: TestClient, filter: dict[str, Any], expected: set[str]) -> None:
    results = find(client, "lighthouse", top_k=50, filter=filter)["results"]
    assert {result["passage"]["document"]["id"] for result in results} == expected


def test_facets_count_the_whole_filtered_set(client: TestClient) -> None:
    facets = find(client, "lighthouse", top_k=1, filter={"kind": ["row"]})["facets"]
    assert facets["lead"] == [
        {"value": "All members", "count": 2},
        {"value": "Iceland", "count": 2},
        {"value": "Norway", "count": 1},
    ]
    assert {"value": "2021", "count": 4} in facets["year"]
    assert {"value": "For action", "count": 2} in facets["status"]


def test_records_are_the_plan_rows(client: TestClient) -> None:
    body = client.get("/records").json()
    assert body["total"] == 4
    assert body["records"][1] | {"passage_id": ""} == {
        "document": "plan",
        "number": "2",
        "group": "Safety",
        "text": "Train buoy inspectors on corrosion.",
        "lead": ["All members", "Iceland"],
        "status": "For action – 2022",
        "priority_area": "Training",
        "deadline": None,
        "fields": {
            "Action": "2. Train buoy inspectors on corrosion.",
            "Action Lead": "All members Iceland",
            "Priority Area": "Training",
            "Status": "For action – 2022",
        },
        "period": [2020, 2022],
        "recognised": False,
        "passage_id": "",
    }


def test_records_filter_like_search(client: TestClient) -> None:
    body = client.get("/records", params={"lead": "Iceland", "status": "Ongoing"}).json()
    assert [record["number"] for record in body["records"]] == ["3"]


def test_documents_and_their_text(client: TestClient) -> None:
    listed = client.get("/documents").json()["documents"]
    assert [(d["id"], d["characters"]) for d in listed] == [("plan", len(PLAN)), ("report", len(REPORT))]
    assert client.get("/documents/plan").json() == listed[0]
    assert client.get("/documents/report/text").text == REPORT


def test_a_passage_by_its_id(client: TestClient) -> None:
    passage = find(client, "tide calendar")["results"][0]["passage"]
    assert client.get(f"/passages/{passage['id']}").json() == passage


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").json()["status"] == "alive"
    ready = client.get("/readyz").json()
    assert ready["generation"] == find(client, "buoy")["generation"]


@pytest.mark.parametrize(
    ("route", "body", "field"),
    [
        ("/search", {"query": ""}, "query"),
        ("/search", {"query": "  "}, "query"),
        ("/search", {"query": "x" * 5000}, "query"),
        ("/search", {"query": "x", "top_k": 0}, "top_k"),
        ("/search", {"query": "x", "top_k": 101}, "top_k"),
        ("/search", {"query": "x", "colour": "red"}, "colour"),
        ("/search", {"query": "x", "filter": {"year": 2020}}, "year"),
        ("/search", {"query": "x", "filter": {"year_from": 2024, "year_to": 2020}}, "filter"),
        ("/search", {"query": "x", "filter": {"document": ["nowhere"]}}, "filter.document"),
        ("/search", {"query": "x", "filter": {"kind": ["poem"]}}, "kind"),
        ("/chat", {"messages": []}, "messages"),
        ("/chat", {"messages": [{"role": "assistant", "content": "hello"}]}, "last message"),
        ("/chat", {"messages": [{"role": "wizard", "content": "hello"}]}, "role"),
        ("/verify", {"marker": 1}, "quote"),
    ],
)
def test_bad_requests_get_problem_details_that_name_the_field(
    client: TestClient, route: str, body: dict[str, Any], field: str
) -> None:
    response = client.post(route, json=body)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == 422
    assert field in problem["detail"]


@pytest.mark.parametrize("path", ["/passages/none", "/documents/none", "/documents/none/text", "/nowhere"])
def test_what_does_not_exist_is_a_404_problem(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == 404


def test_no_json_is_a_problem(client: TestClient) -> None:
    response = client.post("/search", content=b"{", headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


def test_a_body_too_large_is_refused(client: TestClient) -> None:
    response = client.post("/search", content=b" " * 3_000_000, headers={"content-type": "application/json"})
    assert response.status_code == 413
    assert response.json()["status"] == 413


def test_openapi_describes_every_route_with_an_example_of_asking(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            assert operation.get("summary"), f"{method} {path}"
            assert operation.get("description"), f"{method} {path}"
    assert "example" in schema["components"]["schemas"]["ChatRequest"]
    assert "example" in schema["components"]["schemas"]["SearchRequest"]


@pytest.mark.parametrize(
    ("question", "answer", "number"),
    [
        ("Who leads item 2?", "All members and Iceland (item 2, Harbour Group Work Plan 2020-22) [1]", "2"),
        (
            "who leads action item no. 3 of the 2020-22 plan",
            "Iceland (item 3, Harbour Group Work Plan 2020-22) [1]",
            "3",
        ),
        (
            "What is the status of item 1 of the work plan?",
            "Complete. The lamp was replaced in 2021. (item 1, Harbour Group Work Plan 2020-22) [1]",
            "1",
        ),
        ("Is action item 1 complete?", "Yes: Complete. (item 1, Harbour Group Work Plan 2020-22) [1]", "1"),
        ("Is Iceland leading item 1?", "No: Norway (item 1, Harbour Group Work Plan 2020-22) [1]", "1"),
        ("What is action item 4?", "4. Hold a fog signal workshop. — All members [1]", "4"),
        (
            "Which priority area is item 4 under?",
            "Training (item 4, Harbour Group Work Plan 2020-22) [1]",
            "4",
        ),
    ],
)
def test_an_item_is_asked_for_by_its_number(
    client: TestClient, question: str, answer: str, number: str
) -> None:
    given = client.post("/chat", json={"messages": [{"role": "user", "content": question}]}).json()
    assert (given["status"], given["answer"]) == ("answered", answer)
    assert [citation["quote"].split(".")[0] for citation in given["citations"]] == [number]


@pytest.mark.parametrize("question", ["Who leads item 5?", "Who leads item 2 of the 2031 plan?"])
def test_a_number_that_no_item_has_is_not_found(client: TestClient, question: str) -> None:
    given = client.post("/chat", json={"messages": [{"role": "user", "content": question}]}).json()
    assert given["status"] == "not_found"


def test_items_led_together_are_those_of_both(client: TestClient) -> None:
    asked = "Which items do all members lead jointly with Iceland?"
    given = client.post("/chat", json={"messages": [{"role": "user", "content": asked}]}).json()
    assert [citation["quote"][0] for citation in given["citations"]] == ["2"]


def test_a_yes_or_no_of_a_name_that_is_nowhere_is_not_found(client: TestClient) -> None:
    asked = "Is Atlantis among the members of the Harbour Group?"
    given = client.post("/chat", json={"messages": [{"role": "user", "content": asked}]}).json()
    assert given["status"] == "not_found"
    assert "No document mentions Atlantis" in given["answer"]
