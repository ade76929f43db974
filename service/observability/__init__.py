"""Audit log, logs, metrics and traces, and the request they describe."""
