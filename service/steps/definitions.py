"""Meanings of abbreviations, out of a glossary or running text."""

from corpus.text.markup import plain
from service.answering.composition import whole_passages
from service.answering.context import QuestionContext
from service.answering.refusal import found, nothing
from service.answering.types import Answer, Citation
from service.lookups.abbreviations import asks_letters, definitions, expansion, expansion_asked, with_capitals
from service.steps.outcome import Passed


def defined_term(context: QuestionContext) -> Answer | Passed:
    """The definitions of a glossary."""
    passages = context.index.passages.of_kind("definition", context.mask)
    defined = definitions(with_capitals(context.text), passages)
    if not defined:
        return Passed("no term of a glossary is asked for")
    said = [f"{p.fields['Term']}: {p.fields.get('Definition', '')} [{n}]" for n, p in enumerate(defined, 1)]
    return found(context, "; ".join(said), whole_passages(defined))


def expanded_abbreviation(context: QuestionContext) -> Answer | Passed:
    """Quotes where the running text spells an abbreviation out."""
    short = expansion_asked(with_capitals(context.text))
    if not short:
        return Passed("no abbreviation alone is asked for")
    expanded = expansion(context.index, short, context.mask)
    if expanded is None:
        asks = not context.is_follow_up and asks_letters(context.text)
        return nothing(context) if asks else Passed("no passage spells the abbreviation out")
    citation = Citation(1, expanded.passage.text[slice(*expanded.span)], expanded.passage)
    said = f"{short}: {expanded.full}" if expanded.full else plain(citation.quote)
    return found(context, f"{said} [1]", (citation,))
