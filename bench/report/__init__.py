"""All benchmarks in one run, reported."""
