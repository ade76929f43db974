"""Long texts become passages that end where a paragraph or a sentence does."""

from eval.collections.sections import Section, passages


def words(count: int, end: str = ".") -> str:
    return " ".join(["Word", *["word"] * (count - 1)]) + end


def test_short_paragraphs_go_together_and_long_texts_are_cut_at_paragraphs() -> None:
    assert passages([]) == []
    assert passages([words(5), words(6)]) == [f"{words(5)}\n{words(6)}"]
    assert passages([words(70), words(60), words(50)]) == [words(70), f"{words(60)}\n{words(50)}"]


def test_a_short_end_stays_with_what_comes_before_it() -> None:
    assert passages([words(100), words(39)]) == [f"{words(100)}\n{words(39)}"]
    assert passages([words(100), words(40)]) == [words(100), words(40)]


def test_a_paragraph_too_long_is_cut_at_sentences() -> None:
    cut = passages([" ".join([words(50)] * 4)])
    assert [len(passage.split()) for passage in cut] == [100, 100]
    assert passages([words(300)]) == [words(300)]


def test_the_context_is_what_stands_above() -> None:
    assert Section("s", "asked", ("Manual", "Chapter"), ()).context == "Manual › Chapter"
    assert Section("s", "asked", (), ()).context == ""
