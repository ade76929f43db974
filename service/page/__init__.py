"""The page: asking, searching and reading in a browser, served by the same process as the interface."""
