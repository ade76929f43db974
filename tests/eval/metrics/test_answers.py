"""Answers, citations and abstention, against values worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from eval.metrics.abstention import auroc, ece, reliability, risk_coverage
from eval.metrics.answers import Accepted, is_exact, is_right, judge_answer, judge_refusal, supports
from eval.metrics.spans import Quote
from eval.metrics.statistics import estimate, estimate_auroc, estimate_ece, randomisation_p
from eval.systems.protocol import Answer, Citation, Status
from tests.eval.toys import digest

SOURCES = {"d": "The hall holds 27 people. It was built in 1927. Ask the warden."}
EVIDENCE = ((Quote("d", "The hall holds 27 people.", ((0, 25),)),),)
ONE = Accepted(("27",), {"27": ("twenty-seven",)}, False)


def citation(start: int, end: int) -> Citation:
    quote = SOURCES["d"][start:end]
    return Citation(quote, digest(quote), "d", start, end)


def said(text: str, *citations: Citation, status: Status = "answered") -> Answer:
    return Answer(status, text, 0.8, "?", citations)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("It holds 27 people.", True),
        ("It holds **27** people [1].", True),
        ("It holds <b>27</b>.", True),
        ("Twenty‑seven.", True),
        ("Built in 1927.", False),
        ("270 people", False),
        ("", False),
    ],
)
def test_right_is_an_accepted_answer_at_word_boundaries(text: str, right: bool) -> None:
    assert is_right(text, ONE) == right


def test_every_answer_is_needed_when_all_are() -> None:
    both = Accepted(("27", "warden"), {"warden": ("custodian",)}, True)
    assert is_right("27, ask the custodian", both)
    assert not is_right("27", both)
    assert is_right("27", Accepted(both.answers, both.variants, False))


def test_markup_within_an_answer_does_not_hide_it() -> None:
    assert is_right("the 16<sup>th</sup> Meeting", Accepted(("16th",), {}, False))
    assert is_right("*snake_case* &amp; more", Accepted(("snake_case & more",), {}, False))


def test_a_citation_supports_if_it_lies_in_the_evidence_or_holds_it() -> None:
    assert supports(citation(0, 25), EVIDENCE)
    assert supports(citation(4, 17), EVIDENCE)
    assert supports(citation(0, len(SOURCES["d"])), EVIDENCE)
    assert not supports(citation(26, 47), EVIDENCE)
    assert not supports(Citation("27", digest("27"), "e", 15, 17), EVIDENCE)
    assert not supports(Citation("27", digest("27"), "d", -1, -1), EVIDENCE)


@pytest.mark.parametrize(
    ("answer", "right", "cited", "both"),
    [
        (said("27", citation(0, 25)), 1.0, 1.0, 1.0),
        (said("27", citation(26, 47)), 1.0, 0.0, 0.0),
        (said("27"), 1.0, 0.0, 0.0),
        (said("1927", citation(26, 47), citation(0, 25)), 0.0, 1.0, 0.0),
        (said("1927", citation(26, 47)), 0.0, 0.0, 0.0),
    ],
)
def test_right_and_cited_right_are_judged_apart(
    answer: Answer, right: float, cited: float, both: float
) -> None:
    judged = judge_answer(answer, ONE, EVIDENCE, SOURCES)
    assert (judged["right"], judged["cited right"], judged["right and cited"]) == (right, cited, both)


def test_a_refusal_is_never_right_and_has_no_length() -> None:
    judged = judge_answer(
        said("Searched for 27", citation(0, 25), status="not_found"), ONE, EVIDENCE, SOURCES
    )
    nothing = {"right": 0.0, "cited right": 0.0, "right and cited": 0.0}
    assert judged == nothing | {"false refusal": 1.0, "exact": 1.0}


def test_an_answer_to_what_cannot_be_answered_is_false() -> None:
    assert judge_refusal(said("27"), SOURCES) == {"false answer": 1.0}
    assert judge_refusal(said("27", status="partial"), SOURCES) == {"false answer": 1.0}
    assert judge_refusal(said("no", status="not_found"), SOURCES) == {"false answer": 0.0}


def test_a_quotation_is_exact_to_the_character_place_and_hash() -> None:
    good = citation(0, 25)
    assert is_exact(good, SOURCES)
    assert not is_exact(Citation(good.quote, good.quote_sha256, "d", 1, 26), SOURCES)
    assert not is_exact(Citation(good.quote.upper(), digest(good.quote.upper()), "d", 0, 25), SOURCES)
    assert not is_exact(Citation(good.quote, digest("other"), "d", 0, 25), SOURCES)
    assert not is_exact(Citation("", digest(""), "d", 3, 3), SOURCES)
    bad = Citation("gone", digest("gone"), "d", -1, -1)
    assert judge_answer(said("27", good, bad), ONE, EVIDENCE, SOURCES)["exact"] == 0.5


def test_auroc_by_hand() -> None:
    assert auroc([0.9, 0.8], [0.1]) == 1.0
    assert auroc([0.1], [0.9]) == 0.0
    assert auroc([0.5, 0.9], [0.5]) == 0.75
    assert math.isnan(auroc([], [0.5]))


values = st.lists(st.integers(0, 10).map(lambda n: n / 10), min_size=1, max_size=20)


@given(values, values)
def test_auroc_is_the_mann_whitney_statistic(positive: list[float], negative: list[float]) -> None:
    expected = mannwhitneyu(positive, negative).statistic / (len(positive) * len(negative))
    assert auroc(positive, negative) == pytest.approx(expected, abs=1e-9)


def test_risk_coverage_answers_equal_confidences_together() -> None:
    points = risk_coverage([0.9, 0.5, 0.5, 0.1], [True, False, True, False])
    assert [(p.threshold, p.coverage, p.risk) for p in points] == [
        (0.9, 0.25, 0.0),
        (0.5, 0.75, pytest.approx(1 / 3)),
        (0.1, 1.0, 0.5),
    ]


def test_calibration_by_hand() -> None:
    assert ece([0.95, 0.95, 0.05], [True, True, False]) == pytest.approx(0.05)
    assert ece([1.0, 0.0], [False, True]) == 1.0
    (lowest, highest) = reliability([0.0, 1.0], [False, True])
    assert (lowest.low, lowest.n, highest.low, highest.n) == (0.0, 1, 0.9, 1)


def test_estimates_hold_their_mean_and_repeat_to_the_bit() -> None:
    sample = [0.0, 1.0, 1.0, 0.0, 1.0, 1.0]
    first = estimate(sample)
    assert first == estimate(sample)
    assert first.mean == pytest.approx(2 / 3)
    assert first.low is not None
    assert first.high is not None
    assert 0 < first.low < first.mean < first.high <= 1
    assert (estimate([1.0] * 5).low, estimate([1.0] * 5).high) == (1.0, 1.0)
    assert (estimate([1.0]).low, estimate([1.0]).n) == (None, 1)
    with pytest.raises(ValueError, match="no values"):
        estimate([])


def test_an_interval_covers_the_true_mean_about_nineteen_times_in_twenty() -> None:
    draws = np.random.default_rng(7).normal(0.3, 1.0, (200, 60))
    intervals = [estimate(list(draw)) for draw in draws]
    covered = sum(e.low <= 0.3 <= e.high for e in intervals if e.low is not None and e.high is not None)
    assert 0.89 <= covered / 200 <= 0.985


def test_intervals_of_auroc_and_calibration_hold_their_value() -> None:
    separated = estimate_auroc([0.9, 0.8, 0.4], [0.5, 0.1, 0.2])
    assert separated.low is not None
    assert separated.low <= separated.mean <= 1.0
    calibrated = estimate_ece([0.9, 0.9, 0.1], [True, False, False])
    assert calibrated.mean == pytest.approx((2 * 0.4 + 0.1) / 3)


def test_randomisation_by_hand() -> None:
    assert randomisation_p([1.0] * 5, [0.0] * 5) == pytest.approx(2 / 32)
    assert randomisation_p([0.0] * 5, [1.0] * 5, worse=True) == pytest.approx(1 / 32)
    assert randomisation_p([1.0] * 5, [0.0] * 5, worse=True) == 1.0
    assert randomisation_p([1.0, 0.0], [1.0, 0.0]) == 1.0
