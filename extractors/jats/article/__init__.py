"""Which file of a package is the article, its XML parsed safely, and what it says of itself as a whole."""
