"""TeX to readable Unicode: running text, formulae, units, references, citations and printed numbers."""
