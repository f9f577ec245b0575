"""An invented corpus in the forms of arXiv and PubMed Central, packed by `make_sample`."""
