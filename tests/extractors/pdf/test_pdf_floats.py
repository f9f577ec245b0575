"""Where figures and tables stand, and which caption each has."""

import io

import pytest
from pdf_pages import ONE_COLUMN, TWO_COLUMNS, Pages, overlap, read, region
from PIL import Image

from extractors import images

LEFT, RIGHT = TWO_COLUMNS
(WIDE,) = ONE_COLUMN
ROWS = (("Site", "Depth", "Count"), ("North", "3.1", "120"), ("South", "2.2", "98"), ("East", "4.0", "143"))


def one_column() -> Pages:
    pages = Pages()
    pages.prose(WIDE, 72, 230)
    pages.prose(WIDE, 520, 720, seed=7)
    return pages


def two_columns() -> Pages:
    pages = Pages()
    pages.prose(LEFT, 400, 720)
    pages.prose(RIGHT, 400, 720, seed=5)
    return pages


def test_figure_above_its_caption() -> None:
    pages = one_column()
    box = pages.plot((180, 260, 420, 440))
    pages.text(72, 470, "Figure 3: Response of the channel over time, under load and without it, at the same")
    pages.text(72, 482, "mean pressure.")
    (item,) = pages.read().floats
    assert (item.kind, item.number, item.label) == ("figure", "3", "Figure 3")
    assert item.caption == (
        "Response of the channel over time, under load and without it, at the same mean pressure."
    )
    assert item.graphics[0].page == 1
    assert overlap(region(item), box) > 0.9


def test_figure_below_its_caption() -> None:
    pages = one_column()
    pages.text(72, 262, "Figure 1. A caption above the drawing to which it belongs, as some journals want.")
    box = pages.plot((150, 275, 450, 470))
    (item,) = pages.read().floats
    assert overlap(region(item), box) > 0.9


def test_labels_inside_a_figure_belong_to_it() -> None:
    pages = one_column()
    pages.plot((180, 260, 420, 420))
    for k in range(6):
        pages.text(180 + 45 * k, 431, str(k), size=8)
    pages.text(280, 443, "time (s)", size=8)
    pages.text(72, 470, "Figure 2: Signal over time.")
    (item,) = pages.read().floats
    assert item.caption == "Signal over time."
    assert overlap(region(item), (179, 259, 421, 446)) > 0.9


def test_raster_image_in_a_column() -> None:
    pages = two_columns()
    pages.prose(RIGHT, 72, 380, seed=3)
    box = pages.image((60, 80, 290, 300))
    pages.text(54, 325, "Fig. 2. Density after ten runs.", size=9)
    (item,) = pages.read().floats
    assert (item.label, item.caption) == ("Fig. 2", "Density after ten runs.")
    assert overlap(region(item), box) > 0.9


def test_several_drawings_and_images_are_one_figure() -> None:
    pages = one_column()
    pages.image((90, 260, 290, 420))
    pages.plot((310, 262, 520, 418))
    pages.text(180, 432, "(a)", size=9)
    pages.text(410, 432, "(b)", size=9)
    pages.text(72, 455, "Figure 4: Both at once.")
    (item,) = pages.read().floats
    assert overlap(region(item), (90, 260, 520, 434)) > 0.9


def test_full_width_figure_over_two_columns() -> None:
    pages = two_columns()
    box = pages.plot((70, 80, 540, 330))
    pages.text(
        54, 352, "Figure 5. " + "Over both columns, with a caption that runs on as far as they do. ", size=9
    )
    pages.text(54, 363, "It has a second line.", size=9)
    (item,) = pages.read().floats
    assert overlap(region(item), box) > 0.9
    assert item.caption.endswith("It has a second line.")


def test_figures_in_both_columns_stay_apart() -> None:
    pages = two_columns()
    first, second = pages.plot((60, 80, 290, 330)), pages.image((320, 80, 550, 330))
    pages.text(54, 352, "Fig. 1. The left one.", size=9)
    pages.text(316, 352, "Fig. 2. The right one.", size=9)
    found = {item.number: item for item in pages.read().floats}
    assert overlap(region(found["1"]), first) > 0.9
    assert overlap(region(found["2"]), second) > 0.9
    assert (found["1"].caption, found["2"].caption) == ("The left one.", "The right one.")


def test_figures_one_below_another_on_one_page() -> None:
    pages = Pages()
    boxes = []
    for k in range(3):
        boxes.append(pages.plot((150, 80 + 220 * k, 450, 230 + 220 * k)))
        pages.text(72, 255 + 220 * k, f"Figure {k + 1}: Number {k + 1} of three.")
    found = pages.read().floats
    assert [item.number for item in found] == ["1", "2", "3"]
    assert all(overlap(region(item), box) > 0.9 for item, box in zip(found, boxes, strict=True))


def test_table_below_its_caption_with_its_words() -> None:
    pages = one_column()
    pages.text(72, 280, "TABLE IV: Counts by site.")
    box = pages.table(ROWS, left=180, width=210, top=295)
    (item,) = pages.read().floats
    assert (item.kind, item.number, item.label) == ("table", "IV", "TABLE IV")
    assert overlap(region(item), box) > 0.9
    assert item.table_text == "\n".join("\t".join(row) for row in ROWS)
    assert item.table_html is not None
    assert "<th>Depth</th>" in item.table_html
    assert "<td>143</td>" in item.table_html


