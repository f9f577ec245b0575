"""What the commands of TeX's mathematics print."""

from extractors.jats.nodes import words

_GREEK = dict(
    zip(
        words(
            "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi "
            "omicron pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta "
            "Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega upalpha upbeta upgamma updelta upmu uppi "
            "upsigma uplambda uptau upomega upphi uptheta uprho upDelta varDelta varOmega"
        ),
        "αβγδϵεζηθϑικλμνξοπϖρϱσςτυϕφχψωΓΔΘΛΞΠΣΥΦΨΩαβγδμπσλτωφθρΔΔΩ",
        strict=True,
    )
)
_SIGNS = words(
    r"""
times × cdot · pm ± mp ∓ div ÷ ast ∗ star ⋆ circ ∘ bullet • leq ≤ le ≤ geq ≥ ge ≥ leqslant ≤ geqslant ≥
neq ≠ ne ≠ approx ≈ equiv ≡ sim ∼ simeq ≃ cong ≅ propto ∝ ll ≪ gg ≫ prec ≺ succ ≻ in ∈ notin ∉ ni ∋
subset ⊂ subseteq ⊆ supset ⊃ supseteq ⊇ cup ∪ cap ∩ setminus ∖ wedge ∧ land ∧ vee ∨ lor ∨ oplus ⊕
otimes ⊗ odot ⊙ to → rightarrow → leftarrow ← gets ← leftrightarrow ↔ Rightarrow ⇒ Leftarrow ⇐
Leftrightarrow ⇔ iff ⇔ implies ⇒ mapsto ↦ longrightarrow → longleftarrow ← Longrightarrow ⇒ uparrow ↑
downarrow ↓ updownarrow ↕ rightleftharpoons ⇌ sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ iiint ∭ oint ∮
bigcup ⋃ bigcap ⋂ bigoplus ⨁ bigotimes ⨂ bigvee ⋁ bigwedge ⋀ partial ∂ nabla ∇ infty ∞ forall ∀
exists ∃ nexists ∄ emptyset ∅ varnothing ∅ neg ¬ lnot ¬ prime ′ ell ℓ hbar ℏ Re ℜ Im ℑ aleph ℵ wp ℘
imath ı jmath ȷ angle ∠ perp ⊥ parallel ∥ mid | vert | Vert ‖ lvert | rvert | lVert ‖ rVert ‖ langle ⟨
rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ lbrace { rbrace } lbrack [ rbrack ] backslash \ ldots …
dots … cdots ⋯ vdots ⋮ ddots ⋱ dotsc … dotsb ⋯ degree ° textdegree ° textmu μ textmicro µ micro µ AA Å
aa å O Ø o ø ss ß dagger † ddagger ‡ S § P ¶ copyright © checkmark ✓ colon : doteq ≐ triangleq ≜
coloneqq ≔ therefore ∴ because ∵ square □ blacksquare ■ triangle △ diamond ⋄ Diamond ◇ lesssim ≲
gtrsim ≳ textless < textgreater > lt < gt > textasciitilde ~ textbackslash \ textbar | l ł L Ł ae æ
AE Æ oe œ OE Œ i ı j ȷ top ⊤ bot ⊥ vdash ⊢ models ⊨ cdotp ·
"""
)
SYMBOLS: dict[str, str] = {
    **_GREEK,
    **dict(zip(_SIGNS[::2], _SIGNS[1::2], strict=True)),
    **{c: c for c in "%#&$_{}"},
    **dict.fromkeys("-/!@\"'`^=.()[]", ""),
    "|": "‖",
}

FUNCTIONS = frozenset(
    words(
        "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh coth exp log ln lg det dim ker max "
        "min sup inf lim limsup liminf arg argmax argmin deg gcd hom Pr mod bmod"
    )
)

ACCENTS: dict[str, str] = {
    "bar": "¯", "overline": "¯", "hat": "^", "widehat": "^", "tilde": "~", "widetilde": "~", "vec": "→",
    "overrightarrow": "→", "dot": "˙", "ddot": "¨", "check": "ˇ", "breve": "˘", "acute": "´", "grave": "`",
    "underline": "_", "mathring": "˚",
}  # fmt: skip

# Commands whose argument is text, spaces and all.
TEXT_COMMANDS = frozenset(
    words("text textrm textnormal textup textit textbf textsf texttt textsc mbox hbox fbox")
)

# Commands whose argument is set upright: words, units, names of operators.
UPRIGHT = frozenset({"mathrm", "operatorname", "mathsf", "mathtt", "operatornamewithlimits"})

# Commands that change the look only; their argument, if any, is read as what follows.
DROPPED = frozenset(
    words(
        "left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm displaystyle "
        "textstyle scriptstyle scriptscriptstyle limits nolimits rm bf it sf tt cal mathbf mathit mathcal "
        "mathbb mathfrak mathscr mathnormal boldsymbol bm bold pmb mathop mathbin mathrel mathord mathopen "
        "mathclose mathstrut nonumber notag hline hfill hspace vspace label tag color setlength phantom "
        "vphantom hphantom smash overbrace underbrace boxed ensuremath small large Large normalsize "
        "footnotesize scriptsize tiny bfseries itshape upshape rmfamily allowbreak nobreak relax noindent "
        "par protect middle usepackage documentclass oddsidemargin centering hskip kern mskip mkern strut "
        "null unicode negthinspace begingroup endgroup"
    )
)
# Of these, the commands whose argument goes with them.
DROPPED_WITH_ARGUMENT = frozenset(
    words("hspace vspace label tag color setlength phantom vphantom hphantom usepackage documentclass")
)
SPACES = frozenset({",", ";", ":", " ", ">", "quad", "qquad", "enspace", "thinspace", "space", "medspace"})
