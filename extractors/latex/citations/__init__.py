"""What citations print: the entries of .bbl and .bib files, and the style in which a paper cites them."""
