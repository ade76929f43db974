"""What someone says of an answer, as it travels."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from service.schemas.base import MAX_MESSAGES, MAX_QUESTION, Model
from service.schemas.chat import Message
from service.schemas.citations import Citation

MAX_COMMENT = 2_000
MAX_ANSWER = 20_000
MAX_CITATIONS = 50
MAX_CHARACTERS = 300_000  # of the whole, so that one message cannot fill the store


class Feedback(Model):
    """A thumb for an answer, with the answer as `/chat` gave it; the conversation only if the person agrees."""

    thumb: Literal["up", "down"]
    comment: Annotated[str, Field(max_length=MAX_COMMENT)] | None = None
    question: str = Field(
        min_length=1, max_length=MAX_QUESTION, pattern=r"\S", description="as /chat gave it"
    )
    status: Literal["answered", "partial", "not_found"]
    answer: str = Field(max_length=MAX_ANSWER)
    citations: list[Citation] = Field(max_length=MAX_CITATIONS)
    generation: str = Field(min_length=1, max_length=100)
    messages: Annotated[list[Message], Field(max_length=MAX_MESSAGES)] | None = Field(
        None, description="the conversation, if it may be kept too"
    )

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if len(self.model_dump_json()) > MAX_CHARACTERS:
            raise ValueError(f"is longer than {MAX_CHARACTERS} characters: leave out the conversation")
        return self


class Received(Model):
    """The number under which it is kept."""

    id: int
