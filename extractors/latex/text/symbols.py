"""What TeX's symbol commands, accents, scripts and siunitx's units print, as Unicode."""

import unicodedata
from functools import cache

from extractors.latex.source.words import words
from extractors.unicode_text import SUBSCRIPTS, SUPERSCRIPTS

_GREEK_NAMES = """
alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi
chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega varepsilon vartheta varpi varrho
varsigma varphi varkappa digamma
"""
GREEK = dict(
    zip(
        _GREEK_NAMES.split(),
        "αβγδεζηθικλμνξοπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩεϑϖϱςφϰϝ",
        strict=True,
    )
)

_PAIRS = """
times × div ÷ pm ± mp ∓ cdot · ast * star ⋆ circ ∘ bullet • oplus ⊕ ominus ⊖ otimes ⊗ oslash ⊘
odot ⊙ dagger † ddagger ‡ dag † ddag ‡ amalg ⨿ wedge ∧ land ∧ vee ∨ lor ∨ cap ∩ cup ∪ sqcap ⊓
sqcup ⊔ uplus ⊎ setminus ∖ wr ≀ diamond ⋄ bigcirc ◯ leq ≤ le ≤ leqslant ≤ geq ≥ ge ≥ geqslant ≥
neq ≠ ne ≠ equiv ≡ sim ∼ simeq ≃ approx ≈ cong ≅ propto ∝ ll ≪ gg ≫ lll ⋘ ggg ⋙ prec ≺ succ ≻
preceq ⪯ succeq ⪰ asymp ≍ doteq ≐ lesssim ≲ gtrsim ≳ lessapprox ⪅ gtrapprox ⪆ lessgtr ≶ gtrless
≷ la ≲ ga ≳ ltsim ≲ gtsim ≳ lsim ≲ gsim ≳ subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇ subsetneq ⊊
supsetneq ⊋ sqsubseteq ⊑ sqsupseteq ⊒ in ∈ ni ∋ notin ∉ mid | nmid ∤ parallel ∥ nparallel ∦ perp
⊥ bot ⊥ top ⊤ vdash ⊢ dashv ⊣ models ⊨ vDash ⊨ Vdash ⊩ to → rightarrow → gets ← leftarrow ←
leftrightarrow ↔ uparrow ↑ downarrow ↓ updownarrow ↕ Rightarrow ⇒ Leftarrow ⇐ Leftrightarrow ⇔
Uparrow ⇑ Downarrow ⇓ iff ⇔ implies ⇒ impliedby ⇐ mapsto ↦ longmapsto ⟼ longrightarrow ⟶
longleftarrow ⟵ longleftrightarrow ⟷ Longrightarrow ⟹ Longleftarrow ⟸ Longleftrightarrow ⟺
hookrightarrow ↪ hookleftarrow ↩ rightharpoonup ⇀ rightharpoondown ⇁ leftharpoonup ↼
leftharpoondown ↽ rightleftharpoons ⇌ leftrightharpoons ⇋ nearrow ↗ searrow ↘ swarrow ↙ nwarrow
↖ leadsto ⇝ rightsquigarrow ⇝ twoheadrightarrow ↠ rightleftarrows ⇄ leftrightarrows ⇆
rightrightarrows ⇉ upuparrows ⇈ circlearrowleft ↺ circlearrowright ↻ curvearrowright ↷ multimap
⊸ nrightarrow ↛ nleftarrow ↚ nRightarrow ⇏ forall ∀ exists ∃ nexists ∄ neg ¬ lnot ¬ nabla ∇
partial ∂ infty ∞ emptyset ∅ varnothing ∅ hbar ℏ hslash ℏ ell ℓ wp ℘ Re ℜ Im ℑ aleph ℵ beth ℶ
angle ∠ measuredangle ∡ triangle △ bigtriangleup △ bigtriangledown ▽ triangledown ▽ square □ Box
□ Diamond ◇ lozenge ◊ blacksquare ■ blacklozenge ⧫ blacktriangle ▲ blacktriangledown ▼ bigstar ★
clubsuit ♣ diamondsuit ♢ heartsuit ♡ spadesuit ♠ prime ′ backprime ‵ surd √ imath ı jmath ȷ flat
♭ natural ♮ sharp ♯ complement ∁ eth ð mho ℧ sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ iiint ∭ oint ∮
bigcap ⋂ bigcup ⋃ bigsqcup ⨆ bigvee ⋁ bigwedge ⋀ bigodot ⨀ bigoplus ⨁ bigotimes ⨂ biguplus ⨄
ldots … dots … cdots ⋯ vdots ⋮ ddots ⋱ dotsc … dotsb ⋯ dotsm ⋯ dotsi ⋯ dotso … hdots …
textellipsis … langle ⟨ rangle ⟩ lceil ⌈ rceil ⌉ lfloor ⌊ rfloor ⌋ lbrace { rbrace } lbrack [
rbrack ] lvert | rvert | vert | Vert ‖ lVert ‖ rVert ‖ llbracket ⟦ rrbracket ⟧ ulcorner ⌜
urcorner ⌝ llcorner ⌞ lrcorner ⌟ backslash \\ therefore ∴ because ∵ colon : coloneqq ≔ coloneq ≔
eqqcolon ≕ triangleq ≜ trianglelefteq ⊴ trianglerighteq ⊵ vartriangle △ lhd ⊲ rhd ⊳ unlhd ⊴
unrhd ⊵ triangleleft ◁ triangleright ▷ bowtie ⋈ Join ⋈ ltimes ⋉ rtimes ⋊ boxplus ⊞ boxminus ⊟
boxtimes ⊠ boxdot ⊡ dotplus ∔ intercal ⊺ barwedge ⊼ curlywedge ⋏ curlyvee ⋎ Cap ⋒ Cup ⋓ between
≬ pitchfork ⋔ thickapprox ≈ thicksim ∼ backsim ∽ approxeq ≊ smile ⌣ frown ⌢ checkmark ✓ cmark ✓
xmark ✗ copyright © textcopyright © textregistered ® texttrademark ™ registered ® pounds
£ textsterling £ euro € texteuro € EUR € yen ¥ textyen ¥ textcent ¢ cents ¢ S § textsection § P
¶ textparagraph ¶ textdegree ° degree ° degrees ° degres ° No №
ier er iere re ieme e iemes es textbullet • textperiodcentered · textmu µ
textmicro µ micro µ textohm Ω textonehalf ½ textonequarter ¼ textthreequarters ¾ textpm ±
texttimes × textdiv ÷ textasciitilde ~ textasciicircum ^ textbackslash \\ textbar | textless <
textgreater > textunderscore _ textbraceleft { textbraceright } textdollar $ textquoteleft ‘
textquoteright ’ textquotedblleft “ textquotedblright ” textquotedbl " textquotesingle '
quotedblbase „ textendash – textemdash — textexclamdown ¡ textquestiondown ¿ textordfeminine ª
textordmasculine º textdagger † textdaggerdbl ‡ textasteriskcentered * textvisiblespace ␣
textnumero № textmarried ⚭ textmusicalnote ♪ textleftarrow ← textrightarrow → textuparrow ↑
textdownarrow ↓ guillemotleft « guillemotright » guilsinglleft ‹ guilsinglright › og « fg » flqq
« frqq » glqq „ grqq “ glq ‚ grq ‘ ss ß SS ẞ ae æ AE Æ oe œ OE Œ o ø O Ø aa å AA Å l ł L Ł i ı j
ȷ dh ð DH Ð th þ TH Þ ng ŋ NG Ŋ dj đ DJ Đ arcdeg ° arcmin ′ arcsec ″ sun ⊙ Sun ⊙ earth ⊕ Earth ⊕
venus ♀ Venus ♀ mars ♂ Mars ♂ female ♀ male ♂ jupiter ♃ Jupiter ♃ saturn ♄ fdg °. farcm ′. farcs ″. fp .
celsius °C degreeCelsius °C angstrom Å AA Å permil ‰ textperthousand ‰ perthousand ‰
textpertenthousand ‱ upmu μ upalpha α upbeta β upgamma γ updelta δ uplambda λ upsigma σ uppi π
uptau τ upomega ω upepsilon ε uptheta θ upphi φ dotsfill … dotfill … nodata … quad | lt < gt >
amp & hyp - slash / And & vcentcolon : colonapprox :≈ defeq ≔ eqdef ≝ iddots ⋰ Bbbk k diagup ⟋
diagdown ⟍ blacktriangleright ▶ blacktriangleleft ◀ blackcircle ● CIRCLE ● Circle ○ LEFTcircle ◐
RIGHTcircle ◑ fullmoon ● filledstar ★ medstar ☆ smiley ☺ frownie ☹ Letter ✉ Telefon ☎ lightning
↯ qed ∎ qedsymbol ∎ ohm Ω Ohm Ω Angstrom Å TeX TeX LaTeX LaTeX LaTeXe LaTeX2ε BibTeX BibTeX
XeTeX XeTeX LuaTeX LuaTeX pdfTeX pdfTeX PiC PiC leftarrowtail ↢ rightarrowtail ↣ upharpoonright
↾ upharpoonleft ↿ rightleftharpoon ⇌ Rrightarrow ⇛ Lleftarrow ⇚ nsubseteq ⊈ nsubset ⊄ ncong ≇
nleq ≰ ngeq ≱ nless ≮ ngtr ≯ nsim ≁ nvdash ⊬ nvDash ⊭ lneq ⪇ gneq ⪈ lneqq ≨ gneqq ≩ leqq ≦ geqq
≧ eqsim ≂ Subset ⋐ Supset ⋑ sqsubset ⊏ sqsupset ⊐ precsim ≾ succsim ≿ precapprox ⪷ succapprox ⪸
preccurlyeq ≼ succcurlyeq ≽ lessdot ⋖ gtrdot ⋗ risingdotseq ≓ fallingdotseq ≒ circeq ≗ bumpeq ≏
Bumpeq ≎ circledast ⊛ circledcirc ⊚ circleddash ⊝ circledR ® circledS Ⓢ
"""
_words = _PAIRS.split()
SYMBOLS: dict[str, str] = {**GREEK, **dict(zip(_words[::2], _words[1::2], strict=True))}
SYMBOLS |= {"og": "« ", "fg": " »"}  # French sets its quotes apart
SYMBOLS.pop("quad")
# Abbreviations that conference styles define.
SYMBOLS.update(
    eg="e.g.", ie="i.e.", cf="cf.", etc="etc.", vs="vs.", wrt="w.r.t.", etal="et al.", Eg="E.g.", Ie="I.e."
)

