"""Docstrings as sections: the first line is asked, the rest should be found."""

from pathlib import Path

from eval.collections.docstrings import described

BODY = "Goes on to say things about dishes that its first line does not say, in fifteen words or rather more."


def source(name: str, body: str) -> str:
    return f'def {name}():\n    """Return what {name} is worth.\n\n    {body}\n    """\n'


def test_the_first_line_asks_and_the_rest_answers(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "kitchen.py").write_text(source("soup", BODY) + source("bread", "Too short."))
    (tmp_path / "again.py").write_text(source("pie", BODY * 10))
    (tmp_path / "tests" / "test_kitchen.py").write_text(source("check", BODY))
    (tmp_path / "template.py").write_text("def {{ name }}():")
    pie, soup = described(tmp_path)
    assert (soup.name, soup.query, soup.context) == ("kitchen:1", "Return what soup is worth.", "")
    assert soup.paragraphs == (BODY,)
    assert len(pie.paragraphs[0].split()) == 120
