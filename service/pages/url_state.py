"""The state of a view, which its address alone holds: it can be kept, changed by a link and sent on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from corpus.types import Document
from service.schemas.filters import Filter

_LISTED = ("document", "lead", "status", "kind")
YEARS = ("year_from", "year_to")
FACETS = (
    ("document", "Document"),
    ("lead", "Lead"),
    ("status", "Status"),
    ("year", "Year"),
    ("kind", "Kind of passage"),
)
KINDS = {
    "paragraph": "Paragraph",
    "item": "List item",
    "row": "Table row",
    "definition": "Definition",
    "heading": "Heading",
}


@dataclass(frozen=True, slots=True)
class UrlState:
    """The parameters of the view at `path`: those of a filter, its own, and `show`, how many results."""

    path: str
    pairs: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, path: str, query: QueryParams, own: Sequence[str]) -> "UrlState":
        """From an address; blank parameters and those that are neither `own` nor of a filter are dropped."""
        known = {*own, "show", *YEARS, *_LISTED}
        stripped = ((name, value.strip()) for name, value in query.multi_items() if name in known)
        return cls(path, tuple((name, value) for name, value in stripped if value))

    @property
    def url(self) -> str:
        return f"{self.path}?{urlencode(self.pairs)}" if self.pairs else self.path

    def get(self, name: str, default: str = "") -> str:
        """The first value of `name`."""
        return next((value for key, value in self.pairs if key == name), default)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.pairs if key == name]

    def without(self, *names: str) -> "UrlState":
        """Drops `names`, and `show`: other results are shown from the first on."""
        return replace(self, pairs=tuple(pair for pair in self.pairs if pair[0] not in (*names, "show")))

    def with_(self, *pairs: tuple[str, str]) -> "UrlState":
        """Adds `pairs`, and drops `show`."""
        return replace(self, pairs=(*self.without().pairs, *pairs))

    def toggled(self, name: str, value: str) -> "UrlState":
        """Adds a filter, or drops it if it is in force; a year is the first and the last one."""
        if name == "year":
            chosen = self.get("year_from") == self.get("year_to") == value
            others = self.without(*YEARS)
            return others if chosen else others.with_(*((key, value) for key in YEARS))
        kept = self.without()
        if (name, value) not in kept.pairs:
            return kept.with_((name, value))
        return replace(kept, pairs=tuple(pair for pair in kept.pairs if pair != (name, value)))

    @property
    def filter_fields(self) -> dict[str, Any]:
        """The fields of a filter, as the API takes them."""
        values: dict[str, Any] = {name: self.all(name) for name in _LISTED}
        return values | {name: self.get(name) or None for name in YEARS}

    @property
    def filter(self) -> Filter:
        """Raises pydantic's `ValidationError`."""
        return Filter.model_validate(self.filter_fields, strict=False)


def chips(state: UrlState, documents: Mapping[str, Document]) -> list[tuple[str, str]]:
    """Each filter in force in words, and the address without it."""
    found = [
        (f"{title}: {value_label(name, value, documents)}", state.toggled(name, value).url)
        for name, title in FACETS
        for value in state.all(name)
    ]
    first, last = (state.get(name) for name in YEARS)
    if first or last:
        words = [f"from {first}"] * bool(first) + [f"to {last}"] * bool(last)
        years = first if first == last else " ".join(words)
        found.append((f"Years: {years}", state.without(*YEARS).url))
    return found


def value_label(name: str, value: str, documents: Mapping[str, Document]) -> str:
    """The value of a facet in words."""
    if name == "document":
        return documents[value].title
    return KINDS.get(value, value) if name == "kind" else value
