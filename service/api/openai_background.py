"""The background tasks of chat clients: a title, tags or further questions for a conversation that the prompt holds.

Clients such as Open WebUI and LibreChat send such a prompt as if a user had asked it. Nothing is generated here, so a title is
the first question of the conversation, shortened, and of what cannot be given there is none.
"""

import json
import re

_TITLE_WORDS = 8
_TURN = re.compile(
    r"^[\s|>#*-]*(?:(?P<user>user|human)|assistant|ai|response|model)[\s|>#*]*:\s*",
    re.IGNORECASE | re.MULTILINE,
)
_KEY = re.compile(r"\{\s*\"(?P<key>\w+)\"\s*:\s*(?P<list>\[)?")


def background(prompt: str) -> str | None:
    """What such a prompt is answered; None of a question: it does not hold what a user and an assistant said."""
    turns = list(_TURN.finditer(prompt))[:2]
    if [bool(turn["user"]) for turn in turns] != [True, False]:
        return None
    asked, answered = turns
    wanted = _KEY.search(prompt[: asked.start()])
    title = _title(prompt[asked.end() : answered.start()])
    if wanted is None:
        return title
    return json.dumps({wanted["key"]: [] if wanted["list"] else title}, ensure_ascii=False)


def _title(question: str) -> str:
    words = question.strip(" \n\"'“”?.").split()
    return " ".join(words[:_TITLE_WORDS]) + ("…" if len(words) > _TITLE_WORDS else "")
