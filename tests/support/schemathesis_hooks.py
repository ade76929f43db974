"""Rules between fields that JSON Schema cannot say; data that breaks one of them is not valid, though it fits the schema."""

from typing import Any

import schemathesis
from schemathesis.core import NotSet
from schemathesis.generation import GenerationMode

DOCUMENTS = {"plan", "report"}  # of the small corpus


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """Leave out data that passes for valid and is not; invalid data is all sent."""
    meta = case.meta
    if meta is None or meta.generation.mode is not GenerationMode.POSITIVE:
        return True
    body = case.body if not isinstance(case.body, NotSet) else {}
    if not isinstance(body, dict):
        return True
    filters = (body.get("filter"), case.query)
    return all(map(_can_hold, filters)) and _asks(context.operation.path, body)


def _can_hold(filter: Any) -> bool:
    """The years are in order, and the documents are there."""
    if not isinstance(filter, dict):
        return True
    asked = filter.get("document") or []
    if not ({asked} if isinstance(asked, str) else set(asked)) <= DOCUMENTS:
        return False
    first, last = filter.get("year_from"), filter.get("year_to")
    return first is None or last is None or int(first) <= int(last)


def _asks(path: str, body: dict[str, Any]) -> bool:
    """The last message is a question of the user's."""
    if path not in ("/chat", "/v1/chat/completions"):
        return True
    last = body["messages"][-1]
    content = last.get("content") or ""
    if isinstance(content, list):
        if any(part.get("type") != "text" for part in content):
            return False
        content = "\n".join(part.get("text") or "" for part in content)
    return last["role"] == "user" and bool(content.strip()) and len(content) <= 4_000
