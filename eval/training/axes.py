"""Train the axes that token vectors are projected on: `python -m eval.training.axes [--write]`.

Late interaction by a model that was not trained for it compares word pieces as the model happens to place them. One
linear map, 384 → 112 dimensions, is trained on the authored questions so that the passages that answer come first: the
contrastive loss of ColBERT (Khattab & Zaharia 2020) over all passages of the corpus, with the two other kinds of
evidence added at their own weights, so that the map learns what they lack. It starts from the axes learned from the
model's vocabulary. The model itself stays as it is.

The command reports each author's questions ranked by axes trained on all the others', and `eval/gold`, which is never
trained on. With --write, the axes trained on all authored questions are kept in `index/axes/`.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from eval.gold_data import read_gold, read_questions
from eval.metrics.retrieval import judge_evidence, judge_precedent
from eval.metrics.spans import Evidence, Quote, meets
from eval.runs.run import TOP_K
from eval.systems.in_process import retrieve
from eval.training.authors import GOLD_AUTHOR, author_of
from index.encoders.base import Encoder
from index.encoders.models import Models
from index.generation import Index
from index.opening import open_index
from index.passages.store import indexed_text
from index.retrieval.late_interaction import TokenIndex
from index.retrieval.quantizer import Quantizer, axes_path
from index.search import DEFAULT
from index.types import Vectors
from service.settings import Settings

GOLD = Path(__file__).parents[1] / "gold"
AUTHORED = GOLD / "authored"
MEASURES = ("hit@1", "hit@3", "RR@10", "found@600c", "found@1200c", "nDCG@10", "recall@10")
_EPOCHS, _BATCH, _RATE, _SEED = 8, 32, 1e-3, 1
_SHARPNESS = 32.0  # of the softmax over scores, which lie close together


@dataclass(frozen=True, slots=True)
class Query:
    """A query with what it should find: `relevant` holds each quote with its grade, `evidence` alternatives."""

    author: str
    text: str
    filter: Mapping[str, Any] | None
    relevant: tuple[tuple[Quote, int], ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Material:
    """The input of training.

    `passages` has the token vectors of all passages, one below the other, and `lengths` how many each has. `queries`
    has token vectors and weights; `others` the score of other evidence and `targets` a distribution over passages,
    both of shape (queries, passages).
    """

    passages: torch.Tensor
    lengths: torch.Tensor
    queries: Sequence[tuple[torch.Tensor, torch.Tensor]]
    others: torch.Tensor
    targets: torch.Tensor


def main() -> None:
    """Print the figures of held-out authors; with --write, keep the axes trained on all authored questions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--write", action="store_true", help="keep the axes trained on all authored questions"
    )
    write = parser.parse_args().write
    settings = Settings()
    index, encoder = open_index(settings.var, Models(settings.model, settings.token_model))
    queries = list(_queries(settings.corpus / "documents"))
    material = _material(index, encoder, queries)
    start = Quantizer.learn(encoder).basis
    authors = sorted({query.author for query in queries})
    table = Table("author held out", "axes", *MEASURES, "queries")
    for author in authors:
        training = [n for n, query in enumerate(queries) if query.author not in (author, GOLD_AUTHOR)]
        trained = train(material, training, start, f"without {author}")
        asked = [query for query in queries if query.author == author]
        for name, axes in (("learned", start), ("trained", trained)):
            ranked = replace(index, tokens=_token_index(index, encoder, material, axes))
            table.add_row(author, name, *_judge(ranked, encoder, asked), str(len(asked)))
        if author == GOLD_AUTHOR and write:
            path = axes_path(encoder.sha256)
            np.save(path, trained.astype(np.float16))
            print(f"wrote {path.name}")
    Console(width=140).print(table)


