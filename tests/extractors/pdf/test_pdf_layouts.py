"""PDF papers: where captions are, which part of the page is whose, and what a table's words say."""

import pytest
from pdf_pages import HEIGHT, LEFT, RIGHT, TWO_COLUMNS, Pages, overlap, region

from extractors.images import ImageParameters, image_row
from extractors.pdf import VERSION, extract, paper_pdf
from extractors.pdf.page.labels import read_label
from schemas.paper import Paper

ROWS = [
    ["Method", "Gain", "Loss"],
    ["Plain", "71.2", "0.31"],
    ["Mixed", "74.9", "0.27"],
    ["Stacked", "78.1", "0.22"],
]


def read(pages):
    return extract(Paper("arxiv:2601.00001", {"2601.00001.pdf": pages.data()}))


def labels(found):
    return [(f.label, f.caption) for f in found.floats]


def test_a_figure_stands_above_its_caption_and_is_mentioned():
    pages = Pages().paragraph(8, mention="Figure~1".replace("~", " ")).space(16)
    box = pages.drawing(150, 450, 120)
    pages.space(18).line(
        "Figure 1: Response of the channel under load, as it was read in turn from both", x=LEFT
    )
    pages.line("sides of the narrow channel.").space(20).paragraph(12)
    found = read(pages)
    (figure,) = found.floats
    assert (figure.pair_id, figure.kind, figure.number) == ("arxiv:2601.00001:figure-1", "figure", "1")
    assert figure.label == "Figure 1"
    assert figure.caption == (
        "Response of the channel under load, as it was read in turn from both sides of the narrow channel."
    )
    assert overlap(region(figure), box) > 0.95
    assert (figure.graphics[0].page, figure.source_file) == (1, "2601.00001.pdf")
    assert len(figure.mentions) == 1 and "Figure 1" in figure.mentions[0]
    assert not found.rejects and VERSION == "4"


def test_the_crop_shows_the_figure_and_nothing_else():
    pages = Pages().paragraph(6).space(16)
    pages.image((200, pages.y, 400, pages.y + 130))
    pages.space(148).line("Fig. 2. Noise of the detector.").space(16).paragraph(8)
    (figure,) = read(pages).floats
    row = image_row(figure.pair_id, figure.graphics, {"2601.00001.pdf": pages.data()}, ImageParameters())
    assert abs(row.width / row.height - 200 / 130) < 0.05
    assert (figure.label, figure.number, figure.caption) == ("Fig. 2", "2", "Noise of the detector.")


def test_a_table_stands_below_its_caption_with_its_words():
    pages = (
        Pages()
        .paragraph(6)
        .space(16)
        .line("TABLE IV", x=285)
        .line("GAIN AND LOSS OF THREE METHODS", x=215)
        .space(-4)
    )
    box = pages.table(ROWS, left=180, width=250)
    pages.space(22).paragraph(10)
    (table,) = read(pages).floats
    assert (table.kind, table.label, table.number) == ("table", "TABLE IV", "IV")
    assert table.caption == "GAIN AND LOSS OF THREE METHODS"
    assert overlap(region(table), box) > 0.9
    assert table.table_text == "Method\tGain\tLoss\nPlain\t71.2\t0.31\nMixed\t74.9\t0.27\nStacked\t78.1\t0.22"
    assert "<td>74.9</td>" in table.table_html


@pytest.mark.parametrize(
    ("said", "label", "number", "caption"),
    [
        ("Figure 3: Slow return.", "Figure 3", "3", "Slow return."),
        ("Fig. 12. Slow return.", "Fig. 12", "12", "Slow return."),
        ("FIG. 4. (color online) Slow return.", "FIG. 4", "4", "(color online) Slow return."),
        ("Extended Data Fig. 1 | Slow return.", "Extended Data Fig. 1", "1", "Slow return."),
        ("Supplementary Figure S2: Slow return.", "Supplementary Figure S2", "S2", "Slow return."),
        ("Figure A.1: Slow return.", "Figure A.1", "A.1", "Slow return."),
        ("Figure 2.1.: Slow return.", "Figure 2.1", "2.1", "Slow return."),
        ("Abbildung 3: Langsame Umkehr.", "Abbildung 3", "3", "Langsame Umkehr."),
    ],
)
def test_labels_as_journals_print_them(said, label, number, caption):
    pages = Pages().paragraph(6).space(16)
    pages.drawing(150, 450, 100)
    pages.space(18).line(said, x=200).space(18).paragraph(8)
    (figure,) = read(pages).floats
    assert (figure.label, figure.number, figure.caption) == (label, number, caption)


