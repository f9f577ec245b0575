"""Text of JATS articles as readable Unicode: running text, MathML, TeX, labels, and the mentions of floats."""
