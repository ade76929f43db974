"""The report: tables, plots, HTML."""
