"""WordprocessingML: how a Word file sets, numbers and hides its text, apart from what is made of it."""
