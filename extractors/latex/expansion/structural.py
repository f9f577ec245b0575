"""Names that a paper's own definitions do not hide from the later stages."""

from extractors.latex.source.words import words

# Commands whose own meaning the later stages rely on: a paper's redefinition of their look is not taken,
# unless it calls the original through a \let copy, as wrappers do.
STRUCTURAL = words(
    """begin end caption captionof label ref eqref pageref autoref cref Cref cite citep citet citealt section
    subsection subsubsection paragraph subparagraph chapter part appendix includegraphics item title
    author maketitle footnote subfigure subtable subfloat subcaption subcaptionbox input include
    includeonly documentclass usepackage bibliography bibitem thanks abstract emph textbf textit
    textsc texttt text mathrm mathbf frac sqrt left right multicolumn multirow hline cline cmidrule
    toprule midrule bottomrule tabular endtabular figure endfigure table endtable par centering small
    footnotesize large normalsize bf it rm em sc tt def let newcommand renewcommand newenvironment fi
    else ifx iffalse iftrue graphicspath plotone plottwo epsfbox psfig hspace vspace setcounter
    addtocounter stepcounter refstepcounter thefigure thetable hyperref href url color textcolor
    tablecaption tablehead startdata enddata colhead nodata document enddocument ensuremath protect"""
)


STRUCTURAL_ENVIRONMENTS = words(
    """document figure figure* table table* longtable tabular tabular* array equation equation* align align*
    itemize enumerate description thebibliography abstract verbatim subfigure subtable minipage center
    wrapfigure sidewaysfigure sidewaystable deluxetable deluxetable* quote quotation titlepage
    algorithm"""
)
