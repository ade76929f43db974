"""The loader takes good gold data, and says of bad which file, line and field is wrong."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from eval.gold_data import GoldError, read_gold
from tests.eval.toys import QUESTIONS, RULES, write_gold

ROOT = Path(__file__).parents[2]


def test_reads_the_gold_sets_of_the_project() -> None:
    gold = read_gold(ROOT / "eval/gold", ROOT / "corpus/documents")
    assert gold.questions
    assert gold.precedents
    assert gold.conversations
    for question in gold.questions:
        for quote in (quote for alternative in question.evidence for quote in alternative):
            for start, end in quote.spans:
                assert gold.sources[quote.document][start:end] == quote.text


def test_finds_every_occurrence_of_a_quote(tmp_path: Path) -> None:
    question = deepcopy(QUESTIONS[0])
    question["answers"] = ["Visitors"]
    question["evidence"] = [[{"document": "rules", "quote": "Visitors"}]]
    gold = read_gold(*write_gold(tmp_path, [question]))
    second = RULES.rindex("Visitors")
    assert gold.questions[0].evidence[0][0].spans == ((0, 8), (second, second + 8))


def test_offsets_count_carriage_returns(tmp_path: Path) -> None:
    folder, documents = write_gold(tmp_path)
    (documents / "rules.txt").write_bytes(RULES.replace("\n", "\r\n").encode())
    gold = read_gold(folder, documents)
    ((quote, _),) = gold.questions[2].evidence
    assert quote.spans[0][0] == RULES.index("Visitors leave") + 1


def test_a_filter_value_may_stand_alone(tmp_path: Path) -> None:
    gold = read_gold(*write_gold(tmp_path))
    assert gold.precedents[0].filter == {"document": ["rules"]}


def change(**fields: Any) -> dict[str, Any]:
    return deepcopy(QUESTIONS[0]) | fields


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (
            change(evidence=[[{"document": "letters", "quote": "The archive opens at ten."}]]),
            "evidence.0.0.quote",
        ),
        (change(evidence=[[{"document": "lettres", "quote": "nine"}]]), "evidence.0.0.document"),
        (change(evidence=[]), "evidence"),
        (change(evidence=[[]]), "evidence.0"),
        (change(answers=[]), "answers"),
        (change(answers=["ten"]), "answers"),
        (change(answers="nine"), "answers"),
        (change(answer_variants={"Nine": ["9"]}), "answer_variants"),
        (change(answerable=False), "answerable"),
        (change(difficulty="tricky"), "difficulty"),
        (change(kind=""), "kind"),
        (change(style=" "), "style"),
        (change(hint="?"), "hint"),
        (change(id="q2"), "id"),
        ({key: value for key, value in QUESTIONS[0].items() if key != "question"}, "question"),
    ],
)
def test_says_which_line_and_field_is_wrong(tmp_path: Path, row: dict[str, Any], field: str) -> None:
    gold, documents = write_gold(tmp_path, [QUESTIONS[1], row, QUESTIONS[2]])
    with pytest.raises(GoldError) as caught:
        read_gold(gold, documents)
    assert caught.value.where == "questions.jsonl:2"
    assert caught.value.problem.startswith(f"{field}:")
    assert caught.value.remedy


def test_says_which_turn_is_wrong(tmp_path: Path) -> None:
    turn = {
        "question": "?",
        "standalone": "?",
        "answers": ["x"],
        "evidence": [[{"document": "rules", "quote": "x!"}]],
    }
    gold, documents = write_gold(tmp_path, conversations=[{"id": "c1", "turns": [turn]}])
    with pytest.raises(GoldError, match=r"conversations\.jsonl:1: turns\.0\.evidence\.0\.0\.quote"):
        read_gold(gold, documents)


def test_refuses_a_line_that_is_not_json(tmp_path: Path) -> None:
    gold, documents = write_gold(tmp_path)
    (gold / "questions.jsonl").write_text(json.dumps(QUESTIONS[0]) + "\n\n{'id': 1}\n")
    with pytest.raises(GoldError, match=r"questions\.jsonl:3: line: Invalid JSON"):
        read_gold(gold, documents)


def test_refuses_an_id_used_in_two_files(tmp_path: Path) -> None:
    gold, documents = write_gold(tmp_path, [QUESTIONS[0] | {"id": "p1"}])
    with pytest.raises(GoldError, match=r"precedents\.jsonl:1: id: 'p1' is taken by questions\.jsonl:1"):
        read_gold(gold, documents)


def test_refuses_empty_folders_and_broken_text(tmp_path: Path) -> None:
    gold, documents = write_gold(tmp_path)
    with pytest.raises(GoldError, match="holds no gold set"):
        read_gold(documents, documents)
    with pytest.raises(GoldError, match=r"holds no \.txt file"):
        read_gold(gold, gold)
    (documents / "rules.txt").write_bytes(b"caf\xe9")
    with pytest.raises(GoldError, match=r"rules\.txt: is not UTF-8 at byte 3"):
        read_gold(gold, documents)
