"""What is seen on the pages of a PDF: words, drawings, lines, columns, tables and paragraphs."""
