"""What a view was asked for: everything stands in its address, so that it can be kept, changed by a link and sent on."""

from collections.abc import Mapping, Sequence
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
KINDS = {"paragraph": "Paragraph", "item": "List item", "row": "Table row", "definition": "Definition"}


class Address:
    """The parameters of the view at `path`: those of a filter and its `own`; blank ones are as good as none."""

    def __init__(self, path: str, given: QueryParams, own: Sequence[str]) -> None:
        known = (*own, "show", *YEARS, *_LISTED)
        self.path = path
        self.pairs = [
            (name, value.strip()) for name, value in given.multi_items() if value.strip() and name in known
        ]

    def get(self, name: str, default: str = "") -> str:
        """The first value of `name`."""
        return next((value for key, value in self.pairs if key == name), default)

    def having(self, name: str) -> list[str]:
        """All values of `name`."""
        return [value for key, value in self.pairs if key == name]

    def without(self, *names: str) -> list[tuple[str, str]]:
        """What is left when `names`, and how much is shown, are dropped."""
        return [(key, value) for key, value in self.pairs if key not in (*names, "show")]

    def url(self, pairs: Sequence[tuple[str, str]]) -> str:
        """The view with `pairs` for parameters."""
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    def showing(self, count: int) -> str:
        """The address with `count` of what was found."""
        return self.url([*self.without(), ("show", str(count))])

    def toggled(self, name: str, value: str) -> str:
        """The address with `value` chosen if it was not, else dropped; a year chooses itself alone."""
        if name == "year":
            chosen = self.get("year_from") == self.get("year_to") == value
            return self.url([*self.without(*YEARS), *(() if chosen else ((key, value) for key in YEARS))])
        kept = self.without()
        return self.url(
            [pair for pair in kept if pair != (name, value)]
            if (name, value) in kept
            else [*kept, (name, value)]
        )

    @property
    def filtering(self) -> dict[str, Any]:
        """The fields of a filter, as the interface takes them."""
        values: dict[str, Any] = {name: self.having(name) for name in _LISTED}
        return values | {name: self.get(name) or None for name in YEARS}

    @property
    def filter(self) -> Filter:
        """Raises pydantic's `ValidationError`."""
        return Filter.model_validate(self.filtering, strict=False)


def chips(address: Address, documents: Mapping[str, Document]) -> list[tuple[str, str]]:
    """Each filter in force in words, and the address without it."""
    found = [
        (f"{title}: {named(name, value, documents)}", address.toggled(name, value))
        for name, title in FACETS
        for value in address.having(name)
    ]
    years = [address.get(name) for name in YEARS]
    if any(years):
        said = (
            years[0]
            if years[0] == years[1]
            else " ".join(f"{word} {year}" for word, year in zip(("from", "to"), years, strict=True) if year)
        )
        found.append((f"Years: {said}", address.url(address.without(*YEARS))))
    return found


def named(name: str, value: str, documents: Mapping[str, Document]) -> str:
    """The value of a facet as a reader knows it."""
    if name == "document":
        return documents[value].title
    return KINDS.get(value, value) if name == "kind" else value
