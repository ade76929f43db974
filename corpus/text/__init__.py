"""Lines, sentences, list markers, inline markup and dates."""