def test_table_above_its_caption() -> None:
    pages = one_column()
    box = pages.table(ROWS, left=180, width=210, top=270)
    pages.text(72, 350, "Table 2: Counts by site, said below.")
    (item,) = pages.read().floats
    assert overlap(region(item), box) > 0.9


def test_running_text_is_no_part_of_a_float() -> None:
    pages = Pages()
    pages.prose(WIDE, 72, 300)
    box = pages.plot((150, 320, 450, 420))
    pages.text(72, 445, "Figure 1: Right below the running text.")
    pages.prose(WIDE, 465, 720)
    (item,) = pages.read().floats
    assert overlap(region(item), box) > 0.9


def test_a_mention_is_no_caption() -> None:
    pages = one_column()
    pages.text(72, 262, "Figure 7 shows the same once more, and Table 2 lists it; neither is on this page.")
    assert pages.read().floats == ()


def test_extended_data_and_supplementary_labels() -> None:
    pages = one_column()
    pages.plot((180, 250, 420, 330))
    pages.text(72, 350, "Extended Data Fig. 1 | Everything once more.")
    pages.plot((180, 380, 420, 460))
    pages.text(72, 480, "Supplementary Figure S2. And again.")
    found = pages.read().floats
    assert [(item.label, item.number) for item in found] == [
        ("Extended Data Fig. 1", "1"),
        ("Supplementary Figure S2", "S2"),
    ]


def test_mentions_are_the_paragraphs_that_name_the_float() -> None:
    pages = one_column()
    pages.text(72, 250, "As Figure 3 makes plain, the signal returns slowly to its mean value afterwards.")
    pages.plot((180, 275, 420, 440))
    pages.text(72, 470, "Figure 3: Response.")
    (item,) = pages.read().floats
    assert any("As Figure 3 makes plain" in mention for mention in item.mentions)


def test_caption_without_a_float_is_a_reject() -> None:
    pages = Pages()
    pages.prose(WIDE, 72, 300)
    pages.text(72, 326, "Figure 9: Nothing is here.")
    pages.prose(WIDE, 340, 720)
    extraction = pages.read()
    assert extraction.floats == ()
    (reject,) = extraction.rejects
    assert (reject.reason, reject.label, reject.caption) == (
        "graphic_not_named",
        "Figure 9",
        "Nothing is here.",
    )


def test_continued_table_is_one_float_of_two_pages() -> None:
    pages = one_column()
    pages.text(72, 280, "Table 1: Counts by site.")
    pages.table(ROWS, left=180, width=210, top=295)
    pages.add()
    pages.text(72, 90, "Table 1 (continued)")
    pages.table(ROWS, left=180, width=210, top=100)
    pages.prose(WIDE, 300, 720)
    (item,) = pages.read().floats
    assert [graphic.page for graphic in item.graphics] == [1, 2]
    assert item.caption == "Counts by site."


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_rotated_page_is_cut_and_turned_upright(turn: int) -> None:
    pages = one_column()
    pages.plot((180, 260, 420, 340))
    pages.text(72, 370, "Figure 1: Wide and low.")
    pages.page.set_rotation(turn)
    data = pages.data()
    (item,) = read(data).floats
    row = images.image_row(item.pair_id, item.graphics, {"paper.pdf": data}, images.ImageParameters())
    with Image.open(io.BytesIO(row.image)) as image:
        assert image.width / image.height == pytest.approx(240 / 80, rel=0.05)
        grey = image.convert("L")
        left, right = (grey.crop((x, 0, x + 12, image.height)) for x in (0, image.width - 12))
        # The axis stands at the left, so its columns are darker.
        assert sum(left.getdata()) < sum(right.getdata())


def test_sideways_float_on_an_upright_page_is_turned() -> None:
    pages = Pages()
    pages.prose(WIDE, 72, 720)
    pages.add()
    shape = pages.page.new_shape()
    shape.draw_rect((200, 150, 400, 600))
    shape.draw_line((200, 150), (400, 600))
    shape.finish(width=2)
    shape.commit()
    for k, text in enumerate(
        ("Figure 1: Set sideways, with a caption that runs", "up along the page's edge.")
    ):
        pages.page.insert_text((430 + 12 * k, 600), text, fontsize=10, fontname="tiro", rotate=90)
    (item,) = pages.read().floats
    assert item.caption == "Set sideways, with a caption that runs up along the page's edge."
    assert overlap(region(item), (199, 149, 401, 601)) > 0.9
    assert item.graphics[0].angle == 270.0


def test_crop_shows_what_the_page_shows() -> None:
    pages = one_column()
    pages.image((180, 260, 420, 440))
    pages.text(72, 470, "Figure 1: Colours.")
    data = pages.data()
    (item,) = read(data).floats
    row = images.image_row(item.pair_id, item.graphics, {"paper.pdf": data}, images.ImageParameters())
    with Image.open(io.BytesIO(row.image)) as image:
        middle = image.convert("RGB").getpixel((image.width // 2, image.height // 2))
    assert middle != (255, 255, 255)
    assert max(row.width, row.height) == images.ImageParameters().max_side


def test_the_same_bytes_give_the_same_extraction() -> None:
    pages = two_columns()
    pages.plot((60, 80, 290, 330))
    pages.text(54, 352, "Fig. 1. The left one.", size=9)
    data = pages.data()
    assert read(data) == read(data)
