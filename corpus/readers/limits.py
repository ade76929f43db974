"""Limits for reading one file: a file over a limit is refused, or its process is ended."""

FILE_BYTES = 64 * 2**20
TEXT_CHARACTERS = 16 * 2**20
PAGES = 2_000
PATHS = 4_000  # lines and outlines of a page: with more it is a picture, and no table is looked for
PAGE_CHARACTERS = 200_000
ZIP_ENTRIES = 2_000
INFLATED_BYTES = 256 * 2**20
INFLATION = 100  # times its packed size, for an entry of more than INFLATION_FREE bytes
INFLATION_FREE = 2**20
TABLE_CELLS = 100_000  # of one table, cells that span several counted as often
SCANNED_PAGES = 200  # that are read by character recognition
SCANNED_PIXELS = 25_000_000  # of a page; A3 at 300 a inch has 17 million
SCANNED_PAGE_SECONDS = 60  # most take two to six
RECOGNITION_SECONDS = 900  # of all pages, besides WALL_SECONDS
MEMORY_BYTES = 2**30
CPU_SECONDS = 120
WALL_SECONDS = 240
