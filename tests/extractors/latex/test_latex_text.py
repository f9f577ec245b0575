"""TeX to readable Unicode, construct by construct."""

import re

import pytest

from extractors.latex.text.maths.commands import ONLY_IN_MATH, SIZES, TEXTS
from extractors.latex.text.renderer import FONTS, SHAPES, Renderer
from extractors.latex.text.siunitx.commands import COMMANDS

PLAIN = [
    # accents, quotes, dashes, ties
    (r"caf\'e na\"{\i}ve \'{E} \c{c} \v{s} \H{o} \~n \^\i \=a \.z \k{a} \u g \r a", "café naïve É ç š ő ñ î ā ż ą ğ å"),
    (r"\L{}ukasz \AA{}ngstr\"om \o{} \ss{} \ae{} \OE", "Łukasz Ångström ø ß æ Œ"),
    (r"``quotes'' `single' it's --- a--b", "“quotes” ‘single’ it’s — a–b"),
    (r"Fig.~3 and\ space\,thin a\-b", "Fig. 3 and space thin ab".replace("space thin", "space thin")),
    (r"5\% \& \$3 \_ \# \{a\} \textbackslash x \textasciitilde", "5% & $3 _ # {a} \\x ~"),
    # styles and unknown commands
    (r"{\bf bold} {\em em} \textbf{x \emph{y}} \textsc{Sc} \texttt{tt}", "bold em x y Sc tt"),
    (r"1\textsuperscript{st}, H\textsubscript{2}O, CO$_2$, \ensuremath{\alpha}", "1ˢᵗ, H₂O, CO₂, α"),
    (r"\textcolor{red}{red} \color{blue}blue \mbox{box} \hspace{3pt}a \unknown{kept}", "red blue box a kept"),
    (r"a\footnote{gone \emph{too}}.\label{q} b\thanks{x}", "a. b"),
    (r"\texorpdfstring{$\alpha$}{alpha} \href{x}{text}", "α text"),
    (r"\ion{C}{4} \ion{H}{ii} $1 << 2$ Smith \etal{} say, \eg, so", "C IV H II 1 << 2 Smith et al. say, e.g., so"),
    # siunitx
    (r"\SI{3.0e-4}{\kilo\metre\per\second\squared}", "3.0×10⁻⁴ km s⁻²"),
    (r"\qty{5}{km} \num{1e5} \ang{30} \si{\per\cubic\centi\metre} \num{1.5 +- 0.2}", "5 km 1×10⁵ 30° cm⁻³ 1.5(2)"),
    (r"\SIrange{1}{2}{\um} \numlist{1;2;3} \qtyrange{1}{5}{\m\per\s} \unit{m.s^{-1}}", "1 µm to 2 µm 1, 2 and 3 1 m s⁻¹ to 5 m s⁻¹ m s⁻¹"),
    (r"\SI{20}{\percent} \SI{5}{\degreeCelsius} \SI{2}{\micro\second}", "20 % 5 °C 2 µs"),
    # maths
    (r"$10^{-3}$ $\sigma_8$ $x_{min}$ $x_i^2$ $2^{32}$ $e^{i\pi}$", "10⁻³ σ₈ xₘᵢₙ xᵢ² 2³² e^(iπ)"),
    (r"$p<0.05$ $a+b=c$ $x\ge0$ $-1$ $a-b$ $A\times B$", "p < 0.05 a + b = c x ≥ 0 −1 a − b A × B"),
    (r"$\frac{a+b}{c}$ $\frac12$ $\tfrac{\pi}{2}$ ${a \over b}$", "(a + b)/c 1/2 π/2 a/b"),
    (r"$\sqrt{x+1}$ $\sqrt2$ $\sqrt[3]{x}$", "√(x + 1) √2 ∛x"),
    (r"$\mathbb{R}^n$ $\mathcal{L}$ $\mathbf{x}$ $\mathrm{max}$", "ℝⁿ L x max"),
    (r"$\left(\frac{1}{2}\right)$ $\bigl[0,1\bigr]$ $\left. x \right|$", "(1/2) [0,1] x|"),
    (r"$90^{\circ}$C $x^{\prime}$ $f'$ $x^*$ $^{13}$C", "90°C x′ f′ x* ¹³C"),
    (r"$\hat{x}$ $\vec{v}$ $\bar{ab}$ $\stackrel{<}{\sim}$", "x̂ v⃗ ab ≲"),
    (r"$\sin x + \log(n)$ $\alpha\beta$ $\text{if } x \in \{1,2\}$", "sin x + log(n) αβ if x ∈ {1,2}"),
    (r"$\sum_{i=1}^{n} x_i$ $\int f\,dx$ $\binom{n}{k}$ $5\,\mathrm{km}$", "∑ᵢ₌₁ⁿxᵢ ∫f dx (n choose k) 5 km"),
    (r"$\not=$ $\not\in$ $a\mid b$ $\|x\|$ $\langle x\rangle$ $\ldots$", "≠ ∉ a|b ‖x‖ ⟨x⟩ …"),
    (r"\begin{equation} E = mc^2 \label{e}\end{equation} \[b\] \(c\) $$d$$", "E = mc² b c d"),
    (r"$1{,}000$ $T_{\rm eff}$ $M_\odot$ $k_B T$", "1,000 T_(eff) M_⊙ k_B T"),
]  # fmt: skip


