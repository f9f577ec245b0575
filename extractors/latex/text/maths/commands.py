"""The commands of formulae by what they do: sizes, blanks, fractions, alphabets, fences, what prints nothing."""

import re

from extractors.latex.source.words import words
from extractors.latex.text.symbols import FUNCTIONS, MATH_ACCENTS

SIZES = words(
    """left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm Bigm displaystyle
    textstyle scriptstyle scriptscriptstyle limits nolimits rm bf it sf tt cal mit nonumber notag
    normalsize small footnotesize tiny large protect relax allowbreak nobreak strut mathstrut null"""
)
SPACES = words("quad qquad enspace enskip thinspace medspace thickspace space nobreakspace hfill newline par")
FRACTIONS = words("frac dfrac tfrac cfrac nicefrac sfrac textfrac flatfrac")
ALPHABETS = words(
    """mathrm mathsf mathtt mathcal mathscr mathfrak mathnormal operatorname operatornamewithlimits mathop
    mathbin mathrel mathord mathopen mathclose mathpunct mathinner rmit mathup mathds mathbbm mathit
    symbf symup symit"""
)
BOLD = words("mathbf boldsymbol bm pmb vb mathbfit")
TEXTS = words(
    "text mbox hbox textrm textnormal textsf textsc intertext textup fbox textmd shortintertext textsl"
)
ONLY_IN_MATH = (
    FRACTIONS
    | ALPHABETS
    | BOLD
    | frozenset(MATH_ACCENTS)
    | FUNCTIONS
    | words(
        """mathbb sqrt binom tbinom dbinom stackrel overset underset substack pmod bmod mod not xrightarrow
    xleftarrow overbrace underbrace set abs norm bra ket braket Set Bra Ket Braket"""
    )
)
TAKING_ARGUMENT = ALPHABETS | BOLD | TEXTS | frozenset(MATH_ACCENTS) | {"mathbb", "sqrt", "textbf", "textit"}

DERIVATIVES = {"dv": "d", "derivative": "d", "pdv": "∂", "partialderivative": "∂", "fdv": "δ"}
QUANTUM = {
    # opening, what stands between the arguments, closing, how many arguments
    **dict.fromkeys(DERIVATIVES, ("", "", "", 0)),
    "expval": ("⟨", "", "⟩", 1), "ev": ("⟨", "", "⟩", 1), "mel": ("⟨", "|", "⟩", 3),
    "matrixel": ("⟨", "|", "⟩", 3), "ketbra": ("|", "⟩⟨", "|", 2), "dyad": ("|", "⟩⟨", "|", 2),
    "comm": ("[", ", ", "]", 2), "commutator": ("[", ", ", "]", 2), "acomm": ("\ue07b", ", ", "\ue07d", 2),
    "order": ("O(", "", ")", 1), "innerproduct": ("⟨", "|", "⟩", 2), "ip": ("⟨", "|", "⟩", 2),
    "dd": ("d", "", "", 1),
}  # fmt: skip
LAYOUT_NAME = re.compile(
    r"(?:space|skip|size|style|width|sep|color|font)\Z|\A(?:no|hide|set|end|raise)[a-z]+\Z"
)
UNPRINTED = words(
    """displaylimits allowdisplaybreaks hfil vfil centering scriptsize footnotesize tiny large Large LARGE huge
    Huge em bfseries itshape upshape rmfamily sffamily ttfamily mdseries normalfont unboldmath boldmath
    crcr cr nobreak goodbreak leavevmode noindent indent vfill break xspace unskip ignorespaces lefteqn span omit
    hline toprule midrule bottomrule tabularnewline endgroup begingroup bgroup egroup expandafter noexpand
    mathsurround thinmuskip medmuskip thickmuskip nulldelimiterspace scriptspace everymath fam sl sc bold rmdefault
    EulerVM selectfont color normalcolor qquad quad par global long immediate"""
)

FENCES = {"abs": "||", "norm": "‖‖", "bra": "⟨|", "ket": "|⟩", "braket": "⟨⟩", "set": "\ue07b\ue07d"}
FENCES |= {name.capitalize(): FENCES[name] for name in ("bra", "ket", "braket", "set")}
