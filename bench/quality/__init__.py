"""Whether results repeat, and whether a change kept them."""
