"""Titles and tags that chat clients ask for in the background, in the words in which they do."""

import json

import pytest
from starlette.testclient import TestClient

from service.api.openai_background import background

HISTORY = """<chat_history>
USER: who leads the repair of the northern lighthouse and the tide calendar?
ASSISTANT: Norway [1]
</chat_history>"""
TITLE = f"""### Task:
Generate a concise, 3-5 word title with an emoji summarizing the chat history.
### Output:
JSON format: {{ "title": "your concise title here" }}
### Chat History:
{HISTORY}"""
TAGS = f"""### Task:
Generate 1-3 broad tags categorizing the main themes of the chat history.
### Output:
JSON format: {{ "tags": ["tag1", "tag2", "tag3"] }}
### Chat History:
{HISTORY}"""
PLAIN = """Provide a concise, 5-word-or-less title for the conversation.

||>User:
"which ferry runs on Sundays?"
||>Response:
"The Gannet."
||>Title:"""


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        (
            TITLE,
            json.dumps({"title": "who leads the repair of the northern lighthouse…"}, ensure_ascii=False),
        ),
        (TAGS, '{"tags": []}'),
        (PLAIN, "which ferry runs on Sundays"),
        ("who leads the repair of the northern lighthouse?", None),
        ("What does the plan say of the user: is it named?", None),
        ("", None),
    ],
)
def test_only_a_prompt_that_holds_a_conversation_is_a_task(prompt: str, expected: str | None) -> None:
    assert background(prompt) == expected


def test_a_title_is_given_and_nothing_is_searched(client: TestClient) -> None:
    prompt = TITLE.replace("[1]", "and so on " * 600)  # longer than a question may be
    body = {"model": "bali", "messages": [{"role": "user", "content": prompt}]}
    given = client.post("/v1/chat/completions", json=body).json()
    assert json.loads(given["choices"][0]["message"]["content"])["title"].startswith("who leads the repair")
    assert given["citations"] == []
