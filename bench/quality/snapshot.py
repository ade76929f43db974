"""All responses of a running service to all known questions, in one file, to compare before and after a change.

`python -m bench.quality.snapshot URL FILE` asks `/chat`, `/search`, `/precedents` and the routes for reading, writes one line a
response, and prints how many there are and the SHA-256 of the file. Two services agree where the hashes do.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import httpx2 as httpx
import typer
from rich.progress import track

GOLD = Path(__file__).parents[2] / "eval" / "gold"
FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"year_from": 2022, "year_to": 2022},
    {"lead": "Australia"},
    {"kind": "row"},
)
READ = (
    "/documents",
    "/records",
    "/records?sort=lead,-period",
    "/records?lead=Indonesia",
    "/records?contains=training&format=csv",
)

Request = tuple[str, str, dict[str, Any] | None]  # method, path, JSON body


def _lines(name: str) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for folder in (GOLD, GOLD / "authored")
        if (file := folder / name).is_file()
        for line in file.read_text("utf-8").splitlines()
    ]


def _conversations() -> Iterator[list[str]]:
    """The questions up to each turn, and after the last turn a question that nothing answers."""
    questions = {
        row["id"]: [turn["question"] for turn in row["turns"]] for row in _lines("conversations.jsonl")
    }
    for turns in questions.values():
        yield from (turns[:n] for n in range(1, len(turns) + 1))
    for row in _lines("followups.jsonl"):
        yield [*questions[row["conversation"]], row["question"]]


def requests(client: httpx.Client) -> Iterator[Request]:
    documents = [entry["id"] for entry in client.get("/documents").json()["documents"]]
    records = client.get("/records").json()["records"]
    for path in (
        *READ,
        *(f"/documents/{id}" for id in documents),
        *(f"/documents/{id}/text" for id in documents),
    ):
        yield "GET", path, None
    asked = [row["question"] for name in ("questions.jsonl", "twins.jsonl") for row in _lines(name)]
    for number, question in enumerate(asked):
        yield "POST", "/search", {"query": question, "top_k": 25, "filter": FILTERS[number % len(FILTERS)]}
        yield "POST", "/chat", {"messages": [{"role": "user", "content": question}]}
    for row in _lines("precedents.jsonl"):
        yield "POST", "/search", {"query": row["query"], "top_k": 25, "filter": row["filter"]}
        yield "POST", "/precedents", {"topic": row["query"]}
    for record in records:
        yield "POST", "/precedents", {"passage": record["passage_id"]}
    for turns in _conversations():
        yield "POST", "/chat", {"messages": [{"role": "user", "content": text} for text in turns]}


def main(
    url: Annotated[str, typer.Argument(help="Address of a running service.")],
    file: Annotated[Path, typer.Argument(help="Where the responses go.")],
) -> None:
    """Write all responses, and print their count and the hash of the file."""
    with httpx.Client(base_url=url, timeout=60) as client, file.open("w", encoding="utf-8") as out:
        asked = list(requests(client))
        generation = client.get("/readyz").json()["generation"]
        for method, path, body in track(asked, "Asking"):
            response = client.request(method, path, json=body)
            said = [method, path, body, response.status_code, response.text.replace(generation, "GENERATION")]
            out.write(json.dumps(said, ensure_ascii=False) + "\n")
    print(f"{len(asked)} responses, SHA-256 {hashlib.sha256(file.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    typer.run(main)
