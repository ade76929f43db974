"""The fields of OpenAI's chat completions that have a meaning here; clients send many others, which are ignored."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.schemas.base import MAX_HISTORY
from service.schemas.citations import Citation

MAX_TURNS = 2_000  # clients send the whole conversation, and no one trims it for us
MAX_PARTS = 100
# Of the fields that would change the answer, the values that do not; all other fields are ignored.
HONOURED: dict[str, tuple[Any, ...]] = {
    "n": (None, 1),
    "logprobs": (None, False),
    "tool_choice": (None, "none", "auto"),
    "function_call": (None, "none", "auto"),
    "response_format": (None, {"type": "text"}),
    "modalities": (None, ["text"]),
}


def _honoured(name: str) -> Any:
    return Field(None, json_schema_extra={"enum": list(HONOURED[name])})


class Lenient(BaseModel):
    """The base of what clients send: fields that we do not know are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_max_length=MAX_HISTORY, strict=True)


class Part(Lenient):
    """A piece of a message; only pieces of type `text` can be read."""

    type: str
    text: str | None = None


class Turn(Lenient):
    """A message. The user's and the assistant's are the conversation; all others are ignored."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | Annotated[list[Part], Field(max_length=MAX_PARTS)] | None = None

    @property
    def text(self) -> str:
        """Its text, the parts one below the other."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.text)
        return self.content or ""

    @property
    def unreadable(self) -> str | None:
        """The type of a part that is no text, or None."""
        parts = self.content if isinstance(self.content, list) else []
        return next((part.type for part in parts if part.type != "text"), None)


class StreamOptions(Lenient):
    """`include_usage` asks for a last chunk with the counts."""

    include_usage: bool | None = None


class CompletionRequest(Lenient):
    """A conversation, the question last. Fields typed Any are checked against what can be honoured."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "model": "bali",
                "messages": [{"role": "user", "content": "which member leads forced-marriage research"}],
            }
        }
    )

    model: str = Field(max_length=300)
    messages: list[Turn] = Field(min_length=1, max_length=MAX_TURNS)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: Any = _honoured("n")
    logprobs: Any = _honoured("logprobs")
    tool_choice: Any = _honoured("tool_choice")
    function_call: Any = _honoured("function_call")
    response_format: Any = _honoured("response_format")
    modalities: Any = _honoured("modalities")


class UrlCitation(BaseModel):
    """The characters `start_index:end_index` of the content are a link to `url`."""

    start_index: int
    end_index: int
    url: str
    title: str


class Annotation(BaseModel):
    """A link of the content, as OpenAI's web search gives it."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


class Usage(BaseModel):
    """Tokens, as the embedding model counts them, of the question that was searched and of the content."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class CompletionMessage(BaseModel):
    """The answer, its markers as links."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    annotations: list[Annotation]


class Choice(BaseModel):
    """The only one."""

    index: Literal[0] = 0
    message: CompletionMessage
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


class Completion(BaseModel):
    """An answer as OpenAI's clients read it. `citations` are as those of `/chat`, `system_fingerprint` the generation."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    system_fingerprint: str
    choices: list[Choice]
    usage: Usage
    citations: list[Citation]


class ServedModel(BaseModel):
    """What answers; `created` is when its documents were opened."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: Literal["bali"] = "bali"


class ServedModels(BaseModel):
    """All there are."""

    object: Literal["list"] = "list"
    data: list[ServedModel]