# Astronomers' and physicists' signs, and textgreek's names of letters.
SYMBOLS.update(micron="µm", degr="°", diameter="⌀", sq="□", fd=".ᵈ", fh=".ʰ", fm=".ᵐ", fs=".ˢ")
SYMBOLS.update({"text" + name: letter for name, letter in GREEK.items() if not name.startswith("var")})

RELATIONS = frozenset("=<>≤≥≠≡∼≃≈≅∝≪≫⋘⋙≺≻⪯⪰≍≐≲≳⪅⪆≶≷⊂⊃⊆⊇⊊⊋⊑⊒∈∋∉→←↔⇒⇐⇔↦⟶⟵⟷⟹⟸⟺≔≕≜≝⊢⊨⇌⟼∥")
BINARY = frozenset("+−±∓×÷⊕⊖⊗∧∨∩∪∖")

FUNCTIONS = words(
    """sin cos tan cot sec csc sinh cosh tanh coth arcsin arccos arctan log ln lg exp lim limsup liminf max
    min sup inf det dim ker deg gcd arg hom Pr injlim projlim argmax argmin"""
)

ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
    "b": "\u0331", "t": "\u0361", "G": "\u030f", "U": "\u030e", "textcommabelow": "\u0326",
}  # fmt: skip
MATH_ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303", "bar": "\u0304",
    "overline": "\u0304", "breve": "\u0306", "dot": "\u0307", "ddot": "\u0308", "mathring": "\u030a",
    "check": "\u030c", "vec": "\u20d7", "acute": "\u0301", "grave": "\u0300", "underline": "\u0332",
    "overrightarrow": "\u20d7", "dddot": "\u20db", "widecheck": "\u030c", "underbar": "\u0332",
}  # fmt: skip

