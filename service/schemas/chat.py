"""What a chat takes and gives."""

from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from service.answering.types import Answer
from service.schemas.base import MAX_HISTORY, MAX_MESSAGES, MAX_QUESTION, Model
from service.schemas.citations import Citation
from service.schemas.filters import Filter


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


class ChatResponse(Model):
    """A short answer in the documents' words. With `not_found`, the citations are only the nearest passages."""

    status: Literal["answered", "partial", "not_found"]
    answer: str
    confidence: float = Field(ge=0, le=1)
    question: str = Field(description="the standalone question that was searched")
    citations: list[Citation]
    generation: str

    @classmethod
    def of(cls, given: Answer) -> Self:
        return cls(
            status=given.status,
            answer=given.text,
            confidence=given.confidence,
            question=given.question,
            citations=[Citation.of(citation) for citation in given.citations],
            generation=given.generation,
        )