def train(material: Material, training: Sequence[int], start: Vectors, title: str) -> Vectors:
    """Axes of the shape of `start`, trained on the queries numbered `training`; the same every time."""
    torch.set_num_threads(1)
    random = np.random.default_rng(_SEED)
    axes = torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.Adam([axes], lr=_RATE)
    batches = max(1, len(training) // _BATCH)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, _EPOCHS * batches)
    for _ in track(range(_EPOCHS), title):
        for batch in np.array_split(random.permutation(np.array(training)), batches):
            scores = _late(material, axes, batch) + material.others[batch]
            chances = torch.log_softmax(_SHARPNESS * scores, dim=1)
            loss = -(material.targets[batch] * chances).sum(1).mean()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return np.asarray(axes.detach().numpy().astype(np.float16), np.float32)


def _late(material: Material, axes: torch.Tensor, batch: NDArray[np.intp]) -> torch.Tensor:
    """MaxSim of shape (batch, passages), as by `TokenIndex.scores`."""
    tokens = [material.queries[n][0] for n in batch]
    passages = torch.nn.functional.normalize(material.passages @ axes, dim=1)
    asked = torch.nn.functional.normalize(torch.cat(tokens) @ axes, dim=1)
    nearest = torch.segment_reduce(passages @ asked.T, "max", lengths=material.lengths, axis=0)
    pieces = torch.split(nearest, [len(found) for found in tokens], dim=1)
    return torch.stack(
        [near @ material.queries[n][1] for n, near in zip(batch.tolist(), pieces, strict=True)]
    )


def _queries(documents: Path) -> Iterator[Query]:
    """All queries for which something is relevant, those of `eval/gold` under the author "gold"."""
    for folder in (GOLD, AUTHORED):
        gold = read_gold(folder, documents)
        twins = read_questions(folder / "twins.jsonl", gold.sources)
        found = [(q.id, q.text, None, _ungraded(q.evidence), q.evidence) for q in (*gold.questions, *twins)]
        found += [
            (turn.id, turn.standalone, None, _ungraded(turn.evidence), turn.evidence)
            for conversation in gold.conversations
            for turn in conversation.turns
        ]
        for id, text, filter, relevant, evidence in found:
            if relevant:
                yield Query(author_of(id, gold=folder == GOLD), text, filter, relevant, evidence)
        for precedent in gold.precedents:
            graded = tuple((entry.quote, entry.grade) for entry in precedent.relevant)
            yield Query(
                author_of(precedent.id, gold=folder == GOLD), precedent.query, precedent.filter, graded, ()
            )


def _ungraded(evidence: Evidence) -> tuple[tuple[Quote, int], ...]:
    return tuple((quote, 1) for alternative in evidence for quote in alternative)


def _material(index: Index, encoder: Encoder, queries: Sequence[Query]) -> Material:
    passages = [
        encoding.tokens for encoding in encoder.read([indexed_text(passage) for passage in index.passages])
    ]
    read, others, targets = [], [], []
    for query in track(queries, "Reading the queries"):
        encoding = encoder.read_questions([query.text])[0]
        weights = index.tokens.weights(query.text, encoding)
        read.append((torch.tensor(encoding.tokens), torch.tensor(weights)))
        dense = DEFAULT.dense * index.own_share**2 * index.dense.scores(encoding.pooled)
        others.append(DEFAULT.lexical * index.lexical.scores(query.text) + dense)
        targets.append(_target(index, query.relevant))
    return Material(
        torch.tensor(np.concatenate(passages)),
        torch.tensor([len(tokens) for tokens in passages]),
        read,
        torch.tensor(np.array(others)),
        torch.tensor(np.array(targets)),
    )


def _target(index: Index, relevant: Sequence[tuple[Quote, int]]) -> Vectors:
    """A share for each passage that has most of a relevant quote, or lies in it, by the grade."""
    grades = np.zeros(len(index.passages), np.float32)
    for n, passage in enumerate(index.passages):
        for quote, grade in relevant:
            if quote.document == passage.document.id and meets((passage.start, passage.end), quote):
                grades[n] = max(grades[n], grade)
    return np.asarray(grades / max(float(grades.sum()), 1.0), np.float32)


def _token_index(index: Index, encoder: Encoder, material: Material, axes: Vectors) -> TokenIndex:
    quantizer = Quantizer(axes)
    tokens = torch.split(material.passages, material.lengths.tolist())
    pieces = encoder.pieces([indexed_text(passage) for passage in index.passages])
    return TokenIndex.of(
        quantizer, [quantizer.encode(vectors.numpy()) for vectors in tokens], [piece.ids for piece in pieces]
    )


def _judge(index: Index, encoder: Encoder, queries: Sequence[Query]) -> list[str]:
    values: dict[str, list[float]] = {measure: [] for measure in MEASURES}
    for query in queries:
        results = retrieve(index, encoder, query.text, TOP_K, query.filter)
        judged = (
            judge_evidence(query.evidence, results)
            if query.evidence
            else judge_precedent(query.relevant, results)
        )
        for measure in values.keys() & judged.keys():
            values[measure].append(judged[measure])
    return [f"{np.mean(found):.3f}" if found else "" for found in values.values()]


if __name__ == "__main__":
    main()
