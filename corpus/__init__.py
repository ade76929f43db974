"""Documents: read, structured, cut into passages."""

from corpus.offline import go_offline

go_offline()
