"""Short and long descriptions out of apt's lists."""

from eval.collections.packages import descriptions

LISTS = """Package: pan
Description-md5: 0
Description-en: frying pan for two
 It fries what
 lies in it.
 .
 Comes with
  * a lid

Package: oven
Description-md5: 1
Description-en: bakes bread
 It is hot.

Package: oven-doc
Description-md5: 2
Description-en: bakes bread - documentation
 It is hot.
 .
 This is the manual.

Package: nothing
Description-md5: 3
Description-en: says no more
"""


def test_a_short_description_finds_the_long_one() -> None:
    oven, pan = descriptions(LISTS)
    assert (pan.name, pan.query, pan.context) == ("pan", "frying pan for two", "")
    assert pan.paragraphs == ("It fries what lies in it.", "Comes with * a lid")
    assert (oven.name, oven.paragraphs) == ("oven", ("It is hot.",))
