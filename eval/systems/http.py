"""A service judged over HTTP, by the contract alone: any URL that answers `/search` and `/chat`."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar

import httpx2
from pydantic import BaseModel, Field, ValidationError

from corpus.errors import BaliError
from eval.systems.protocol import Answer, Retrieved

TIMEOUT_SECONDS = 60.0


class ServiceError(BaliError):
    """The service cannot be reached, refuses, or does not answer by the contract."""


class _Document(BaseModel):
    id: str


class _Passage(BaseModel):
    id: str
    document: _Document
    text: str
    start: int
    end: int


class _Result(BaseModel):
    score: float
    passage: _Passage


class _Found(BaseModel):
    results: list[_Result]


class _Citation(BaseModel):
    quote: str
    quote_sha256: str
    passage: _Passage


class _Said(BaseModel):
    status: Literal["answered", "partial", "not_found"]
    text: Annotated[str, Field(alias="answer")]
    confidence: Annotated[float, Field(ge=0, le=1)]
    question: str
    citations: list[_Citation]


_Shape = TypeVar("_Shape", _Found, _Said)


class HttpService:
    """System and Answerer at `url`. Close it, or use it in a `with`, to give its connections back."""

    def __init__(self, url: str, client: httpx2.Client | None = None) -> None:
        self.name = url
        self._client = client or httpx2.Client(base_url=url, timeout=TIMEOUT_SECONDS)

    def __enter__(self) -> "HttpService":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def search(self, query: str, top_k: int, filter: Mapping[str, Any] | None = None) -> list[Retrieved]:
        """`POST /search`. Raises ServiceError."""
        found = self._post("/search", {"query": query, "top_k": top_k, "filter": filter}, _Found)
        return [Retrieved.of(result) for result in found.results]

    def answer(self, messages: Sequence[Mapping[str, str]]) -> Answer:
        """`POST /chat`. Raises ServiceError."""
        said = self._post("/chat", {"messages": list(messages), "filter": None, "stream": False}, _Said)
        return Answer.of(said)

    def _post(self, path: str, body: Mapping[str, Any], shape: type[_Shape]) -> _Shape:
        where = f"{self.name}{path}"
        try:
            response = self._client.post(path, json=body)
        except httpx2.HTTPError as error:
            raise ServiceError(
                f"cannot be reached ({type(error).__name__})",
                where=where,
                remedy="start it, or check the URL",
            ) from error
        if response.status_code != 200:
            raise ServiceError(
                f"answered {response.status_code}: {response.text[:200]}",
                where=where,
                remedy="see the problem details",
            )
        try:
            return shape.model_validate_json(response.content)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            field = ".".join(str(part) for part in first["loc"])
            raise ServiceError(
                f"{field}: {first['msg']}", where=where, remedy="answer by the HTTP contract"
            ) from error
