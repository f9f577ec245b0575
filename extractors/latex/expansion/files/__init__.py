"""Files that a paper reads: how their names are written, and how reading goes on in them."""
