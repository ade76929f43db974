"""What a chat takes and gives."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from corpus.types import Document
from service.answering.types import Answer
from service.schemas.base import MAX_HISTORY, MAX_MESSAGES, MAX_QUESTION, Model
from service.schemas.citations import Citation
from service.schemas.filters import Filter
from service.understanding.request import Request


class Message(Model):
    """One turn of the conversation."""

    role: Literal["user", "assistant"]
    content: str = Field(max_length=MAX_HISTORY)


class ChatRequest(Model):
    """The conversation so far, the question last; the server keeps nothing."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "messages": [{"role": "user", "content": "which member leads forced-marriage research"}]
            }
        }
    )

    messages: list[Message] = Field(min_length=1, max_length=MAX_MESSAGES)
    filter: Filter | None = None
    stream: bool = Field(False, description="the answer as server-sent events")
    everywhere: bool = Field(False, description="in all documents, whichever the question names")
    explain: bool = Field(False, description="with what was understood, and what each step did")

    def turns(self) -> list[tuple[str, str]]:
        """The messages as (role, text) pairs."""
        return [(message.role, message.content) for message in self.messages]

    @model_validator(mode="after")
    def _ends_with_a_question(self) -> Self:
        last = self.messages[-1]
        if last.role != "user" or not last.content.strip():
            raise ValueError("the last message must be a question of the user's")
        if len(last.content) > MAX_QUESTION:
            raise ValueError(f"the question is longer than {MAX_QUESTION} characters")
        return self


class NamedDocument(Model):
    """A document to which the question was restricted, since it or one before it names the document."""

    id: str
    title: str


class Step(Model):
    """What a step of answering did."""

    step: str
    outcome: str


class Explanation(Model):
    """How the question was understood, and which steps were tried until one answered."""

    intent: str = Field(description="what is asked for: fact, list, count, yes_no, compare and others")
    chance: float = Field(ge=0, le=1, description="the probability of the intent")
    wanted: str = Field(description="the kind of thing that would answer")
    field: str = Field(description="the column of a plan that is asked for")
    names: list[str] = Field(description="the countries and bodies named")
    topic: list[str] = Field(description="the stemmed words of what it is about")
    steps: list[Step]

    @classmethod
    def of_answer(cls, given: Answer, request: Request) -> Self:
        return cls(
            intent=request.intent,
            chance=round(request.chance, 4),
            wanted=request.wanted,
            field=request.field,
            names=[entity.name for entity in request.entities],
            topic=list(request.topic),
            steps=[Step(step=entry.step, outcome=entry.outcome) for entry in given.trace],
        )


class ChatResponse(Model):
    """A short answer in the documents' words. With `not_found`, the citations are only the nearest passages."""

    status: Literal["answered", "partial", "not_found"]
    answer: str
    confidence: float = Field(ge=0, le=1)
    question: str = Field(description="the standalone question that was searched")
    citations: list[Citation]
    generation: str
    scope: list[NamedDocument] = Field(
        default=[], description="the documents that the question was restricted to"
    )
    missing: list[str] = Field(
        default=[], description="documents that the question names and that are not held, in its words"
    )
    explanation: Explanation | None = Field(None, description="given where it is asked for")

    @classmethod
    def of(
        cls, given: Answer, documents: Mapping[str, Document] | None = None, *, explain: bool = False
    ) -> Self:
        request = given.request
        named = request.scope.documents if request and documents else ()
        return cls(
            scope=[NamedDocument(id=id, title=documents[id].title) for id in named if documents],
            missing=list(request.scope.missing) if request else [],
            explanation=Explanation.of_answer(given, request) if explain and request else None,
            status=given.status,
            answer=given.text,
            confidence=given.confidence,
            question=given.question,
            citations=[Citation.of(citation) for citation in given.citations],
            generation=given.generation,
        )
