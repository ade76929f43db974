"""Headings and paragraphs out of the HTML that documentation tools write."""

from pathlib import Path

from eval.collections.manuals import git_commands, headings
from eval.collections.pages import read_page

SPHINX = """<html><head><title>Kitchen</title><style>p { color: red }</style></head><body>
<div class="related"><h3>Navigation</h3><ul><li>index</li></ul></div>
<section><h1><span class="section-number">4. </span>Bread<a class="headerlink" href="#b">¶</a></h1>
<nav class="contents"><p>Contents</p></nav>
<section><h2>4.1. How long must dough <em>rest</em>?</h2>
<p>Overnight, in a
<code>cool</code> place.<a class="footnote-reference" href="#1">1</a></p>
<ul><li><p>Rye</p></li><li>Wheat<br>or spelt</li></ul>
<div class="highlight"><div><pre>rest(dough)</pre></div></div><pre>more()</pre></section>
<section><h2>A word on ovens</h2><p>They differ.</p><h3>Gas</h3><table><tr><th>Mark</th><td>5</td></tr></table></section>
</section></body></html>"""

DOCBOOK = """<html><head><link rel="up" href="ch04.html" title="Chapter 4. After the meal"></head><body>
<ul class="docnav"><li>Prev</li></ul>
<div class="section"><h2 class="title">4.16. Washing up</h2><div class="para">Hot water first.</div>
<div class="section"><h3>4.16.1. Drying</h3><p>With a cloth.</div></div></body></html>"""

GIT = """<div id="header"><h1>git-{name}(1) Manual Page</h1><h2>NAME</h2>
<p>git-{name} -
   {purpose}</p></div><h2>DESCRIPTION</h2><p>{text}</p><h3>More</h3><p>No.</p>"""


def test_a_page_of_sphinx() -> None:
    bread, dough, ovens, gas = read_page(SPHINX)
    assert (bread.heading, bread.above, bread.paragraphs, bread.leaf) == ("Bread", (), [], False)
    assert (dough.heading, dough.above, dough.leaf) == ("How long must dough rest?", ("Bread",), True)
    assert dough.paragraphs == ["Overnight, in a cool place.", "Rye", "Wheat or spelt"]
    assert (ovens.heading, ovens.paragraphs, ovens.leaf) == ("A word on ovens", ["They differ."], False)
    assert (gas.above, gas.paragraphs) == (("Bread", "A word on ovens"), ["Mark 5"])


def test_a_section_of_docbook_stands_in_its_chapter() -> None:
    washing, drying = read_page(DOCBOOK)
    assert (washing.heading, washing.above) == ("Washing up", ("After the meal",))
    assert washing.paragraphs == ["Hot water first."]
    assert (drying.above, drying.paragraphs) == (("After the meal", "Washing up"), ["With a cloth."])


def test_the_lowest_headings_of_manuals_are_asked(tmp_path: Path) -> None:
    (tmp_path / "doc").mkdir()
    (tmp_path / "doc" / "bread.html").write_text(SPHINX)
    (tmp_path / "doc" / "again.html").symlink_to("bread.html")
    (tmp_path / "doc" / "index.html").write_text("<h1>Everything about bread</h1>")
    manual = ("Kitchen", "doc/*.html")
    found = headings(tmp_path, [manual])
    assert [section.query for section in found] == ["", "How long must dough rest?", "", "Gas"]
    assert [section.context for section in found] == [
        "Kitchen",
        "Kitchen › Bread",
        "Kitchen › Bread",
        "Kitchen › Bread › A word on ovens",
    ]
    assert len({section.name for section in found}) == 4
    assert headings(tmp_path, [manual, ("Missing", "nowhere/*.html")]) == []


def test_the_purpose_of_a_git_command_finds_its_description(tmp_path: Path) -> None:
    folder = tmp_path / "usr" / "share" / "doc" / "git-doc"
    folder.mkdir(parents=True)
    page = GIT.format(name="cook", purpose="Heat what is raw", text="Puts it on the stove.")
    (folder / "git-cook.html").write_text(page)
    (folder / "gitguide.html").write_text("<h1>Guide</h1><h2>DESCRIPTION</h2><p>No name.</p>")
    (section,) = git_commands(tmp_path)
    assert (section.query, section.context) == ("Heat what is raw", "Git › git-cook")
    assert section.paragraphs == ("Puts it on the stove.",)
