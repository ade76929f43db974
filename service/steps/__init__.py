"""The steps of answering: each gives an answer, or says why it passes."""
