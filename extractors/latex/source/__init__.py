"""Which file of a paper is the main one, what a name in it stands for, and how TeX is read from a position."""
