"""The OpenAI-compatible routes, by OpenAI's own client and types against a live service."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx2
import openai
import pytest
from openai.types import Model
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from starlette.testclient import TestClient

from corpus.text.markup import plain as plain_text
from service.app import create_app
from service.settings import Settings
from tests.support.live import live
from tests.support.tiny import TinyEncoder

LEAD = "who leads the repair of the northern lighthouse"
NOWHERE = "which volcano erupted on Tuesday [1]"


@pytest.fixture(scope="module")
def url(harbour: Settings) -> Iterator[str]:
    with live(create_app(harbour, TinyEncoder)) as url:
        yield url


@pytest.fixture(scope="module")
def official(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="none needed", max_retries=0) as client:
        yield client


def said(*texts: str) -> list[Any]:
    """Turns of user and assistant."""
    return [{"role": ("user", "assistant")[n % 2], "content": content} for n, content in enumerate(texts)]


@pytest.mark.parametrize("question", [LEAD, NOWHERE, "How many action items does Iceland lead?"])
def test_an_answer_links_its_citations(official: openai.OpenAI, url: str, question: str) -> None:
    completion = official.chat.completions.create(model="bali", messages=said(question))
    plain = httpx2.post(f"{url}/chat", json={"messages": said(question)}).json()
    message = completion.choices[0].message
    assert completion.choices[0].finish_reason == "stop"
    assert message.content is not None
    assert message.content.startswith(plain["answer"].split(" [1]")[0])
    assert completion.system_fingerprint == plain["generation"]
    assert (completion.model_extra or {})["citations"] == plain["citations"]
    assert message.annotations
    assert len(message.annotations) == len(plain["citations"])
    for annotation, citation in zip(message.annotations, plain["citations"], strict=True):
        link = annotation.url_citation
        passage = citation["passage"]
        assert message.content[link.start_index : link.end_index] == (
            f'[{citation["marker"]}]({link.url} "{link.title}")'
        )
        assert link.title.startswith(passage["document"]["title"])
        start, end = map(int, link.title.rsplit(" ", 1)[1].split(":"))
        source = httpx2.get(f"{url}/documents/{passage['document']['id']}/text").text
        assert source[start:end] == citation["quote"]
        marked = " ".join(re.findall(r"<mark[^>]*>(.*?)</mark>", httpx2.get(link.url).text))
        assert re.sub(r"<[^>]*>", "", unescape(marked)).split() == plain_text(citation["quote"]).split()


def test_markers_in_the_words_of_a_question_are_no_links(official: openai.OpenAI) -> None:
    content = (
        official.chat.completions.create(model="bali", messages=said(NOWHERE)).choices[0].message.content
    )
    assert content is not None
    assert "Tuesday [1]”" in content


@pytest.mark.parametrize("question", [LEAD, NOWHERE])
def test_a_stream_adds_up_to_the_plain_answer(official: openai.OpenAI, question: str) -> None:
    whole = official.chat.completions.create(model="bali", messages=said(question))
    chunks = list(
        official.chat.completions.create(
            model="bali", messages=said(question), stream=True, stream_options={"include_usage": True}
        )
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert len(chunks) > 5
    links = [a.url_citation.url for a in whole.choices[0].message.annotations or []]
    in_one_piece = [c.choices[0].delta.content or "" for c in chunks if c.choices]
    assert all(any(f"({link} " in piece and piece.endswith(")") for piece in in_one_piece) for link in links)
    assert {chunk.id for chunk in chunks} == {chunks[0].id}
    assert chunks[0].choices[0].delta.role == "assistant"
    annotated = next(
        chunk for chunk in chunks if (chunk.choices[0].delta.model_extra or {}).get("annotations")
    )
    annotations = [a.model_dump() for a in whole.choices[0].message.annotations or []]
    assert (annotated.choices[0].delta.model_extra or {})["annotations"] == annotations
    assert (annotated.model_extra or {})["citations"] == (whole.model_extra or {})["citations"]
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage == whole.usage


def test_usage_counts_tokens_of_what_was_searched_and_said(official: openai.OpenAI) -> None:
    instructions: list[Any] = [{"role": "system", "content": "Be brief. " * 100}]
    usage = official.chat.completions.create(model="bali", messages=instructions + said(LEAD)).usage
    assert usage is not None
    assert usage.prompt_tokens == len(LEAD.split())
    assert usage.completion_tokens > 0
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


def test_a_conversation_is_understood_and_instructions_are_not_searched(official: openai.OpenAI) -> None:
    turns = [
        {"role": "system", "content": "Talk like a pirate about volcanoes."},
        *said("What is planned on the tide calendar?", "A tide calendar [1].", "And who leads it?"),
        {"role": "developer", "content": "Be brief."},
    ]
    completion = official.chat.completions.create(model="bali", messages=turns)
    assert (completion.choices[0].message.content or "").startswith("Iceland (item 3")


def test_content_in_parts_is_read(official: openai.OpenAI) -> None:
    parts: list[Any] = [{"type": "text", "text": "who leads the repair"}, {"type": "text", "text": LEAD[21:]}]
    completion = official.chat.completions.create(model="bali", messages=[{"role": "user", "content": parts}])
    assert (completion.choices[0].message.content or "").startswith("Norway (item 1")


def test_fields_that_make_no_difference_are_ignored(official: openai.OpenAI) -> None:
    completion = official.chat.completions.create(
        model="bali",
        messages=said(LEAD),
        n=1,
        temperature=0.2,
        top_p=1,
        max_tokens=5,
        seed=7,
        stop=["\n"],
        user="someone",
        presence_penalty=0,
        tool_choice="auto",
        tools=[{"type": "function", "function": {"name": "f", "parameters": {}}}],
        response_format={"type": "text"},
        extra_body={"session_id": "x", "chat_id": None},
    )
    assert (completion.choices[0].message.content or "").startswith("Norway")


@pytest.mark.parametrize(
    ("sent", "status", "param", "code"),
    [
        ({"messages": []}, 400, "messages", None),
        ({"messages": said("x", "y")}, 400, "messages", None),
        ({"messages": said(" ")}, 400, "messages", None),
        ({"messages": [{"role": "system", "content": "x"}]}, 400, "messages", None),
        ({"messages": said("x" * 5_000)}, 400, "messages", "context_length_exceeded"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, 400, "messages.0.role", None),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
            400,
            "messages.0.content",
            "unsupported_value",
        ),
        ({"model": "gpt-4"}, 404, "model", "model_not_found"),
        ({"n": 2}, 400, "n", "unsupported_value"),
        ({"logprobs": True}, 400, "logprobs", "unsupported_value"),
        ({"tool_choice": "required"}, 400, "tool_choice", "unsupported_value"),
        ({"response_format": {"type": "json_object"}}, 400, "response_format", "unsupported_value"),
        ({"stream": "perhaps"}, 400, "stream", None),
    ],
)
@pytest.mark.parametrize("stream", [{}, {"stream": True}])
def test_what_cannot_be_honoured_is_refused_in_openais_shape(
    official: openai.OpenAI, sent: dict[str, Any], status: int, param: str, code: str | None, stream: Any
) -> None:
    arguments = {"model": "bali", "messages": said(LEAD)} | stream | sent
    with pytest.raises(openai.APIStatusError) as refused:
        official.chat.completions.create(**arguments)
    assert refused.value.status_code == status
    assert refused.value.type == "invalid_request_error"
    assert refused.value.param == param
    assert refused.value.code == code
    assert refused.value.message


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "chat/completions", 405), ("GET", "embeddings", 404)]
)
def test_routes_that_are_not_there_say_so_in_openais_shape(
    client: TestClient, method: str, path: str, status: int
) -> None:
    response = client.request(method, f"/v1/{path}")
    assert response.status_code == status
    assert response.json()["error"].keys() == {"message", "type", "param", "code"}


def test_a_body_that_is_too_large_or_no_json_is_refused_in_openais_shape(client: TestClient) -> None:
    headers = {"content-type": "application/json"}
    large = client.post("/v1/chat/completions", content=b" " * 3_000_000, headers=headers)
    assert large.status_code == 413
    assert large.json()["error"]["type"] == "invalid_request_error"
    broken = client.post("/v1/chat/completions", content=b"{", headers=headers)
    assert broken.status_code == 400
    assert broken.json()["error"]["message"]


def test_models_are_listed(official: openai.OpenAI) -> None:
    listed = official.models.list().data
    assert [model.id for model in listed] == ["bali"]
    assert official.models.retrieve("bali") == listed[0]
    with pytest.raises(openai.NotFoundError) as refused:
        official.models.retrieve("gpt-4")
    assert refused.value.code == "model_not_found"


def test_the_shapes_are_exactly_those_of_the_official_types(client: TestClient) -> None:
    sent = {"model": "bali", "messages": said(LEAD)}
    body = client.post("/v1/chat/completions", json=sent).json()
    ChatCompletion.model_validate(body, strict=True)
    stream = client.post("/v1/chat/completions", json=sent | {"stream": True}).text
    blocks = stream.split("\n\n")
    assert blocks[-2:] == ["data: [DONE]", ""]
    for block in blocks[:-2]:
        ChatCompletionChunk.model_validate_json(block.removeprefix("data: "), strict=True)
    Model.model_validate(client.get("/v1/models/bali").json(), strict=True)


def test_while_nothing_is_built_models_and_answers_are_503(tmp_path: Any) -> None:
    with TestClient(create_app(Settings(var=tmp_path), TinyEncoder)) as client:
        sent = {"model": "bali", "messages": said(LEAD)}
        for response in (client.get("/v1/models"), client.post("/v1/chat/completions", json=sent)):
            assert response.status_code == 503
            assert response.json()["error"]["type"] == "server_error"
            assert "bali build" in response.json()["error"]["message"]