SUPERSCRIPT = str.maketrans(SUPERSCRIPTS | {"°": "°", "*": "*", "†": "†", "‡": "‡"})
SUBSCRIPT = str.maketrans(SUBSCRIPTS)
BLACKBOARD = {"R": "ℝ", "N": "ℕ", "Z": "ℤ", "Q": "ℚ", "C": "ℂ", "P": "ℙ", "H": "ℍ"}

_UNITS = """
ampere A candela cd kelvin K kilogram kg metre m meter m mole mol second s becquerel Bq
degreeCelsius °C celsius °C coulomb C farad F gray Gy hertz Hz henry H joule J lumen lm lux lx
newton N ohm Ω pascal Pa radian rad siemens S sievert Sv steradian sr tesla T volt V watt W
weber Wb day d degree ° hectare ha hour h litre l liter L arcminute ′ arcsecond ″ minute min
tonne t astronomicalunit au atomicmassunit u bel B dalton Da decibel dB electronvolt eV neper Np
bar bar angstrom Å barn b knot kn mmHg mmHg nauticalmile M percent % bit bit byte B gram g
clight c bohr a₀ hartree Eh parsec pc lightyear ly gauss G erg erg dyne dyn atm atm year yr
pixel px fg fg pg pg ng ng ug µg mg mg g g kg kg amu u pm pm nm nm um µm mm mm cm cm dm dm m m
km km as as fs fs ps ps ns ns us µs ms ms s s fmol fmol pmol pmol nmol nmol umol µmol mmol mmol
mol mol kmol kmol pA pA nA nA uA µA mA mA A A kA kA ul µl ml ml l l hl hl uL µL mL mL L L hL hL
mHz mHz Hz Hz kHz kHz MHz MHz GHz GHz THz THz mN mN N N kN kN MN MN Pa Pa kPa kPa MPa MPa GPa
GPa mohm mΩ kohm kΩ Mohm MΩ pV pV nV nV uV µV mV mV V V kV kV W W uW µW mW mW kW kW MW MW GW GW
J J uJ µJ mJ mJ kJ kJ eV eV meV meV keV keV MeV MeV GeV GeV TeV TeV kWh kWh F F fF fF pF pF nF
nF uF µF K K dB dB T T mT mT yocto y zepto z atto a femto f pico p nano n micro µ milli m centi
c deci d deca da hecto h kilo k mega M giga G tera T peta P exa E zetta Z yotta Y kibi Ki mebi
Mi gibi Gi tebi Ti
"""
_unit_words = _UNITS.split()
UNITS: dict[str, str] = dict(zip(_unit_words[::2], _unit_words[1::2], strict=True))
PREFIXES = words(
    """yocto zepto atto femto pico nano micro milli centi deci deca hecto kilo mega giga tera peta exa zetta
    yotta kibi mebi gibi tebi"""
)


