"""Fonts that name their glyphs by place alone, as TeX's bitmap fonts do: what their ligatures and accents mean."""

import pymupdf
import pytest

from extractors.pdf import extract
from extractors.pdf.page.fonts import OT1, T1, TS1, place_of
from schemas.paper import Paper

FI_T1, FL_T1, FF_T1, FFI_T1 = "\x1c", "\x1d", "\x1b", "\x1e"
FI_OT1, FL_OT1, FF_OT1, FFI_OT1 = "\x0c", "\x0d", "\x0b", "\x0e"
TEXT = "the mean of all samples, in words that use many letters. "


def base_36(code: int) -> str:
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return digits[(code + 360) // 36] + digits[(code + 360) % 36]


class Bitmaps:
    """A page set in Type 3 fonts whose glyphs are black boxes; codes are given as Latin-1."""

    def __init__(self, naming: str = "a{}") -> None:
        self.document = pymupdf.open()
        self.page = self.document.new_page(width=612, height=792)
        self.naming = naming
        self.fonts: dict[str, set[int]] = {}
        self.content = ["0 0 1 RG 150 430 300 120 re S 160 440 m 440 540 l S"]

    def text(self, x: float, y: float, text: str, *, font: str = "F1") -> None:
        codes = text.encode("latin-1")
        self.fonts.setdefault(font, set()).update(codes)
        self.content.append(f"BT /{font} 10 Tf 1 0 0 1 {x} {y} Tm <{codes.hex()}> Tj ET")

    def name(self, code: int) -> str:
        return base_36(code) if self.naming == "dvips" else self.naming.format(code)

    def _object(self, text: str, stream: bytes | None = None) -> int:
        xref = int(self.document.get_new_xref())
        self.document.update_object(xref, text)
        if stream is not None:
            self.document.update_stream(xref, stream)
        return xref

    def data(self) -> bytes:
        fonts = []
        glyph = self._object("<<>>", b"500 0 0 0 480 600 d1 0 0 450 500 re f")
        space = self._object("<<>>", b"250 0 0 0 1 1 d1")
        for font, codes in self.fonts.items():
            differences = " ".join(f"{c} /{self.name(c)}" for c in sorted(codes))
            drawn = " ".join(f"/{self.name(c)} {space if c == 32 else glyph} 0 R" for c in sorted(codes))
            widths = " ".join("250" if c == 32 else "500" for c in range(256))
            xref = self._object(
                "<</Type/Font/Subtype/Type3/FontMatrix[.001 0 0 .001 0 0]/FontBBox[0 0 500 700]/Resources<<>>"
                f"/FirstChar 0/LastChar 255/Widths[{widths}]/CharProcs<<{drawn}>>"
                f"/Encoding<</Type/Encoding/Differences[{differences}]>>>>"
            )
            fonts.append(f"/{font} {xref} 0 R")
        content = self._object("<<>>", "\n".join(self.content).encode())
        self.document.xref_set_key(self.page.xref, "Contents", f"{content} 0 R")
        self.document.xref_set_key(self.page.xref, "Resources", f"<</Font<<{''.join(fonts)}>>>>")
        return bytes(self.document.tobytes())


def read(pages: Bitmaps):
    return extract(Paper("arxiv:2601.00001", {"paper.pdf": pages.data()}))


def paper(naming: str, ligatures: tuple[str, str, str, str]) -> Bitmaps:
    fi, fl, ff, ffi = ligatures
    pages = Bitmaps(naming)
    for line in range(10):
        pages.text(72, 720 - 12 * line, TEXT + TEXT)
    pages.text(150, 410, f"Figure 1: E{ffi}cient {fl}ow of {fl}uids, o{ff}set by a {fi}nger.")
    pages.text(72, 300, f"Table 1: O{ff}sets of the {fi}ve {fl}ows.")
    for row, cells in enumerate(
        (("Flow", f"O{ff}set", f"E{ffi}ciency"), (f"{fi}rst", "0.25", "71"), (f"{ff}", "0.50", "64"))
    ):
        for column, cell in enumerate(cells):
            pages.text(80 + 90 * column, 280 - 14 * row, cell)
    return pages


@pytest.mark.parametrize("naming", ["a{}", "G{}", "char{}", "dvips"])
@pytest.mark.parametrize(
    "ligatures",
    [(FI_T1, FL_T1, FF_T1, FFI_T1), (FI_OT1, FL_OT1, FF_OT1, FFI_OT1)],
    ids=["T1", "OT1"],
)
def test_ligatures_of_fonts_named_by_place(naming: str, ligatures: tuple[str, str, str, str]) -> None:
    figure, table = read(paper(naming, ligatures)).floats
    assert figure.caption == "Efficient flow of fluids, offset by a finger."
    assert table.caption == "Offsets of the five flows."
    assert table.table_text is not None
    assert table.table_text.splitlines()[0].split("\t") == ["Flow", "Offset", "Efficiency"]
    assert table.table_text.splitlines()[1].split("\t") == ["first", "0.25", "71"]


def test_accented_letters_quotes_and_symbols() -> None:
    pages = paper("a{}", (FI_T1, FL_T1, FF_T1, FFI_T1))
    pages.text(150, 398, "\x10Stra\xffe\x11 \x16 caf\xe9, \x8a\xf3d\xb9 at 20")
    pages.text(286, 398, "\xb0", font="F2")
    figure = read(pages).floats[0]
    assert figure.caption == "Efficient flow of fluids, offset by a finger. “Straße” — café, Łódź at 20 °"


def test_a_mathematical_font_is_left_as_it_is() -> None:
    pages = paper("a{}", (FI_T1, FL_T1, FF_T1, FFI_T1))
    pages.text(150, 398, "x\x0by", font="F3")  # an alpha between two letters
    figure = read(pages).floats[0]
    assert figure.caption == "Efficient flow of fluids, offset by a finger. xy"


def test_places_that_names_say() -> None:
    assert [place_of(name) for name in ("a27", "G28", "char012", "AR", "C3", "a5", "fi", "uni00E4", "A")] == [
        27,
        28,
        12,
        27,
        75,
        5,
        None,
        None,
        None,
    ]
    assert place_of("parenleft") is None


def test_encodings_hold_what_tex_has_at_their_places() -> None:
    assert (T1[27], T1[28], T1[30], T1[0xC4], T1[0xDF], T1[0xFF], T1[0xF7], T1[0x9D]) == tuple("ﬀﬁﬃÄẞßœİ")
    assert (T1[0x80], T1[0x8A], T1[0xA0], T1[0xBF], T1[21], T1[25]) == tuple("ĂŁă£–ı")
    assert (OT1[0], OT1[10], OT1[11], OT1[15], OT1[25], OT1[28], OT1[92], OT1[123]) == tuple("ΓΩﬀﬄßø“–")
    assert (TS1[0xB0], TS1[0xB1], TS1[0xBF], TS1[0xD6], TS1[0x88]) == tuple("°±€×•")
