"""The chat: a conversation as a page, from the same templates with and without scripts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup
from pydantic import StringConstraints

from corpus.types import Document
from service.answering.types import Answer
from service.documents.examples import examples
from service.documents.reader import entry
from service.documents.shelf import coverage
from service.http.dependencies import Open
from service.pages.markup import answer_html
from service.pages.problems import page_router
from service.pages.quotations import Quotation, of_citation, quotation
from service.pages.rendering import fragment, page
from service.schemas.base import MAX_QUESTION
from service.schemas.chat import ChatRequest, ChatResponse
from service.schemas.feedback import MAX_COMMENT
from service.serving.dispatch import answer_for

STATUS = {
    "answered": "Answered from the documents",
    "partial": "Partly answered: check the quotations",
    "not_found": "Not found in the documents",
    "unasked": "",  # a greeting: a question has related passages at least
    "earlier": "Earlier answer",
}
_MAX_CARDS = 50
Place = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,3}:\d{1,9}:\d{1,9}:.{1,300}$")]

router = page_router()


@dataclass(frozen=True, slots=True)
class ChatTurn:
    """A question and the text of its answer; `answer` is known of the last turn alone.

    `scope` has each document to which the question was restricted, and the ids of the others, joined by commas.
    """

    number: int
    question: str
    text: str
    answer: Answer | None = None
    scope: Sequence[tuple[Document, str]] = ()

    @property
    def outcome(self) -> str:
        if self.answer is None:
            return "earlier"
        asked = self.answer.status != "not_found" or self.answer.citations
        return self.answer.status if asked else "unasked"

    @property
    def quotations(self) -> list[Quotation]:
        return [of_citation(citation) for citation in self.answer.citations] if self.answer else []

    @property
    def given(self) -> str:
        """The answer as JSON for `POST /feedback`; "" of earlier turns."""
        return (
            ChatResponse.of(self.answer).model_dump_json(exclude={"confidence", "scope", "explanation"})
            if self.answer
            else ""
        )

    @property
    def html(self) -> Markup:
        """The answer, with its markers as links to the citations."""
        known = {citation.marker for citation in self.answer.citations} if self.answer else ()
        return answer_html(self.text, self.number, known)


@router.get("/")
async def ask(
    request: Request, open: Open, q: Annotated[str, Query(max_length=MAX_QUESTION)] = ""
) -> Response:
    """The empty chat, or the first turn with the question `q`."""
    return await _conversation(request, open, [], q) if q.strip() else _page(request, open, [])


@router.post("/")
async def ask_on(request: Request, open: Open) -> Response:
    """The next turn of the conversation in the form; with `keep`, the last once more, of these documents or of all."""
    async with request.form(max_files=0, max_fields=500, max_part_size=200_000) as form:
        given = [[str(value) for value in form.getlist(name)] for name in ("asked", "answered")]
        question, keep = str(form.get("q", "")), form.get("keep")
    earlier = list(zip(*given, strict=False))
    if keep is None or not earlier:
        return await _conversation(request, open, earlier, question)
    kept = [id for id in str(keep).split(",") if id]
    return await _conversation(request, open, earlier[:-1], earlier[-1][0], kept)


async def _conversation(
    request: Request,
    open: Open,
    earlier: Sequence[tuple[str, str]],
    question: str,
    kept: Sequence[str] | None = None,
) -> Response:
    """A page with one turn more; of the documents `kept` whatever the question names, if these are given."""
    body = _chat_request(
        earlier, question if question.strip() else "?", kept
    )  # checks the earlier turns, too
    turns = [ChatTurn(number, *turn) for number, turn in enumerate(earlier, 1)]
    if not question.strip():
        return _page(request, open, turns, problem="Write a question first.", status=422)
    filter = body.filter.to_index(open[0].documents) if body.filter else None
    answer = await answer_for(request, *open, body.turns(), filter, everywhere=body.everywhere)
    scope = _scope(open[0].documents, answer)
    return _page(request, open, [*turns, ChatTurn(len(turns) + 1, question, answer.text, answer, scope)])


def _scope(documents: Mapping[str, Document], answer: Answer) -> list[tuple[Document, str]]:
    """The documents that a question names, each with the ids of the others."""
    ids = answer.request.scope.documents if answer.request else ()
    return [(documents[id], ",".join(other for other in ids if other != id)) for id in ids]


def _chat_request(
    earlier: Sequence[tuple[str, str]], question: str, kept: Sequence[str] | None
) -> ChatRequest:
    messages = [
        {"role": role, "content": text}
        for turn in earlier
        for role, text in zip(("user", "assistant"), turn, strict=True)
    ]
    body: dict[str, Any] = {"messages": [*messages, {"role": "user", "content": question}]}
    if kept is not None:
        body |= {"everywhere": True, "filter": {"document": kept} if kept else None}
    return ChatRequest.model_validate(body)


def _page(
    request: Request, open: Open, turns: Sequence[ChatTurn], *, problem: str = "", status: int = 200
) -> Response:
    documents: list[Document] = list(open[0].documents.values())
    shown: dict[str, Any] = {"turns": turns, "problem": problem, "documents": documents, "says": STATUS}
    shown |= {"longest_comment": MAX_COMMENT, "examples": examples(open[0]), "coverage": coverage(documents)}
    return page(request, "chat", status, longest=MAX_QUESTION, base=str(request.base_url), **shown)


@router.get("/cards")
def cards(
    request: Request,
    open: Open,
    cite: Annotated[list[Place], Query(max_length=_MAX_CARDS)],
    turn: Annotated[int, Query(ge=1, le=10_000)] = 1,
    related: bool = False,
) -> Response:
    """The citations of a turn as HTML for the script; each `cite` is `marker:start:end:document`."""
    index, _ = open
    found = []
    for one in cite:
        marker, start, end, document = one.split(":", 3)
        known = entry(index, document)
        found.append(quotation(index, known.id, int(start), int(end), int(marker)))
    html = fragment("cards", quotations=found, turn=turn, related=related, base=str(request.base_url))
    return HTMLResponse(html)
