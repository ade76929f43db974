"""Fit what tells the roles of columns (`index.columns`), and report how it does on tables of documents not seen.

`python -m eval.training.columns [--write]`: multinomial logistic regression on `eval/gold/columns.jsonl`, which has
tables of invented documents, a line each, and headers alone (`document` null), which are never tested. A header that
is tested is not fitted either as one of those alone.
"""

import argparse
import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from corpus.types import Role
from index.columns import (
    ROLES,
    TableColumn,
    assigned,
    features,
    fit_path,
    kinds_of_values,
    log_chances,
    plan_roles,
)
from index.encoders.base import Encoder
from index.types import Vectors
from service.settings import Settings

GOLD = Path(__file__).parents[1] / "gold" / "columns.jsonl"
_FOLDS = 12  # of whole documents
_LOOSENESS = 20.0  # inverse of the penalty
_SAID, _OTHERS, _KINDS = 0.5, 0.8, 0.2  # weight of cells, other headers and kinds of values beside the header
_CLASSES: tuple[Role | None, ...] = (None, *ROLES)

Numbers = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Table:
    """A labelled table; `document` is None for headers alone."""

    document: str | None
    columns: tuple[TableColumn, ...]
    roles: tuple[Role | None, ...]


@dataclass(frozen=True, slots=True)
class Examples:
    """The columns of some tables: `features`, class and table of each."""

    tables: Sequence[Table]
    features: Vectors
    classes: Numbers
    table: Numbers

    def of(self, tables: Sequence[int]) -> NDArray[np.bool_]:
        """Which columns belong to some tables."""
        return np.isin(self.table, list(tables))


def main() -> None:
    """Print the figures for documents left out; with --write, keep the fit on all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the model fitted on all tables")
    write = parser.parse_args().write
    encoder = Settings().models.load()
    examples = _examples(encoder)
    _report(examples, _left_out(examples))
    if write:
        path, data = fit_path(encoder.sha256), io.BytesIO()
        np.save(data, _fitted(examples, np.ones(len(examples.table), bool)), allow_pickle=False)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data.getvalue())
        print(f"\nwrote {path.name}")


def read_tables(text: str) -> list[Table]:
    """The tables of a file as `eval/gold/columns.jsonl`."""
    found = []
    for line in text.splitlines():
        said = json.loads(line)
        cells = [tuple(row[n] for row in said["rows"] if row[n]) for n in range(len(said["headers"]))]
        columns = tuple(map(TableColumn, said["headers"], cells))
        found.append(Table(said["document"], columns, tuple(said["roles"])))
    return found


def _examples(encoder: Encoder) -> Examples:
    tables = read_tables(GOLD.read_text("utf-8"))
    rows = [features(table.columns, encoder.encode) for table in tables]
    return Examples(
        tables,
        np.concatenate(rows),
        np.array([_CLASSES.index(role) for table in tables for role in table.roles]),
        np.array([n for n, table in enumerate(tables) for _ in table.columns]),
    )


def _left_out(examples: Examples) -> Vectors:
    """The log-chances of each column, by a fit without its document; of headers alone 0."""
    tested = [n for n, table in enumerate(examples.tables) if table.document]
    documents = [examples.tables[n].document for n in tested]
    headers = np.array([column.header.casefold() for table in examples.tables for column in table.columns])
    alone = ~examples.of(tested)
    chances = np.zeros((len(examples.table), len(_CLASSES)), np.float32)
    for rest, fold in GroupKFold(_FOLDS).split(tested, groups=documents):
        out = examples.of([tested[n] for n in fold])
        fitted = examples.of([tested[n] for n in rest]) | (alone & ~np.isin(headers, headers[out]))
        chances[out] = log_chances(examples.features[out], _fitted(examples, fitted))
    return chances


def _fitted(examples: Examples, which: NDArray[np.bool_]) -> Vectors:
    """Of shape (features + 1, classes): weights and bias, as `log_chances` takes them.

    Headers alone have neither cells nor neighbours: there, what is not known is as in the mean.
    """
    table = examples.features[which].astype(np.float64)
    real = np.array([examples.tables[n].document is not None for n in examples.table[which]])
    width = (table.shape[1] - _kinds(examples)) // 3
    scale = np.ones(table.shape[1])
    scale[width : 2 * width], scale[2 * width : 3 * width] = _SAID, _OTHERS
    mean = table[real].mean(axis=0)
    mean[: 3 * width] = 0
    scale[3 * width :] = _KINDS / (table[real, 3 * width :].std(axis=0) + 1e-6)
    table = (table - mean) * scale
    table[~real, width:] = 0
    fit = LogisticRegression(C=_LOOSENESS, max_iter=3000).fit(table, examples.classes[which])
    weights = fit.coef_.T * scale[:, None]
    return np.vstack([weights, fit.intercept_ - mean @ weights]).astype(np.float32)


def _kinds(examples: Examples) -> int:
    """How many features are of the kinds of values: what is left of three vectors of one length."""

    return len(kinds_of_values(examples.tables[0].columns[0])) + 1


def _report(examples: Examples, chances: Vectors) -> None:
    right, said, meant, records = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for n, table in enumerate(examples.tables):
        if table.document is None:
            continue
        own = chances[examples.table == n]
        for column, role, found in zip(table.columns, table.roles, assigned(table.columns, own), strict=True):
            meant[role or "none"] += 1
            said[found or "none"] += 1
            right[role or "none"] += role == found
            if role != found:
                print(f"  {table.document}: {column.header} is {role or 'none'}, not {found or 'none'}")
        _count_records(table, own, records)
    print(f"\n{sum(right.values()) / sum(meant.values()):.3f} of {sum(meant.values())} columns right")
    for name, count in meant.items():
        print(f"{name:14} precision {right[name] / max(1, said[name]):.2f}, recall {right[name] / count:.2f}")
    print("tables of plans:", dict(records))


def _count_records(table: Table, chances: Vectors, counted: Counter[str]) -> None:
    """Adds whether a table is taken for a plan, and whether its text, lead and status are the right columns."""
    truth = np.full_like(chances, -20.0)
    truth[np.arange(len(table.roles)), [_CLASSES.index(role) for role in table.roles]] = 0
    wanted = plan_roles(table.columns, truth)
    found = plan_roles(table.columns, chances)
    counted["plans" if wanted else "others"] += 1
    counted["found" if wanted and found else "taken for one" if found else "lost" if wanted else "left"] += 1
    asked: tuple[Role, ...] = ("text", "lead", "status", "deadline")
    for role in asked:
        if wanted and found and role in wanted:
            counted[role] += 1
            counted[f"{role} right"] += wanted[role] == found.get(role)


if __name__ == "__main__":
    main()
