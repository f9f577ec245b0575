"""How the commands of running text take their arguments, and what kind of thing each of them prints."""

import re

from extractors.latex.source.words import words

# How a command takes its arguments: s star, o optional (dropped), m mandatory (dropped), t kept as text.
SHAPES = {
    "label": "m", "index": "m", "vspace": "sm", "hspace": "sm", "color": "om", "textcolor": "omt",
    "colorbox": "omt", "fcolorbox": "ommt", "footnote": "om", "footnotemark": "o", "footnotetext":
    "om", "thanks": "m", "tablefootnote": "om", "makebox": "oot", "framebox": "oot", "parbox":
    "ooomt", "raisebox": "moot", "rotatebox": "omt", "scalebox": "mot", "resizebox": "smmt",
    "includegraphics": "soom", "input": "m", "phantom": "m", "hphantom": "m", "vphantom": "m",
    "setlength": "mm", "addtolength": "mm", "setcounter": "mm", "addtocounter": "mm", "rule": "omm",
    "fontsize": "mm", "texorpdfstring": "tm", "hyperref": "ot", "href": "mt", "hyperlink": "mt",
    "hypertarget": "mt", "marginpar": "om", "todo": "om", "linespread": "m", "captionsetup": "om",
    "pdfbookmark": "omm", "nocite": "m", "tag": "sm", "bibliography": "m", "bibliographystyle": "m",
    "stepcounter": "m", "refstepcounter": "m", "renewcommand": "mom", "setkeys": "mm",
    "columncolor": "om", "cellcolor": "om", "rowcolor": "om", "arrayrulecolor": "om", "rowcolors":
    "ommm", "scimmirprinted": "mm", "scimmircaptype": "m", "vskip": "", "pagestyle": "m",
    "thispagestyle": "m", "fontfamily": "m", "fontseries": "m", "fontshape": "m", "usefont": "mmmm",
    "definecolor": "mmm", "hypersetup": "m", "email": "m", "lstset": "m", "sisetup": "m", "tikzset":
    "m", "pgfplotsset": "m", "usetikzlibrary": "m", "newcounter": "mo", "xrightarrow": "o",
    "xleftarrow": "o", "multicolumn": "mmt", "special": "m", "subcaption": "m", "caption": "om",
    "addcontentsline": "mmm", "markboth": "mm", "markright": "m", "foreignlanguage": "mt",
    "selectlanguage": "m", "textorpdf": "tm", "acused": "m", "glsadd": "m", "glsreset": "m",
    "noalign": "m", "hskip": "", "kern": "", "mathchoice": "tmmm", "rlap": "t", "llap": "t",
    "ooalign": "t", "textpdfrender": "mt", "hyphenation": "m", "penalty": "", "discretionary":
    "mmm", "IEEEauthorblockN": "t", "usebox": "m", "savebox": "moom", "sbox": "mm", "tnotex": "m",
    "pdftooltip": "tm", "looseness": "", "adjustbox": "mt", "import": "mm", "ignorespaces": "",
    "setstretch": "m", "enlargethispage": "sm", "needspace": "m", "pagecolor": "om", "crefname":
    "mmm", "Crefname": "mmm", "ding": "m", "multirow": "omomot", "tnoteref": "m", "corref": "m", "fnref": "m",
    "fnmark": "o", "cormark": "o", "tnotemark": "o", "scimmirfolder": "m", "up": "t", "lowercase": "t",
    "subsectionautorefname": "", "colhead": "t", "SetCell": "om", "element": "oot", "replaced": "otm",
    "deleted": "om", "defcitealias": "mm", "shortcites": "m", "added": "ot", "highlight": "ot",
    "scalerel": "stm", "pbox": "mt", "foreignquote": "mt", "foreigntextquote": "mt", "hyphenquote": "mt",
    "scimmirdefault": "m", "scimmirunit": "mm", "scimmirreset": "mm", "scimmirunreset": "mm", "missingfigure": "om",
    "parnote": "om", "arabic": "m", "roman": "m", "Roman": "m", "alph": "m", "Alph": "m", "fnsymbol": "m",
    "phantomsubcaption": "", "phantomcaption": "", "fxnote": "om", "fxwarning": "om",
    "fxerror": "om", "fxfatal": "om", "sethlcolor": "m", "CodeBefore": "", "listoftodos": "", "setuldepth": "m",
}  # fmt: skip
# What environments take before their content, as they stand in cells and captions.
ENVIRONMENT_SHAPES = {
    **dict.fromkeys(("minipage", "varwidth"), "ooom"),
    **dict.fromkeys(("tabular", "NiceTabular", "tblr", "talltblr", "longtblr", "longtable", "subfigure",
                     "subtable"), "om"),
    **dict.fromkeys(("tabular*", "tabularx", "tabulary", "NiceTabular*", "NiceTabularX"), "mom"),
    **dict.fromkeys(("turn", "rotate", "adjustbox", "spacing", "multicols", "otherlanguage", "supertabular"),
                    "m"),
    **dict.fromkeys(("threeparttable", "tablenotes", "figure", "table", "lstlisting", "tcolorbox", "mdframed"), "o"),
    **dict.fromkeys(("adjustwidth", "xltabular", "CJK", "CJK*"), "mm"),
    "wrapfigure": "omom", "wraptable": "omom", "minted": "om",
}  # fmt: skip
DIMENSION_COMMANDS = frozenset(
    {"vskip", "hskip", "kern", "penalty", "looseness", "baselineskip", "tabcolsep", "itemsep",
    "parskip", "parindent", "abovecaptionskip", "belowcaptionskip", "lineskip", "raise", "lower", "moveleft",
    "moveright"},
)  # fmt: skip
DIMENSION = re.compile(
    r"\s*=?\s*(?:-?\s*[\d.,]+\s*(?:true)?\s*(?:pt|cm|mm|in|em|ex|bp|pc|dd|sp|mu)?(?:\s*(?:plus|minus)\s*-?[\d.]+\s*\w\w+)*"
    r"|-?[\d.]*\\[A-Za-z]+)"
)
FONTS = {
    "textbf": "b", "textit": "i", "emph": "i", "textsl": "i", "underline": "u", "uline": "u",
    "texttt": "code", "mathbf": "b", "boldsymbol": "b", "bm": "b", "mathit": "i", "textsuperscript":
    "sup", "textsubscript": "sub",
}  # fmt: skip
SWITCHES = {
    "bf": "b", "bfseries": "b", "boldmath": "b", "it": "i", "itshape": "i", "em": "i", "sl": "i",
    "slshape": "i", "tt": "code", "ttfamily": "code",
}  # fmt: skip
SPACE_COMMANDS = words(
    """quad qquad enspace enskip thinspace medspace thickspace space newline linebreak par hfill hfil
    nobreakspace
    newblock smallskip medskip bigskip hspace vspace break tabularnewline item leavevmode hss hskip cr"""
)
MATH_ENVIRONMENTS = words(
    """equation align gather multline eqnarray displaymath math alignat flalign split aligned gathered cases
    array matrix pmatrix bmatrix vmatrix Bmatrix Vmatrix smallmatrix dmath IEEEeqnarray subequations"""
)
LIST_ENVIRONMENTS = words(
    "itemize enumerate description compactenum compactitem inparaenum enumerate* itemize*"
)
REFERENCES = words(
    """ref eqref autoref cref Cref nameref subref vref Vref fref Fref labelcref cpageref pageref thref zcref
    namecref Autoref prettyref subeqref hyperlinkref crefrange Crefrange
    labelcrefrange vrefrange Vrefrange figref tabref"""
)
