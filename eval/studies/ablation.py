"""What each stage of the search is worth: `python -m eval.studies.ablation` switches them off in turn."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from eval.gold_data import Gold, read_gold
from eval.metrics.retrieval import judge_evidence, judge_precedent
from eval.metrics.statistics import estimate, randomisation_p
from eval.options import DOCUMENTS, GOLD, DocumentsFolder, GoldFolder, VarFolder, one_line_errors
from eval.runs.run import TOP_K
from eval.systems.in_process import retrieve
from index.encoders.base import Encoder
from index.generation import Index
from index.opening import open_index
from index.search import DEFAULT, EvidenceWeights
from service.settings import Settings

STAGES: Mapping[str, EvidenceWeights] = {
    "everything": DEFAULT,
    "without late interaction": replace(DEFAULT, late=0),
    "without BM25": replace(DEFAULT, lexical=0),
    "without the single vector": replace(DEFAULT, dense=0),
    "without neighbours": replace(DEFAULT, beside=0),
    "without preferences": replace(DEFAULT, wishes=0),
    "without the reranker": replace(DEFAULT, judged=0),
    "without names and spelling": replace(DEFAULT, reworded=False),
    "BM25 alone": EvidenceWeights(late=0, lexical=1, dense=0, beside=0, judged=0, wishes=0, reworded=False),
    "the single vector alone": EvidenceWeights(
        late=0, lexical=0, dense=1, beside=0, judged=0, wishes=0, reworded=False
    ),
    "late interaction alone": EvidenceWeights(
        late=1, lexical=0, dense=0, beside=0, judged=0, wishes=0, reworded=False
    ),
}
MEASURES = ("hit@1", "hit@3", "RR@10", "found@600c", "found@1200c", "nDCG@10", "recall@10")

Values = dict[str, list[float]]


def main(
    gold: GoldFolder = GOLD,
    documents: DocumentsFolder = DOCUMENTS,
    var: VarFolder = Path("var"),
) -> None:
    """Means with 95 % intervals; * where the paired randomisation test against everything has p < 0.05."""
    with one_line_errors():
        asked = read_gold(gold, documents)
        index, encoder = open_index(var, Settings().models)
        values = {stage: _judge(asked, index, encoder, evidence) for stage, evidence in STAGES.items()}
    table = Table("", *MEASURES)
    for stage, found in values.items():
        table.add_row(stage, *_cells(found, values["everything"]))
    Console(width=max(Console().width, 190)).print(table)


def _judge(gold: Gold, index: Index, encoder: Encoder, evidence: EvidenceWeights) -> Values:
    """Measure -> its value for each answerable question, or each query for precedent."""
    values: Values = {measure: [] for measure in MEASURES}

    def take(measured: Mapping[str, float]) -> None:
        for measure in values.keys() & measured.keys():
            values[measure].append(measured[measure])

    for question in gold.questions:
        if question.answerable:
            found = retrieve(index, encoder, question.text, TOP_K, None, evidence)
            take(judge_evidence(question.evidence, found))
    for precedent in gold.precedents:
        found = retrieve(index, encoder, precedent.query, TOP_K, precedent.filter, evidence)
        take(judge_precedent([(entry.quote, entry.grade) for entry in precedent.relevant], found))
    return values


def _cells(values: Values, everything: Values) -> list[str]:
    cells = []
    for measure in MEASURES:
        if not values[measure]:
            cells.append("")
            continue
        mean = estimate(values[measure])
        differs = len(values[measure]) > 1 and randomisation_p(values[measure], everything[measure]) < 0.05
        interval = f" [{mean.low:.2f} {mean.high:.2f}]" if mean.low is not None else ""
        cells.append(f"{mean.mean:.3f}{'*' if differs else ''}{interval}")
    return cells


if __name__ == "__main__":
    typer.run(main)
