"""Running a system over the gold data, and judging what it returned.

`ask` talks to the system; `judge` is pure, so that a run read from a file is judged exactly as a live one.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eval.gold_data import Conversation, Gold, Precedent, Question, Turn
from eval.metrics.answers import judge_answer, judge_refusal
from eval.metrics.latency import Latency, percentiles
from eval.metrics.retrieval import judge_evidence, judge_precedent
from eval.metrics.spans import Evidence, is_placed, place
from eval.runs.results import Judged, Results
from eval.runs.trec import Runs
from eval.runs.types import QuestionRun
from eval.systems.protocol import Answer, Answerer, Retrieved, System

TOP_K = 20
"""Results asked for, of every system alike: the deepest recall@k, and about as much as anyone reads."""


@dataclass(slots=True)
class _Session:
    system: System
    answerer: Answerer | None
    advance: Callable[[], None]
    results: dict[str, list[Retrieved]] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    search_seconds: list[float] = field(default_factory=list)
    answer_seconds: list[float] = field(default_factory=list)

    def search(self, query_id: str, query: str, filter: Mapping[str, Any] | None = None) -> None:
        began = time.perf_counter()
        self.results[query_id] = self.system.search(query, TOP_K, filter)
        self.search_seconds.append(time.perf_counter() - began)
        self.advance()

    def answer(self, query_id: str, messages: Sequence[Mapping[str, str]]) -> Answer | None:
        if self.answerer is None:
            return None
        began = time.perf_counter()
        answer = self.answers[query_id] = self.answerer.answer(messages)
        self.answer_seconds.append(time.perf_counter() - began)
        return answer


def ask(
    gold: Gold, system: System, answerer: Answerer | None = None, advance: Callable[[], None] = lambda: None
) -> QuestionRun:
    """Put every question to the system, one at a time, calling `advance` after each of `searches(gold)`.

    From the second turn of a conversation on, the search is for the standalone question that the answerer
    made of it; a system that does not converse is given the turn as it was asked.
    """
    session = _Session(system, answerer, advance)
    for question in gold.questions:
        session.search(question.id, question.text)
        session.answer(question.id, [{"role": "user", "content": question.text}])
    for precedent in gold.precedents:
        session.search(precedent.id, precedent.query, precedent.filter)
    for conversation in gold.conversations:
        _converse(session, conversation)
    return QuestionRun(
        system.name, session.results, session.answers, session.search_seconds, session.answer_seconds
    )


def _converse(session: _Session, conversation: Conversation) -> None:
    messages: list[dict[str, str]] = []
    for turn in conversation.turns:
        messages.append({"role": "user", "content": turn.question})
        answer = session.answer(turn.id, messages)
        session.search(turn.id, answer.question if answer else turn.question)
        if answer:
            messages.append({"role": "assistant", "content": answer.text})


def searches(gold: Gold) -> int:
    """The number of searches that `ask` makes."""
    turns = sum(len(conversation.turns) for conversation in gold.conversations)
    return len(gold.questions) + len(gold.precedents) + turns


def texts(gold: Gold) -> list[str]:
    return [question.text for question in gold.questions]


def latency(asked: QuestionRun, encode_seconds: Sequence[float] = ()) -> Latency | None:
    """The latencies of a live run; None of a run read from a file."""
    search = percentiles(asked.search_seconds)
    if search is None:
        return None
    return Latency(search, percentiles(asked.answer_seconds), percentiles(encode_seconds))


def time_encoding(encode: Callable[[str], object], questions: Sequence[str]) -> list[float]:
    """Seconds to encode each question by itself, after one to warm up."""
    encode(questions[0])
    seconds = []
    for question in questions:
        began = time.perf_counter()
        encode(question)
        seconds.append(time.perf_counter() - began)
    return seconds


def judge(gold: Gold, asked: QuestionRun) -> Results:
    """Judge what was returned; a query without results is judged as nothing returned.

    A gold set of which no query has results was not put to the system, and is left out. Results whose text
    does not stand in the source where they say lose their place first, and are counted.
    """
    placed = {
        query: [place(result, gold.sources) for result in results] for query, results in asked.results.items()
    }
    everything = [result for results in placed.values() for result in results]
    sets = (
        [_question(one, gold, placed, asked.answers) for one in gold.questions],
        [_precedent(one, placed) for one in gold.precedents],
        [_turn(one, gold, placed, asked.answers) for c in gold.conversations for one in c.turns[1:]],
    )
    return Results(
        system=asked.system,
        gold=gold.sha256,
        judged=tuple(entry for one in sets if any(entry.id in placed for entry in one) for entry in one),
        returned=len(everything),
        unplaced=sum(not is_placed(result) for result in everything),
    )


def _question(question: Question, gold: Gold, placed: Runs, answers: Mapping[str, Answer]) -> Judged:
    results, answer = placed.get(question.id, []), answers.get(question.id)
    measures: dict[str, float] = {}
    if question.answerable:
        measures |= judge_evidence(question.evidence, results)
        if answer:
            measures |= judge_answer(answer, question.accepted, question.evidence, gold.sources)
    elif answer:
        measures |= judge_refusal(answer, gold.sources)
    return Judged(
        set="questions",
        id=question.id,
        query=question.text,
        answerable=question.answerable,
        slices={
            "kind": (question.kind,),
            "style": (question.style,),
            "difficulty": (question.difficulty,),
            "document": _documents(question.evidence),
            "miss": (question.miss,) if question.miss else (),
        },
        results=tuple(results[:TOP_K]),
        answer=answer,
        measures=measures,
    )


def _precedent(precedent: Precedent, placed: Runs) -> Judged:
    results = placed.get(precedent.id, [])
    relevant = [(entry.quote, entry.grade) for entry in precedent.relevant]
    return Judged(
        set="precedents",
        id=precedent.id,
        query=precedent.query,
        answerable=True,
        slices={
            "style": (precedent.style,),
            "document": tuple(sorted({quote.document for quote, _ in relevant})),
        },
        results=tuple(results[:TOP_K]),
        answer=None,
        measures=judge_precedent(relevant, results),
    )


def _turn(turn: Turn, gold: Gold, placed: Runs, answers: Mapping[str, Answer]) -> Judged:
    results, answer = placed.get(turn.id, []), answers.get(turn.id)
    measures = judge_evidence(turn.evidence, results)
    if answer:
        measures |= judge_answer(answer, turn.accepted, turn.evidence, gold.sources)
    return Judged(
        set="conversations",
        id=turn.id,
        query=turn.question,
        answerable=True,
        slices={"document": _documents(turn.evidence)},
        results=tuple(results[:TOP_K]),
        answer=answer,
        measures=measures,
    )


def _documents(evidence: Evidence) -> tuple[str, ...]:
    return tuple(sorted({quote.document for alternative in evidence for quote in alternative}))
