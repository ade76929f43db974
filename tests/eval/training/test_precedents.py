"""Labelled pairs: nothing of an item is seen when it is judged, and the fit that ships is the one reported."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.catalogue import Catalogue
from eval.gold_data import GoldError
from eval.training.precedent_pairs import PAIRS, Pairs, compared, read_pairs
from eval.training.precedents import FIT, Score, figures, left_out, thresholds, to_fit
from index.encoders.base import Encoder
from index.generation import load_index
from index.precedents import Likeness, action_span


def toy(seed: int = 0) -> Pairs:
    """Six items compared with ten passages each of two documents; the first feature tells, and noise does not."""
    random = np.random.default_rng(seed)
    continues = np.tile(np.arange(20) % 10 == 0, 6)
    features = random.normal(size=(120, 7))
    features[:, 0] += 4 * continues
    return Pairs(
        np.repeat(np.arange(6), 20),
        np.tile(np.repeat([0, 1], 10), 6),
        features,
        continues,
        np.tile(np.arange(20) % 10 < 4, 6),
    )


def test_an_item_is_judged_by_the_others_alone() -> None:
    pairs = toy()
    before = left_out(pairs)
    here = pairs.item == 2
    after = left_out(replace(pairs, continues=np.where(here, ~pairs.continues, pairs.continues)))
    assert before.possibly[here].tolist() == after.possibly[here].tolist()
    assert before.clear[here].tolist() == after.clear[here].tolist()
    assert figures(pairs, before)["continues, all passages, clear"].f1 > 0.8


def test_thresholds_are_where_f1_is_best() -> None:
    scores = np.array([5.0, 4.0, 3.0, 2.0, 1.0])
    wanted = np.array([True, True, False, True, False])
    judged = np.array([True, True, False, True, True])
    possibly, clear = thresholds(scores, wanted, judged)
    assert 1 < possibly < 2
    assert possibly <= clear
    assert Score.of(scores >= possibly, wanted) == Score(0.75, 1.0, 6 / 7, 3)


def test_a_quote_that_does_not_stand_in_its_source_is_named(tmp_path: Path) -> None:
    line = {"id": "p1", "source": {"document": "plan", "quote": "No."}, "relevant": [], "note": ""}
    file = tmp_path / "pairs.jsonl"
    file.write_text(json.dumps(line) + "\n", "utf-8")
    with pytest.raises(GoldError, match=r"pairs\.jsonl:1: 'No\.' does not stand in plan"):
        read_pairs(file, {"plan": "Yes."})
    file.write_text("{}\n", "utf-8")
    with pytest.raises(GoldError, match=r"pairs\.jsonl:1"):
        read_pairs(file, {})


def test_the_fit_that_ships_is_the_one_reported(
    real_var: Path, real_encoder: Encoder, shipped: Catalogue
) -> None:
    index = load_index(real_var)
    items = read_pairs(PAIRS, {document.id: shipped.source(document) for document in shipped.documents})
    pairs = compared(index, real_encoder, items)
    kept, made = json.loads(FIT.read_text("utf-8")), to_fit(pairs)
    assert made.pop("weights") == pytest.approx(kept.pop("weights"), abs=0.02)
    assert made == pytest.approx(kept, abs=0.02)
    found = figures(pairs, left_out(pairs))
    assert found["continues, judged pairs, possibly or clear"].f1 > 0.7
    assert found["continues, all passages, clear"].f1 > 0.6


def test_passages_are_compared_with_other_documents_only_and_by_what_they_do(
    real_var: Path, real_encoder: Encoder
) -> None:
    index = load_index(real_var)
    row = next(n for n, passage in enumerate(index.passages) if passage.kind == "row")
    rows, features = Likeness(index, real_encoder).features(row)
    own = index.passages[row].document.id
    assert features.shape == (len(rows), 7)
    assert {index.passages[n].document.id for n in rows} == index.documents.keys() - {own}
    start, end = action_span(index.passages[row])
    assert "\t" not in index.passages[row].text[start:end]