def accented(base: str, name: str) -> str:
    """Return a text whose first letter has an accent; of nothing, the accent's own sign where it is one."""
    base = {"ı": "i", "ȷ": "j"}.get(base, base)
    if not base:
        return {"~": "~", "^": "^", "`": "`"}.get(name, "").translate({ord("~"): 0xE000 + ord("~")})
    return unicodedata.normalize("NFC", base[0] + ACCENTS[name] + base[1:])


def scripted(content: str, *, up: bool) -> str:
    """Return a script in plain Unicode: its own characters where all exist, else ^x, _x, ^(…) or _(…)."""
    table = SUPERSCRIPT if up else SUBSCRIPT
    if all(ord(c) in table for c in content):
        return content.translate(table)
    sign = "^" if up else "_"
    return f"{sign}{content}" if len(content) == 1 else f"{sign}({content})"


@cache
def _rare_symbols() -> dict[str, str]:
    """Return pylatexenc's table turned round: names to characters; read only when a rare name turns up."""
    from pylatexenc.latexencode._uni2latexmap import uni2latex

    names: dict[str, str] = {}
    for code in sorted(uni2latex):
        command = uni2latex[code].removeprefix("\\ensuremath{").removesuffix("}")
        if command.startswith("\\") and command[1:].isalpha():
            names.setdefault(command[1:], chr(code))
    return names


@cache
def symbol(name: str) -> str | None:
    """Return the character that a command prints, None where the name is no symbol."""
    found = SYMBOLS.get(name)
    return found if found is not None else _rare_symbols().get(name)
