"""siunitx's numbers, lists and units as printed, and where its settings hold."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.latex import extract
from extractors.latex.text.renderer import Renderer
from schemas.paper import Paper


def plain(tex: str, language: str = "") -> str:
    return Renderer(language=language).plain(tex)


NUMBERS = [
    (r"\num{1.5(2)}", "1.5(2)"),
    (r"\num{10.0 \pm 3.3}", "10.0(33)"),
    (r"\num{1.5+-0.2e3}", "1.5(2)×10³"),
    (r"\num{1.5 \pm 0.25}", "1.50(25)"),
    (r"\num{1176(157)}", "1176(157)"),
    (r"\num{1.5(2)(3)}", "1.5(2)(3)"),
    (r"\num[separate-uncertainty]{10.0(33)}", "10.0 ± 3.3"),
    (r"\num[separate-uncertainty=true]{1176(157)}", "1176 ± 157"),
    (r"\num[uncertainty-mode=separate]{0.0051(3)e-2}", "(0.0051 ± 0.0003)×10⁻²"),
    (r"\num[uncertainty-mode=full]{24.0(52)}", "24.0(5.2)"),
    (r"\num[uncertainty-mode=compact-marker]{24.0(52)}", "24.0(5.2)"),
    (r"\num{1e-3}", "1×10⁻³"),
    (r"\num{e4}", "10⁴"),
    (r"\num[exponent-product=\cdot]{2e4}", "2·10⁴"),
    (r"\num[output-exponent-marker=e]{2e-4}", "2e−4"),
    (r"\num[print-unity-mantissa=false]{1e4}", "10⁴"),
    (r"\num{+.5}", "0.5"),
    (r"\num[retain-explicit-plus]{+1.5}", "+1.5"),
    (r"\num{1,5}", "1.5"),
    (r"\num[output-decimal-marker={,}]{1.5}", "1,5"),
    (r"\num[locale=DE]{1.5e3}", "1,5·10³"),
    (r"\num[round-mode=places,round-precision=2]{1.005}", "1.01"),
    (r"\num[round-mode=figures,round-precision=2]{12345}", "12000"),
    (r"\num[round-mode=places,round-precision=3]{1.5}", "1.500"),
    (r"\num[scientific-notation=true]{12300}", "1.2300×10⁴"),
    (r"\num{<0.05} \num{\le 3} \num{~5}", "<0.05 ≤3 ~5"),
    (r"\num[parse-numbers=false]{\sqrt{2}}", "√2"),
    (r"\num{+-3.5}", "±3.5"),
    (r"\num{-3 \pm 1}", "−3(1)"),
]  # fmt: skip


@pytest.mark.parametrize(("tex", "expected"), NUMBERS, ids=[tex for tex, _ in NUMBERS])
def test_numbers(tex: str, expected: str) -> None:
    assert plain(tex) == expected


QUANTITIES = [
    (r"\SI{10.0 \pm 3.3}{\ms}", "10.0(33) ms"),
    (r"\qty[separate-uncertainty]{10.0(33)}{\ms}", "(10.0 ± 3.3) ms"),
    (r"\qty[separate-uncertainty,separate-uncertainty-units=single]{1.5(2)}{\m}", "1.5 ± 0.2 m"),
    (r"\SIlist{1;2;3}{\metre}", "1 m, 2 m and 3 m"),
    (r"\qtylist{1;2}{\metre}", "1 m and 2 m"),
    (r"\qtylist[list-units=single]{1;2;3}{\metre}", "1, 2 and 3 m"),
    (r"\qtylist[list-units=bracket]{1;2;3}{\metre}", "(1, 2 and 3) m"),
    (r"\qtylist[list-final-separator={, and }]{1;2;3}{\m}", "1 m, 2 m, and 3 m"),
    (r"\numlist{1;2;3}", "1, 2 and 3"),
    (r"\numlist[list-pair-separator={ or }]{1;2}", "1 or 2"),
    (r"\SIrange{1}{3}{\metre}", "1 m to 3 m"),
    (r"\qtyrange[range-phrase=--,range-units=single]{1}{3}{\metre}", "1–3 m"),
    (r"\qtyrange[range-units=brackets]{1}{3}{\metre}", "(1 to 3) m"),
    (r"\numrange[range-phrase={ -- }]{1e2}{3}", "1×10² – 3"),
    (r"\numproduct{1 x 2 x 3}", "1 × 2 × 3"),
    (r"\qtyproduct{1.5 x 2}{\m}", "1.5 m × 2 m"),
    (r"\qtyproduct[product-units=single]{1.5 x 2}{\m}", "1.5 × 2 m"),
    (r"\ang{1;2;3} \ang{-10.5} \ang{;;4}", "1°2′3″ −10.5° 4″"),
    (r"\qty{5}{\percent} \qty{5}{\degree} \qty{5}{\degreeCelsius}", "5 % 5° 5 °C"),
    (r"\SI{5}[\text{EUR}]{\per\kg}", "EUR5 kg⁻¹"),
]  # fmt: skip


@pytest.mark.parametrize(("tex", "expected"), QUANTITIES, ids=[tex for tex, _ in QUANTITIES])
def test_quantities_lists_ranges(tex: str, expected: str) -> None:
    assert plain(tex) == expected


def test_lists_and_ranges_in_other_languages() -> None:
    assert plain(r"\SIlist{1;2;3}{\m} \numrange{1}{3}", "de") == "1 m, 2 m und 3 m 1 bis 3"
    assert plain(r"\numlist{1;2} \qtyrange{1}{3}{\m}", "fr") == "1 et 2 1 m à 3 m"


UNITS = [
    (r"\unit{\kilo\metre\per\square\second}", "km s⁻²"),
    (r"\si[per-mode=symbol]{\joule\per\mole\per\kelvin}", "J/(mol K)"),
    (r"\si[per-mode=fraction]{\metre\per\second\squared}", "m/s²"),
    (r"\si[per-mode=symbol]{\per\second}", "1/s"),
    (r"\si[per-mode=single-symbol]{\joule\per\mole\per\kelvin}", "J mol⁻¹ K⁻¹"),
    (r"\si[inter-unit-product=\cdot]{\newton\metre}", "N·m"),
    (r"\si{\metre\tothe{4}} \si{\raiseto{-3}\metre}", "m⁴ m⁻³"),
    (r"\unit{A \, m^{-1}} \unit{m\,s^{-1}\kelvin}", "A m⁻¹ m s⁻¹ K"),
    (r"\si{kg.m/s^2} \si{kg~m^{-3}}", "kg m/s² kg m⁻³"),
    (r"\si{\kilogram\of{pol}}", "kgₚₒₗ"),
]  # fmt: skip


@pytest.mark.parametrize(("tex", "expected"), UNITS, ids=[tex for tex, _ in UNITS])
def test_units(tex: str, expected: str) -> None:
    assert plain(tex).replace("_(pol)", "ₚₒₗ") == expected


def caption_and_cells(preamble: str, body: str) -> list[str]:
    source = f"\\documentclass{{article}}{preamble}\\begin{{document}}{body}\\end{{document}}"
    found = extract(Paper("arxiv:2611.00097", {"main.tex": source.encode()}))
    return [f"{f.caption} | {(f.table_text or '')}" for f in found.floats]


def one(spec: str = "S", inside: str = "", caption: str = r"\num{1.5(2)}") -> str:
    return f"\\begin{{table}}{inside}\\caption{{{caption}}}\\begin{{tabular}}{{{spec}}}1.5(2)\\end{{tabular}}\\end{{table}}"


SEPARATE = r"\sisetup{separate-uncertainty,table-format=1.1(1)}"


def test_settings_hold_from_there_on_and_in_their_group() -> None:
    compact, separate = "1.5(2) | 1.5(2)", "1.5 ± 0.2 | 1.5 ± 0.2"
    preamble = r"\usepackage{siunitx}"
    body = f"{one()}{{{SEPARATE}{one()}}}{one()}{one(inside=SEPARATE)}{one()}{SEPARATE}{one()}"
    assert caption_and_cells(preamble, body) == [compact, separate, compact, separate, compact, separate]
    assert caption_and_cells(preamble + SEPARATE, one() + one("S[separate-uncertainty=false]")) == [
        separate,
        "1.5 ± 0.2 | 1.5(2)",
    ]
    assert caption_and_cells(r"\usepackage[separate-uncertainty = true]{siunitx}", one()) == [separate]


def test_later_settings_add_to_earlier_ones() -> None:
    setups = r"\usepackage{siunitx}\sisetup{per-mode=symbol}\sisetup{output-decimal-marker={,}}"
    caption = r"\qty{1.5}{\m\per\s} and \unit[per-mode=power]{\m\per\s} and \SI[round-mode=places,round-precision=0]{2.7}{\m}"
    assert caption_and_cells(setups, one("l", caption=caption)) == ["1,5 m/s and m s⁻¹ and 3 m | 1.5(2)"]


def test_units_that_the_paper_declares() -> None:
    declared = (
        r"\usepackage{siunitx}\DeclareSIUnit\bar{b}\DeclareSIUnit{\msun}{M_{\odot}}\DeclareSIUnit\kms{\kilo\metre\per\second}"
        r"\DeclareSIUnit[number-unit-product={\,}]\year{a}"
    )
    caption = r"\qty{5}{\kilo\bar} \qty{3}{\msun} \qty{2}{\kms} \qty{1}{\per\year} $\bar{x}$"
    assert caption_and_cells(declared, one("l", caption=caption)) == ["5 kb 3 M_⊙ 2 km s⁻¹ 1 a⁻¹ x̄ | 1.5(2)"]


def test_settings_of_a_package_file_of_the_paper() -> None:
    main = r"\documentclass{article}\usepackage{own}\begin{document}" + one() + r"\end{document}"
    files = {"main.tex": main.encode(), "own.sty": b"\\RequirePackage{siunitx}" + SEPARATE.encode()}
    assert extract(Paper("arxiv:2611.00097", files)).floats[0].caption == "1.5 ± 0.2"


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 4), st.integers(1, 999))
def test_an_uncertainty_reads_the_same_in_either_form(value: int, places: int, error: int) -> None:
    digits = f"{value / 10**places:.{places}f}"
    separate = plain(f"\\num[separate-uncertainty]{{{digits}({error})}}")
    assert separate == f"{digits} ± {error / 10**places:.{places}f}"
    assert plain(f"\\num{{{separate.replace('±', '+-')}}}") == f"{digits}({error})"
