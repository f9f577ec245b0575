"""Papers compiled with pdflatex, and where TeX itself says that their floats stand: the truth of `pdf_fidelity`."""
