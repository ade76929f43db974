"""Other retrieval systems, in their documented defaults, over the same sources and the same questions.

They run in an environment of their own (`eval/peers/requirements.txt`) and are met by file only:
`python -m eval.peers --out DIR` writes a run and a summary of each, which the harness reads and judges.
"""
