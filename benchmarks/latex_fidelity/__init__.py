"""Our reading of LaTeX against LaTeXML's, and how fast it is."""
