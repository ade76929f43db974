"""What browsers know of web pages: encodings, styles, numbers of lists, notes, landmarks."""
