"""Collections in BEIR's layout, made of installed documentation: `python -m eval.collections OUT`.

Queries are titles, questions and summaries that authors wrote for their readers; each should find the text below it.
"""
