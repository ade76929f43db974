"""The chat: a conversation as a page, from the same templates with and without scripts.

The address of an answer has its question and the few before it, so that a link, a reload and going back show it again.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import Field

from index.encoders.base import Encoder
from index.generation import Index
from index.opening import OpenIndex
from service.answering.types import Answer
from service.chat import TURNS
from service.documents.examples import examples
from service.documents.holdings import holdings
from service.errors import BusyError
from service.http.dependencies import Open
from service.pages.problems import page_router
from service.pages.rendering import fragment, page
from service.pages.turns import Asked, ChatTurn, turn
from service.schemas.base import MAX_QUESTION, Model
from service.schemas.chat import ChatResponse
from service.schemas.feedback import MAX_COMMENT
from service.serving.dispatch import run_for_request
from service.serving.tasks import answer_turns

_Earlier = Annotated[list[Annotated[str, Field(max_length=MAX_QUESTION)]], Field(max_length=TURNS)]

router = page_router()


class AnsweredTurn(Model):
    """A question that the script asked, those before it, and what `POST /chat` answered."""

    number: int = Field(ge=1, le=10_000)
    question: str = Field(max_length=MAX_QUESTION)
    earlier: _Earlier
    given: ChatResponse


@router.get("/")
async def ask(
    request: Request,
    open: Open,
    q: Annotated[str, Query(max_length=MAX_QUESTION)] = "",
    asked: Annotated[_Earlier, Query()] = [],  # noqa: B006
    document: Annotated[list[str], Query(max_length=100)] = [],  # noqa: B006
    *,
    everywhere: bool = False,
) -> Response:
    """The empty chat, or the conversation in the address."""
    if not q.strip():
        return await _begin(request, open)
    earlier = tuple(text for text in asked if text.strip())
    return await _go_on(request, open, [], Asked(q, earlier, tuple(document), everywhere))


@router.post("/")
async def ask_on(request: Request, open: Open) -> Response:
    """The next turn of the conversation in the form."""
    async with request.form(max_files=0, max_fields=500, max_part_size=200_000) as form:
        given = [[_text(value) for value in form.getlist(name)] for name in ("asked", "answered")]
        question = _text(form.get("q", ""))
    turns: list[ChatTurn] = []
    for text, answered in zip(*given, strict=False):
        if text.strip():
            before = tuple(turn.asked.question for turn in turns)
            turns.append(ChatTurn(len(turns) + 1, Asked(text, before), answered))
    before = tuple(turn.asked.question for turn in turns)
    if not question.strip():
        return _page(request, open[0], turns, problem="Write a question first.", status=422)
    return await _go_on(request, open, turns, Asked(question, before))


@router.post("/turn")
def answered(request: Request, open: Open, body: AnsweredTurn) -> Response:
    """A turn as HTML for the script."""
    found = turn(open[0], body.number, Asked(body.question, tuple(body.earlier)), body.given)
    return HTMLResponse(fragment("turn", turn=found, **_common(request)))


async def _begin(request: Request, open: OpenIndex) -> Response:
    """The empty chat, with examples if there is time to find some."""
    index, encoder = open
    try:
        found = await run_for_request(request, encoder, lambda cancellable: examples(index, cancellable))
    except BusyError:
        found = ()
    return _page(request, index, [], examples=[Asked(question) for question in found])


async def _go_on(request: Request, open: OpenIndex, turns: Sequence[ChatTurn], asked: Asked) -> Response:
    """The conversation with the answer to `asked`; the few turns before it are answered again."""
    index, encoder = open
    body = asked.request
    filter = body.filter.to_index(index.documents) if body.filter else None

    def work(cancellable: Encoder) -> list[Answer]:
        return answer_turns(index, cancellable, body.turns(), filter, everywhere=body.everywhere)

    try:
        answers = await run_for_request(request, encoder, work)
    except BusyError as error:
        response = _page(request, index, turns, question=asked.question, problem=str(error), status=503)
        response.headers.update(error.HEADERS)
        return response
    asking = [*asked.before, asked]
    first = len(asking) - len(answers)
    again = [
        turn(index, number, one, ChatResponse.of(given, index.documents))
        for number, (one, given) in enumerate(zip(asking[first:], answers, strict=True), first + 1)
    ]
    return _page(request, index, [*turns[:first], *again])


def _page(
    request: Request,
    index: Index,
    turns: Sequence[ChatTurn],
    *,
    examples: Sequence[Asked] = (),
    question: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    """The chat with `question` in its box."""
    documents = list(index.documents.values())
    shown: dict[str, Any] = {"turns": turns, "examples": examples, "question": question, "problem": problem}
    shown |= {"documents": documents, "holdings": holdings(documents), "longest": MAX_QUESTION}
    return page(request, "chat", status, **shown, **_common(request))


def _common(request: Request) -> dict[str, Any]:
    return {"base": str(request.base_url), "longest_comment": MAX_COMMENT}


def _text(field: object) -> str:
    """A field of a form, without halves of characters, which UTF-8 lacks."""
    return str(field).encode("utf-8", "replace").decode()
