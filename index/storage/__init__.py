"""Files of an index: hashed, written aside, published at once, opened when proved."""
