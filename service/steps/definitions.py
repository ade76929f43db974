"""Meanings of abbreviations, out of a glossary or running text."""

from corpus.text.markup import plain
from index.terms import terms
from service.answering.composition import whole_passages
from service.answering.context import QuestionContext
from service.answering.refusal import found, nothing
from service.answering.types import Answer, Citation
from service.lookups.abbreviations import abbreviations_asked, definitions, expansion
from service.steps.outcome import Passed


def defined_term(context: QuestionContext) -> Answer | Passed:
    """The definitions of a glossary."""
    passages = list(context.index.passages.of_kind("definition", context.mask))
    asked = abbreviations_asked(context.request, {p.fields.get("Term", "").upper() for p in passages})
    defined = definitions(asked, passages)
    if not defined:
        return Passed("no term of a glossary is asked for")
    said = [f"{p.fields['Term']}: {p.fields.get('Definition', '')} [{n}]" for n, p in enumerate(defined, 1)]
    return found(context, "; ".join(said), whole_passages(defined))


def expanded_abbreviation(context: QuestionContext) -> Answer | Passed:
    """Quotes where the running text spells an abbreviation out."""
    asked = abbreviations_asked(context.request, context.index.names.full)
    if len(asked) != 1:
        return Passed("no abbreviation alone is asked for")
    expanded = expansion(context.index, asked[0], context.mask)
    if expanded is None and not any(map(context.index.lexical.frequency, terms(asked[0]))):
        return nothing(context)
    if expanded is None:
        return Passed("no passage spells the abbreviation out")
    citation = Citation(1, expanded.passage.text[slice(*expanded.span)], expanded.passage)
    said = f"{asked[0]}: {expanded.full}" if expanded.full else plain(citation.quote)
    return found(context, f"{said} [1]", (citation,))