@pytest.mark.parametrize(
    "said", ["Fig. 1.\u2014 Slow return.", "Fig. 1.\u2014Slow return.", "FIG. 1. \u2013 Slow return."]
)
def test_a_point_and_a_dash_part_label_and_text(said):
    label = read_label(said)
    assert (label.kind, label.number, label.end, label.rest) == ("figure", "1", ":", "Slow return.")


def two_columns():
    pages = Pages()
    boxes = [pages.drawing(80, 530, 110, top=70)]
    pages.y = 198
    pages.line(
        "Figure 1: A wide one, which spans both of the columns and says so at some length in a line", x=54
    )
    start = pages.y + 20
    for column, (left, right) in enumerate(TWO_COLUMNS):
        pages.y = start
        pages.paragraph(10, left=left, right=right)
        if column == 1:
            pages.space(14)
            boxes.append(pages.drawing(left + 10, right - 10, 90))
            pages.space(16).line("Figure 2: In the second column only.", x=left).space(14)
        pages.paragraph(12, left=left, right=right)
    return pages, boxes


def test_two_columns_with_a_wide_figure_and_one_in_its_column():
    pages, boxes = two_columns()
    found = read(pages)
    assert [f.number for f in found.floats] == ["1", "2"]
    assert all(overlap(region(f), box) > 0.95 for f, box in zip(found.floats, boxes, strict=True))


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_pages_may_be_rotated(turn):
    pages, _ = two_columns()
    straight = [f.caption for f in read(pages).floats]
    for page in pages.document:
        page.set_rotation(turn)
    found = read(pages)
    assert [f.caption for f in found.floats] == straight
    for item in found.floats:
        row = image_row(item.pair_id, item.graphics, {"2601.00001.pdf": pages.data()}, ImageParameters())
        assert row.width > 2 * row.height  # upright, as read


def test_a_table_and_the_figure_below_it_share_the_space_between_their_captions():
    pages = Pages().line("Table 1: Gain and loss of three methods in two runs of the same length.").space(6)
    upper = pages.table(ROWS, left=180, width=250)
    pages.space(18)
    lower = pages.drawing(150, 460, 110)
    pages.space(18).line("Figure 1: Response over time in the second run of the same length.").space(
        18
    ).paragraph(20)
    found = read(pages)
    assert [f.label for f in found.floats] == ["Table 1", "Figure 1"]
    assert overlap(region(found.floats[0]), upper) > 0.9
    assert overlap(region(found.floats[1]), lower) > 0.9


def test_a_figure_and_a_table_side_by_side_with_captions_at_different_heights():
    pages = Pages().paragraph(10).space(20)
    top = pages.y
    left = pages.drawing(100, 250, 110, top=top)
    pages.line("Table 1: Settings.", x=360, y=top + 30)
    right = pages.table(ROWS, left=330, width=200, top=top + 40)
    pages.y = top + 130
    pages.line("Figure 1: Positions of the sensors.", x=90).space(18).paragraph(12)
    found = {f.label: f for f in read(pages).floats}
    assert overlap(region(found["Figure 1"]), left) > 0.9
    assert overlap(region(found["Table 1"]), right) > 0.9


def test_several_figures_on_one_page_keep_apart():
    pages = Pages()
    boxes = []
    for number in range(1, 4):
        boxes.append(pages.drawing(150, 450, 90))
        pages.space(18).line(
            f"Figure {number}: Number {number} of three in this stack of floats.", x=160
        ).space(24)
    pages.paragraph(10)
    found = read(pages)
    assert [f.number for f in found.floats] == ["1", "2", "3"]
    assert all(overlap(region(f), box) > 0.95 for f, box in zip(found.floats, boxes, strict=True))


def test_captions_may_stand_above_all_figures_of_a_paper():
    pages = Pages()
    boxes = []
    for number in range(1, 4):
        pages.paragraph(6).space(14).line(
            f"Figure {number}: The caption stands above its figure here."
        ).space(2)
        boxes.append(pages.drawing(150, 450, 80))
        pages.space(26)
    pages.paragraph(4)
    found = read(pages)
    assert all(overlap(region(f), box) > 0.95 for f, box in zip(found.floats, boxes, strict=True))