@pytest.mark.parametrize(("tex", "expected"), PLAIN, ids=[t[:30] for t, _ in PLAIN])
def test_plain_text(tex: str, expected: str) -> None:
    assert Renderer().plain(tex) == expected


HTML = [
    (r"\textbf{0.95} $\pm$ $10^{-3}$", "<b>0.95</b> ± 10<sup>−3</sup>"),
    (r"{\bf a} b {\it c}", "<b>a</b> b <i>c</i>"),
    (r"$x_{i,j}$ a < b \& c", "x<sub>i,j</sub> a &lt; b &amp; c"),
    (r"$\mathbf{0.9}$ \underline{u} $90^\circ$ $s^{-2}$", "<b>0.9</b> <u>u</u> 90° s<sup>−2</sup>"),
]


@pytest.mark.parametrize(("tex", "expected"), HTML, ids=[t for t, _ in HTML])
def test_inline_html(tex: str, expected: str) -> None:
    assert Renderer().html(tex) == expected


DEEP = ["{" * 5000, "$" * 999, r"\textbf{" * 3000, "x_" * 2000, r"\frac" * 500, "^{" * 4000, r"\over" * 500,
        r"\text{$\frac{\textbf{$\sqrt{" * 300, r"$\hat{\mathbf{\text{" * 500, r"\SI{$\SI{$" * 500]  # fmt: skip


@pytest.mark.parametrize("tex", DEEP, ids=[d[:12] for d in DEEP])
def test_unbalanced_text_ends_without_error(tex: str) -> None:
    assert isinstance(Renderer().plain(tex), str)


@pytest.mark.parametrize(
    "name", sorted(ONLY_IN_MATH | FONTS.keys() | SHAPES.keys() | COMMANDS | SIZES | TEXTS)
)
def test_every_known_command_can_stand_anywhere(name: str) -> None:
    for tex in (
        f"\\{name}{{a}}{{b}}{{c}}",
        f"$\\{name}{{a}}{{b}}$",
        f"\\{name}",
        f"$x_\\{name}",
        f"\\{name}[a]{{\\{name}}}",
    ):
        assert not re.search(r"[\\\\$]", Renderer().plain(tex))


def test_fences() -> None:
    assert (
        Renderer().plain(r"$\ket{\psi}$ $\bra{\phi}$ $\abs{x}$ $\norm{x}$ $\braket{a}$")
        == "|ψ⟩ ⟨φ| |x| ‖x‖ ⟨a⟩"
    )


def test_dropped_citations_leave_no_holes() -> None:
    assert Renderer().plain(r"Data from \cite{a} (see \citep{b}), after~\cite{c}.") == "Data from, after."
