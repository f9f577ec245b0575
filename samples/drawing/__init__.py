"""How the sample's figures are drawn: a canvas, the files it is written as, and the parts of plots and diagrams."""
