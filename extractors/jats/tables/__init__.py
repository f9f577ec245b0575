"""Tables of JATS articles as grids of cells: the XHTML model and CALS."""
