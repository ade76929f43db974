"""Front matter: what a Markdown or text file says of itself in YAML, before its text begins."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

_FENCED = re.compile(
    r"\ufeff?---[ \t]*\r?\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)
_MOST = 20_000  # characters


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Its fields by lower-case name, as text, and where it ends; no fields and 0 where there is none."""

    fields: Mapping[str, str] = field(default_factory=dict)
    end: int = 0


def front_matter(source: str) -> FrontMatter:
    """What `source` opens with between two lines of three hyphens, if that is a mapping in YAML."""
    match = _FENCED.match(source[:_MOST])
    if match is None:
        return FrontMatter()
    try:
        said = yaml.safe_load(match["yaml"])
    except yaml.YAMLError:
        return FrontMatter()
    if not isinstance(said, dict):
        return FrontMatter()
    fields = {
        str(name).lower(): " ".join(str(value).split()) for name, value in said.items() if value is not None
    }
    return FrontMatter(fields, match.end())
