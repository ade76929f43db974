"""Pages of help out of Mallard."""

from pathlib import Path

from eval.collections.gnome import gnome_help

PAGE = """<page xmlns="http://projectmallard.org/1.0/" id="oven"><info><credit><name>A cook</name></credit>
<desc>Bake, without
 burning.</desc></info><title>Use the oven</title><p>Press <gui>Heat</gui> and wait.</p>
<steps><item><p>Open it.</p><p></p></item></steps>
<section><title>After</title><screen><output>done</output></screen><note><p>It is hot.</p></note></section></page>"""


def test_a_page_is_found_by_its_description(tmp_path: Path) -> None:
    folder = tmp_path / "usr" / "share" / "help" / "C" / "gnome-help"
    folder.mkdir(parents=True)
    (folder / "oven.page").write_text(PAGE)
    (folder / "index.page").write_text(
        '<page xmlns="http://projectmallard.org/1.0/"><title>Help</title></page>'
    )
    (section,) = gnome_help(tmp_path)
    assert (section.name, section.query) == ("oven", "Bake, without burning.")
    assert section.context == "GNOME Help › Use the oven"
    assert section.paragraphs == ("Press Heat and wait.", "Open it.", "It is hot.")
