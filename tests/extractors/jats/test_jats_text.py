"""Golden cases for running text and formulae of JATS articles."""

import pytest
from lxml import etree

from extractors.jats.text.mathml import mathml_text
from extractors.jats.text.running import caption_text, readable
from extractors.jats.text.tex import tex_text

MML = "http://www.w3.org/1998/Math/MathML"


def element(inner: str, name: str = "p") -> etree._Element:
    return etree.fromstring(f'<{name} xmlns:mml="{MML}" xmlns:xlink="urn:x">{inner}</{name}>')


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("plain  text\n of two lines", "plain text of two lines"),
        ("<italic>E. coli</italic> grew at 37\u00a0°C", "E. coli grew at 37 °C"),
        ("10<sup>3</sup> m<sup>−2</sup> s<sup>-1</sup>", "10³ m⁻² s⁻¹"),
        ("H<sub>2</sub>O and CO<sub>2</sub>", "H₂O and CO₂"),
        ("x<sup>AQ</sup> and y<sub>Q</sub>", "x^(AQ) and y_Q"),
        ("a<sup>*</sup> b<sup>†</sup> Acme<sup>®</sup>", "a* b† Acme®"),
        ("the 20<sup><italic>th</italic></sup> day", "the 20ᵗʰ day"),
        ("see <sup>2 </sup>there", "see ² there"),
        ("one<break/>two", "one two"),
        ("soft\u00adhyphen and zero\u200bwidth", "softhyphen and zerowidth"),
        ("cafe\u0301", "café"),
        ("<bold>A</bold>, first; <bold>B</bold>, second", "A, first; B, second"),
        ('see <xref ref-type="fig" rid="f1">Fig. 1</xref>.', "see Fig. 1."),
        ('see <ext-link xlink:href="http://a.example">the site</ext-link>', "see the site"),
        ("kept<fn><p>a footnote</p></fn> text", "kept text"),
        ("before <fig><label>F</label><caption><p>c</p></caption></fig>after", "before after"),
        ('a sign <inline-graphic xlink:href="s.gif"/> in text', "a sign in text"),
        ("<list><list-item><p>one</p></list-item><list-item><p>two</p></list-item></list>", "one two"),
        ("<def-list><def-item><term>AB</term><def><p>alpha</p></def></def-item></def-list>", "AB alpha"),
        ("<sc>Abc</sc> <monospace>x_1</monospace> <named-content>N</named-content>", "Abc x_1 N"),
        ("<inline-formula><tex-math>$x^2$</tex-math></inline-formula> holds", "x² holds"),
        ("<inline-formula>a &lt; b</inline-formula>", "a < b"),
        ("<disp-formula><label>(1)</label><mml:math><mml:mi>y</mml:mi></mml:math></disp-formula>", "y"),
    ],
)
def test_text_reads_as_a_person_would_type_it(source: str, expected: str) -> None:
    assert readable(element(source)) == expected


def test_a_formula_given_twice_is_read_once_and_mathml_comes_first() -> None:
    both = (
        "p <inline-formula><alternatives><tex-math>\\alpha</tex-math>"
        "<mml:math><mml:mi>α</mml:mi><mml:mo>=</mml:mo><mml:mn>1</mml:mn></mml:math>"
        '<inline-graphic xlink:href="e1.gif"/></alternatives></inline-formula> q'
    )
    assert readable(element(both)) == "p α = 1 q"
    empty = (
        "<inline-formula><alternatives><mml:math/><tex-math>\\beta</tex-math></alternatives></inline-formula>"
    )
    assert readable(element(empty)) == "β"


def test_alternatives_of_text_say_one_of_them() -> None:
    assert (
        readable(element("<alternatives><textual-form>abc</textual-form><x>abc</x></alternatives>")) == "abc"
    )


def test_an_empty_reference_prints_the_label_of_its_target() -> None:
    assert readable(element('see <xref rid="f1"/>'), labels={"f1": "Figure 1"}) == "see Figure 1"


