"""Pages of a PDF that are pictures: Tesseract reads their words."""
