"""Collections in BEIR's layout out of what a computer has installed: `python -m eval.collections OUT`.

Each is of texts whose titles, questions or summaries somebody wrote for readers, not for this project. Those are
the queries, and the text below them is what they should find.
"""