def test_mentions_lists_and_algorithms_are_no_captions():
    pages = Pages().line("List of Figures", size=14, skip=20)
    for number in range(1, 4):
        pages.line(f"Figure {number}: Some thing or other {'. ' * 40} {number}")
    pages.space(20).paragraph(4).line(
        "Figure 7 shows that the slow return can be told from noise by the shape of its tail"
    )
    pages.paragraph(6).space(14)
    pages.page.draw_line((LEFT, pages.y), (RIGHT, pages.y))
    pages.space(10).line("Algorithm 1 Creating a sample")
    pages.page.draw_line((LEFT, pages.y - 8), (RIGHT, pages.y - 8))
    for step in ("draw a seed", "hold the field near its mean", "return the record"):
        pages.line(f"{step}", x=LEFT + 14)
    pages.page.draw_line((LEFT, pages.y - 6), (RIGHT, pages.y - 6))
    pages.space(18)
    box = pages.drawing(150, 450, 90)
    pages.space(18).line("Figure 1: The only one.", x=240).space(20).paragraph(8)
    found = read(pages)
    assert labels(found) == [("Figure 1", "The only one.")]
    assert overlap(region(found.floats[0]), box) > 0.9


def test_a_continued_figure_is_one_with_two_parts():
    pages = Pages().paragraph(6).space(16)
    first = pages.drawing(150, 450, 120)
    pages.space(18).line("Figure 1: Runs one to three.").space(18).paragraph(10)
    pages.add().paragraph(4).space(16)
    second = pages.drawing(150, 450, 120)
    pages.space(18).line("Figure 1: Runs one to three (cont.)").space(18).paragraph(10)
    (figure,) = read(pages).floats
    assert [(g.page, g.row) for g in figure.graphics] == [(1, 0), (2, 1)]
    assert overlap(region(figure), first) > 0.9 and overlap(region(figure, part=1), second) > 0.9


def test_hyphens_at_line_ends_go():
    pages = Pages().paragraph(6, mention="measurement").space(16)
    pages.drawing(150, 450, 100)
    pages.space(18).line("Figure 1: The efficient measure-").line("ment of a slow return.").space(
        16
    ).paragraph(9)
    (figure,) = read(pages).floats
    assert figure.caption == "The efficient measurement of a slow return."


def test_a_caption_without_anything_near_is_a_reject():
    pages = (
        Pages()
        .paragraph(20)
        .space(14)
        .line("Figure 1: Nothing is drawn here.", x=200)
        .space(14)
        .paragraph(20)
    )
    found = read(pages)
    assert not found.floats
    assert [(r.label, r.reason, r.caption) for r in found.rejects] == [
        ("Figure 1", "graphic_not_named", "Nothing is drawn here.")
    ]


def test_text_with_ragged_lines_is_text_all_the_same():
    pages = Pages()
    for number in range(14):
        pages.paragraph(1, right=RIGHT - (number * 37) % 60, mention="")
    pages.paragraph(1, right=RIGHT - 24).space(4).line(
        "degrees in each. Figure 1 shows the three profiles of the year"
    )
    pages.space(14)
    box = pages.drawing(150, 450, 90)
    pages.space(24).line("Figure 1: Three profiles along the line.").space(20)
    for number in range(6):
        pages.paragraph(1, right=RIGHT - (number * 41) % 60)
    (figure,) = read(pages).floats
    assert len(figure.mentions) == 1 and overlap(region(figure), box) > 0.9


def test_the_title_is_the_largest_line_of_the_first_page():
    pages = (
        Pages()
        .line("A Study of Slow Returns", x=190, size=17, skip=30)
        .line("The laboratory", x=270, skip=30)
        .paragraph(30)
    )
    found = read(pages)
    assert found.header.title == "A Study of Slow Returns"
    assert (found.header.main_file, HEIGHT) == ("2601.00001.pdf", 792.0)


def small_paper():
    pages = Pages().paragraph(6).space(16)
    pages.drawing(150, 450, 100)
    pages.space(18).line("Figure 1: Slow return.", x=200).space(18).paragraph(8)
    pages.add().line("Table 1: Settings of the second run.", x=200).table(
        [["a", "b"], ["1", "2"]], left=200, width=150
    )
    return pages.data()


def test_the_paper_is_told_from_the_pdf_files_of_its_figures():
    figure = Pages()
    files = {"fig/a.pdf": figure.data() + b"\n" * 9000, "ms.pdf": small_paper(), "notes.txt": b"x"}
    assert paper_pdf(files) == "ms.pdf"
    assert paper_pdf({"fig/a.pdf": files["fig/a.pdf"], "main.tex": b"x"}) is None
    assert paper_pdf({"2601.00001": small_paper()}) == "2601.00001"
