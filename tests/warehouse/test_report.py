import base64
import io
import itertools
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from small_release import CAPTIONS, VERSION, WIDE_CAPTION, drawing, file_entry, write_release

from schemas.reject import REASONS
from warehouse.place import WarehouseError
from warehouse.report.charts import CAPTION_STEPS, THUMBNAIL_SIZE, caption_histogram, thumbnail
from warehouse.report.examples import CAPTION_CHARACTERS, GALLERY_PER_CLASS
from warehouse.report.page import collect, render, write_report


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_release(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture(scope="module")
def report(folder):
    return collect(folder)


@pytest.fixture(scope="module")
def page(report):
    return render(report).decode("utf-8")


class Elements(HTMLParser):
    """Collects the tags of a page with their attributes, and refuses tags that do not nest."""

    VOID = frozenset({"meta", "img", "br", "link", "input", "hr"})

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.open = []
        self.text = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.text.append(data)


def test_headline_adds_up_and_says_so(report, page):
    headline = report.headline
    assert (headline.papers, headline.papers_rejected) == (7, 1)
    assert (headline.floats_found, headline.pairs, headline.rejects) == (38, 32, 6)
    assert headline.adds_up
    assert "Nothing is lost" in page
    lossy = replace(report, headline=replace(headline, rejects=5))
    assert "The counts do not add up" in render(lossy).decode()
    assert "Nothing is lost" not in render(lossy).decode()


def test_counts_by_class_and_split(report):
    assert [(line.name, line.by_split, line.total.count, line.total.percent) for line in report.classes] == [
        ("fig_architecture", (5, 1, 1), 7, 21.9),
        ("fig_illustration", (5, 1, 1), 7, 21.9),
        ("fig_result", (4, 1, 1), 6, 18.8),
        ("table_result", (4, 1, 1), 6, 18.8),
        ("table_parameter", (4, 1, 1), 6, 18.8),
    ]


def test_counts_by_split_source_and_licence(report):
    found = {b.title: [(s.label, s.count, s.note) for s in b.shares] for b in report.breakdowns}
    assert found == {
        "Split": [("train", 22, "4 papers"), ("test", 5, "1 paper"), ("validation", 5, "1 paper")],
        "Source": [("arxiv", 17, "3 papers"), ("pmc", 15, "3 papers")],
        "Image type": [
            ("none (tables)", 12, ""),
            ("diagram", 7, "mean confidence 0.60"),
            ("photo", 7, "mean confidence 0.60"),
            ("line", 6, "mean confidence 0.60"),
        ],
        "Licence group": [
            ("commercial", 17, "17 may be passed on"),
            ("other", 10, "0 may be passed on"),
            ("noncommercial", 5, "5 may be passed on"),
        ],
        "Licence": [
            ("CC BY 4.0", 12, ""),
            ("CC BY-NC-SA 4.0", 5, ""),
            ("CC0", 5, ""),
            ("arXiv-nonexclusive", 5, ""),
            ("not stated", 5, ""),
        ],
        "Papers by the source of their abstract": [
            ("the article's JATS", 3, ""),
            ("arXiv's metadata", 3, ""),
            ("none", 1, ""),
        ],
        "Pairs by what the text says of them": [
            ("a paragraph or more", 32, "32 paragraphs, 32 below a heading")
        ],
        "Panels": [("cut out of figures", 1, "1 figure")],
        "Figures not cut up": [("no_labels", 1, "the caption names no panels")],
    }


def test_caption_lengths(report):
    longest = len(WIDE_CAPTION)
    figures, tables = report.captions
    assert (figures.kind, figures.pairs, figures.longest) == ("figure", 20, longest)
    assert (tables.kind, tables.pairs, tables.shortest) == ("table", 12, len(CAPTIONS["table_parameter"]) + 5)
    assert sum(b.figures for b in report.histogram.bars) == 20
    assert sum(b.tables for b in report.histogram.bars) == 12
    assert report.histogram.bars[longest // 50].figures == 1


def test_histogram_heights_are_shares_of_a_limit_that_holds_the_highest_bar():
    drawn = caption_histogram([(0, 30, 12), (CAPTION_STEPS, 5, 0)])
    assert drawn.limit == 60
    assert (drawn.bars[0].figure_height, drawn.bars[0].table_height) == (50.0, 20.0)
    assert drawn.bars[CAPTION_STEPS].label == "1,000 characters or more"
    assert drawn.bars[1].label == "50 to 99 characters"
    assert caption_histogram([]).limit == 2


def test_reject_reasons_have_their_meaning_and_one_example(report):
    found = {line.share.label: line for line in report.rejects}
    assert {name: line.share.count for name, line in found.items()} == {
        "duplicate_near": 2,
        "image_missing": 2,
        "drawn_in_tex": 1,
        "duplicate_exact": 1,
        "pdf_only": 1,
    }
    line = found["image_missing"]
    assert (line.description, line.stages) == (REASONS["image_missing"], "extract")
    assert line.example_place == "arxiv:2310.00001:figure-50"
    assert line.example_detail == "figs/lost0.eps"
    assert line.example_caption == "Figure 50. A figure that is not there"
    assert found["pdf_only"].example_place == "arxiv:2310.00009v1"


def test_duplicates_show_kept_and_removed_with_evidence(report):
    first, second = report.duplicates
    assert first.pair_id == "arxiv:2310.00001:figure-3"
    assert [item.pair_id for item in first.removed] == [
        "arxiv:2310.00002:figure-91",
        "pmc:PMC1000002:figure-92",
    ]
    assert first.image is not None
    assert second.removed[0].test == "exact pixels"
    assert second.removed[0].evidence == "similarity 1.000, difference 0.00 when aligned, text agreement 0.75"
    assert second.removed[0].caption == "The same picture <b>again</b>, seen before"
    assert [(s.label, s.count, s.note) for s in report.duplicate_tests] == [
        ("exact_pixels", 1, "1 across sources"),
        ("near", 2, "1 across sources"),
    ]
    assert [(s.label, s.count, s.note) for s in report.contamination] == [("scimmir-test", 1, "near")]


def test_the_gallery_holds_real_pairs_of_each_class_from_many_papers(report):
    assert [(part.name, part.total, len(part.cards)) for part in report.gallery] == [
        ("fig_architecture", 7, 7),
        ("fig_illustration", 7, 7),
        ("fig_result", 6, 6),
        ("table_result", 6, 6),
        ("table_parameter", 6, 6),
    ]
    for part in report.gallery:
        assert len({card.paper for card in part.cards[:6]}) == 6
        assert all(card.image is not None for card in part.cards)
    cards = {card.pair_id: card for part in report.gallery for card in part.cards}
    card = cards["pmc:PMC1000003:figure-26"]
    assert (card.label, card.paper, card.split, card.license) == (
        "Figure 26",
        "pmc:PMC1000003.1",
        "train",
        "licence not stated",
    )
    wide = cards["arxiv:2310.00002:figure-8"].caption
    assert len(wide) <= CAPTION_CHARACTERS
    assert wide.endswith("…")


def test_the_gallery_is_limited(tmp_path):
    parts = collect(write_release(tmp_path, count=60)).gallery
    assert [len(part.cards) for part in parts] == [GALLERY_PER_CLASS] * 5


def test_the_images_are_the_pairs_own(report):
    cards = {card.pair_id: card for part in report.gallery for card in part.cards}
    uri = cards["arxiv:2310.00001:figure-1"].image.uri
    shown = Image.open(io.BytesIO(base64.b64decode(uri.removeprefix("data:image/webp;base64,")))).convert("L")
    original = Image.open(io.BytesIO(drawing("fig_architecture", 0))).convert("L")
    assert shown.size == original.size
    difference = [abs(a - b) for a, b in zip(shown.tobytes(), original.tobytes(), strict=True)]
    assert sum(difference) / len(difference) < 4


def test_a_thumbnail_is_small_and_no_image_gives_none():
    out = io.BytesIO()
    Image.new("L", (3000, 100), 128).save(out, format="PNG")
    small = thumbnail(out.getvalue())
    assert small is not None
    assert (small.width, small.height) == (THUMBNAIL_SIZE[0], 19)
    assert thumbnail(b"") is None
    assert thumbnail(out.getvalue()[:60]) is None
    assert thumbnail(b"GIF89a" + bytes(40)) is None


def test_hostile_captions_stay_text(page):
    elements = Elements(page)
    assert "script" not in {tag for tag, _ in elements.found}
    assert "b" not in {tag for tag, _ in elements.found}
    assert not any(name.startswith("on") for _, attributes in elements.found for name in attributes)
    assert "<script>alert('x')</script> & \"quotes\"" in "".join(elements.text)
    assert "The same picture <b>again</b>, seen before" in "".join(elements.text)
    assert "\x1b" not in page


def test_the_page_needs_nothing_from_outside(page):
    for tag, attributes in Elements(page).found:
        assert tag not in ("script", "link", "iframe", "object", "base")
        assert attributes.get("src", "data:").startswith("data:image/webp;base64,") or tag != "img"
        assert attributes.get("href", "#").startswith("#")
    assert "url(" not in page
    assert "@import" not in page
    policy = dict(e for e in Elements(page).found if e[0] == "meta" and "http-equiv" in e[1])["meta"][
        "content"
    ]
    assert policy.startswith("default-src 'none'")


def test_the_page_can_be_read_by_a_screen_reader(page):
    elements = Elements(page).found
    assert ("html", {"lang": "en"}) in elements
    levels = [int(tag[1]) for tag, _ in elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    images = [attributes for tag, attributes in elements if tag == "img"]
    assert len(images) == 34
    assert all(attributes["alt"] for attributes in images)
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for tag, a in elements if tag == "a"} <= set(ids)


def test_the_same_release_gives_the_same_bytes(folder, tmp_path):
    first = write_report(folder)
    assert first == folder / "report.html"
    copy = write_release(tmp_path / "elsewhere")
    assert write_report(copy).read_bytes() == first.read_bytes()
    assert write_report(copy).read_bytes() == first.read_bytes()


def test_the_manifest_shows_what_was_used(page, report):
    facts = {title: {f.name: f.value for f in lines} for title, lines in report.facts}
    assert facts["Engines and models"] == {"embedder": "descriptor 1", "ocr": "rapidocr 3.10.0"}
    assert facts["Parameters"] == {"dedupe.near": "0.95", "images.longest_side": "1024"}
    assert report.version == VERSION
    assert report.release_hash in page


def test_a_bare_manifest_and_an_empty_release_still_give_a_page(tmp_path):
    folder = write_release(tmp_path, count=0, with_evidence=False)
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    page = write_report(folder).read_text(encoding="utf-8")
    Elements(page)
    assert "This release holds none." in page
    assert "No duplicates were found." in page
    assert f"SciMMIR release {VERSION}" in page


def test_an_unreadable_image_leaves_a_card_without_one(page, tmp_path):
    folder = write_release(tmp_path, count=1)
    path = folder / "pairs" / "split=train" / "part-00000.parquet"
    table = pq.read_table(path, partitioning=None)
    position = table.schema.get_field_index("image")
    broken = pa.array([{"bytes": b"\x89PNG broken", "path": "a.png"}], type=table.schema.field("image").type)
    pq.write_table(table.set_column(position, table.schema.field("image"), broken), path)
    assert "no image" not in page
    assert "no image" in write_report(folder).read_text(encoding="utf-8")


def test_a_damaged_release_ends_in_one_sentence(tmp_path):
    folder = write_release(tmp_path, count=1)
    (folder / "rejects.parquet").write_bytes(b"junk")
    with pytest.raises(WarehouseError, match=r"rejects\.parquet"):
        write_report(folder)
    (folder / "manifest.json").unlink()
    with pytest.raises(WarehouseError, match=r"manifest\.json"):
        write_report(folder)


def test_a_release_still_being_built_aside_can_be_reported(tmp_path):
    folder = write_release(tmp_path, version=".2026.11.1-aside", count=3)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["version"] = "2026.11.1"
    assert manifest["files"]["papers.parquet"] == file_entry(folder / "papers.parquet")
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    page = write_report(folder).read_text(encoding="utf-8")
    assert "<h1>SciMMIR release 2026.11.1</h1>" in page
    assert "aside" not in page


def test_damaged_class_scores_end_in_one_sentence(tmp_path):
    folder = write_release(tmp_path, count=1)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for damaged in (7, {"classes": [{"name": "plot"}], "matrix": [[1]]}, {"classes": []}):
        manifest["class_scores"] = damaged
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        with pytest.raises(WarehouseError, match="class_scores is damaged"):
            write_report(folder)
