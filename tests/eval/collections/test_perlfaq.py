"""Questions and answers out of POD."""

import pytest

from eval.collections.perlfaq import plain, questions

POD = """=head1 NAME

faq2 - Ovens and Pans

=head1 VERSION

version 1

=head1 Ovens: Gas

=head2 How hot is C<< mark 5 >>? (I<roughly>)

About 190 degrees, see
L<a table|https://example.org/>.

    heat(190);

=over 4

=item *

Or B<more>.

=item Convection

Less.

=back

=head2 Why?

Because.

=head1 AUTHOR

A cook.
"""


def test_a_question_has_its_chapter_and_its_answer_without_code() -> None:
    hot, why = questions("faq2", POD)
    assert (hot.name, hot.query) == ("faq2-1", "How hot is mark 5? (roughly)")
    assert hot.context == "Perl FAQ › Ovens and Pans › Ovens: Gas"
    assert hot.paragraphs == ("About 190 degrees, see a table.", "Or more.", "Convection", "Less.")
    assert why.paragraphs == ("Because.",)


def test_a_page_without_chapters_has_none_in_its_context() -> None:
    (section,) = questions("faq", "=head1 NAME\n\nfaq - Pans\n\n=head1 DESCRIPTION\n\n=head2 Why?\n\nSo.")
    assert section.context == "Perl FAQ › Pans"


@pytest.mark.parametrize(
    ("pod", "text"),
    [
        ("C<a> and B<I<b>>", "a and b"),
        ("C<< $x->{y} >> is E<lt>bE<gt>", "$x->{y} is <b>"),
        ('X<index>see L<perlop/"Quote">', 'see perlop/"Quote"'),
        ("1 < 2", "1 < 2"),
    ],
)
def test_codes_are_read(pod: str, text: str) -> None:
    assert plain(pod) == text