def test_reading_stops_at_its_limit() -> None:
    nested = "<p>" * 40 + "word " * 1000 + "</p>" * 40
    assert len(readable(element(nested), limit=100)) <= 100


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<title>A title</title><p>Then text.</p>", "A title. Then text."),
        ("<title>A title.</title><p>One.</p><p>Two.</p>", "A title. One. Two."),
        ("<title>Why?</title><p>So.</p>", "Why? So."),
        ("<p>Only text</p>", "Only text"),
        ("<title>Only a title</title>", "Only a title"),
        ("bare text", "bare text"),
        ("<title/><p> </p>", ""),
        (
            "<p>Kept.</p><p><supplementary-material><label>Data 1.</label></supplementary-material></p>",
            "Kept.",
        ),
    ],
)
def test_captions_join_title_and_paragraphs(source: str, expected: str) -> None:
    assert caption_text(element(source, "caption")) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<msub><mi>x</mi><mi>i</mi></msub>", "xᵢ"),
        ("<msup><mi>e</mi><mrow><mo>-</mo><mi>x</mi></mrow></msup>", "e⁻ˣ"),
        ("<msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup>", "x₁²"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mi>c</mi></mfrac>", "(a + b)/c"),
        ("<mfrac><mn>1</mn><mn>2</mn></mfrac><mi>x</mi>", "(1/2)x"),
        ('<mfrac linethickness="0"><mi>n</mi><mi>k</mi></mfrac>', "(n choose k)"),
        ("<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>", "√(x + 1)"),
        ("<msqrt><mn>2</mn></msqrt>", "√2"),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", "∛x"),
        (
            "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><mi>y</mi>",
            "∑ᵢ₌₁ⁿ y",
        ),
        ("<mover><mi>x</mi><mo>¯</mo></mover>", "x̄"),
        ("<mover><mi>p</mi><mo>^</mo></mover>", "p̂"),
        ("<mfenced><mi>a</mi><mi>b</mi></mfenced>", "(a, b)"),
        ('<mfenced open="[" close="]" separators=";"><mi>a</mi><mi>b</mi></mfenced>', "[a; b]"),
        ("<mi>sin</mi><mo>&#x2061;</mo><mi>x</mi>", "sin x"),
        ("<mi>f</mi><mo>&#x2061;</mo><mo>(</mo><mi>x</mi><mo>)</mo>", "f(x)"),
        ("<mn>2</mn><mo>&#x2062;</mo><mi>x</mi>", "2x"),
        ("<mi>P</mi><mo>&lt;</mo><mn>0.05</mn>", "P < 0.05"),
        ("<mo>-</mo><mn>5</mn>", "−5"),
        ("<mn>26</mn><mo>,</mo><mn>443</mn>", "26,443"),
        ("<mi>a</mi><mo>,</mo><mi>b</mi>", "a, b"),
        ("<mmultiscripts><mi>U</mi><mprescripts/><none/><mn>235</mn></mmultiscripts>", "²³⁵U"),
        ("<semantics><mi>x</mi><annotation>ignored</annotation></semantics>", "x"),
        ("<mi>𝑥</mi><mo>∈</mo><mi mathvariant='double-struck'>R</mi>", "x ∈ ℝ"),
        ("<mtable><mtr><mtd><mi>a</mi></mtd><mtd><mi>b</mi></mtd></mtr><mtr><mtd/></mtr></mtable>", "a b"),
        ("<mn>5</mn><mspace width='0.3em'/><mtext>cm</mtext>", "5 cm"),
        ("<mphantom><mi>x</mi></mphantom><mi>y</mi>", "y"),
    ],
)  # fmt: skip
def test_mathml_in_plain_unicode(source: str, expected: str) -> None:
    assert mathml_text(etree.fromstring(f"<math>{source}</math>")) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            r"\documentclass[12pt]{minimal} \usepackage{amsmath} \setlength{\oddsidemargin}{-69pt}"
            r" \begin{document}$$\alpha_{i}^{2} \le \frac{a+b}{c}$$\end{document}",
            "αᵢ² ≤ (a + b)/c",
        ),
        (r"$E=mc^2$", "E = mc²"),
        (r"\sum_{i=1}^{n} x_i", "∑ᵢ₌₁ⁿ xᵢ"),
        (r"\sqrt[3]{x+1}", "∛(x + 1)"),
        (r"\hat{\beta}_1 = -0.5", "β̂₁ = −0.5"),
        (r"10^{-3}\,\mathrm{mol\,L^{-1}}", "10⁻³ mol L⁻¹"),
        (r"\text{Yield (kg ha}^{-1})", "Yield (kg ha⁻¹)"),
        (r"\left(\frac{1}{2}\right)^{n}", "(1/2)ⁿ"),
        (r"\lim_{x\to\infty} f(x)", "lim_(x→∞) f(x)"),
        (r"\sin\theta", "sin θ"),
        (r"50\%", "50%"),
        (r"f''(x)", "f″(x)"),
        (r"\begin{array}{cc} a & b \\ c & d\end{array}", "a b; c d"),
        (r"\binom{n}{k}", "(n choose k)"),
        (r"\mathbf{x}\in\mathbb{R}^d", "x ∈ Rᵈ"),
        (r"\beth", "ℶ"),
        (r"\nosuchcommand", "nosuchcommand"),
        ("a % remark\n b", "ab"),
        ("}{}{", ""),
        ("^", ""),
        ("\\", ""),
        ("{" * 500 + "x" + "}" * 500, "x"),
    ],
)
def test_tex_in_plain_unicode(source: str, expected: str) -> None:
    assert tex_text(source) == expected
