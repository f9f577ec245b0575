"""Golden cases for figures, tables, groups and their accounting in JATS articles."""

import pytest

from extractors.jats import extract
from schemas.floats import Extraction, Float, Graphic
from schemas.paper import Paper
from schemas.reject import Reject

KEY = "pmc:PMC7"
HEAD = (
    '<article xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML" '
    'xml:lang="en"><front><article-meta><title-group><article-title>T</article-title></title-group>'
    '<permissions><license xlink:href="http://creativecommons.org/licenses/by/4.0/"><license-p>Free.</license-p>'
    "</license></permissions></article-meta></front><body>"
)


def read(body: str, *media: str, tail: str = "") -> Extraction:
    files = {"PMC7/a.nxml": f"{HEAD}{body}</body>{tail}</article>".encode()}
    return extract(Paper(KEY, files | {f"PMC7/{m}": b"image" for m in media}))


def fig(href: str = "f1", caption: str = "<p>Words.</p>", extra: str = "", xml_id: str = "F1") -> str:
    return (
        f'<fig id="{xml_id}"><label>Figure 1.</label><caption>{caption}</caption>{extra}'
        f'<graphic xlink:href="{href}"/></fig>'
    )


def only(found: Extraction) -> Float:
    assert not found.rejects, found.rejects
    assert len(found.floats) == 1
    return found.floats[0]


def refusal(found: Extraction) -> Reject:
    assert not found.floats
    assert len(found.rejects) == 1
    return found.rejects[0]


def paths(found: Float) -> list[str]:
    return [g.path for g in found.graphics]


def test_a_figure_whole() -> None:
    body = f'<sec><p>As <xref ref-type="fig" rid="F1">Figure 1</xref> shows.</p>{fig()}</sec>'
    assert only(read(body, "f1.jpg", "f1.gif")) == Float(
        pair_id="pmc:PMC7:figure-1",
        paper_key=KEY,
        kind="figure",
        number="1",
        label="Figure 1",
        ref_keys=("F1",),
        caption="Words.",
        caption_raw="<caption><p>Words.</p></caption>",
        mentions=("As Figure 1 shows.",),
        mention_sections=("",),
        graphics=(Graphic(path="PMC7/f1.jpg", page=1, angle=0.0, row=0),),
        language="en",
        source_file="PMC7/a.nxml",
        snippet='<fig id="F1"><label>Figure 1.</label><caption><p>Words.</p></caption>'
        '<graphic xlink:href="f1"/></fig>',
    )


@pytest.mark.parametrize(
    ("href", "media", "taken"),
    [
        ("f1.tif", ["f1.tif", "f1.jpg"], "f1.tif"),
        ("f1.tif", ["f1.jpg"], "f1.jpg"),
        ("f1", ["f1.gif", "f1.tif", "f1.png"], "f1.png"),
        ("f1", ["f1.gif", "f1.tif"], "f1.tif"),
        ("f1.gif", ["f1.gif", "f1.jpg"], "f1.jpg"),
        ("f1.gif", ["f1.gif"], "f1.gif"),
        ("F1.JPG", ["f1.jpg"], "f1.jpg"),
        ("pone.0001.g001", ["pone.0001.g001.jpg", "pone.0001.g002.jpg"], "pone.0001.g001.jpg"),
        ("info:doi/10.1371/journal.pone.1.g001", ["journal.pone.1.g001.png"], "journal.pone.1.g001.png"),
        ("fig_one", ["fig_one"], "fig_one"),
        ("media/a/f1.jpg", ["media/a/f1.jpg", "f1.jpg"], "media/a/f1.jpg"),
        ("elsewhere/f1.jpg", ["f1.jpg"], "f1.jpg"),
        ("https://host.example/x/f1.jpg?sequence=2", ["f1.jpg"], "f1.jpg"),
        ("Figure%201.png", ["Figure 1.png"], "Figure 1.png"),
        ("..\\img\\f1.png", ["f1.png"], "f1.png"),
    ],
)
def test_media_are_matched_by_path_then_stem(href: str, media: list[str], taken: str) -> None:
    assert paths(only(read(fig(href), *media))) == [f"PMC7/{taken}"]


@pytest.mark.parametrize("media", ["f1.xml", "f1.docx", "f1.mov", "other.jpg"])
def test_a_file_that_is_no_image_of_that_stem_is_not_taken(media: str) -> None:
    found = refusal(read(fig("f1"), media))
    assert (found.reason, found.detail) == ("image_missing", "f1")


@pytest.mark.parametrize(
    ("body", "reason", "detail"),
    [
        ('<fig id="a"><label>Fig 1</label><graphic xlink:href="f1"/></fig>', "caption_missing", "Fig 1"),
        (fig(caption="<p> </p>"), "caption_empty", "readable"),
        (fig("gone.tif"), "image_missing", "gone.tif"),
        ("<fig><caption><p>Words.</p></caption></fig>", "graphic_not_named", "neither"),
        (
            '<fig><caption><p>W.</p></caption><media mimetype="video" xlink:href="v1.mov"/></fig>',
            "graphic_not_named",
            "v1.mov",
        ),
        ("<table-wrap><label>T</label><table><tr><td/></tr></table></table-wrap>", "caption_missing", "T"),
        ("<table-wrap><caption><p>W.</p></caption></table-wrap>", "graphic_not_named", "table-wrap"),
        (
            "<table-wrap><caption><p>W.</p></caption><table><tr><td> </td></tr></table></table-wrap>",
            "table_empty",
            "without text",
        ),
        ("<table-wrap><caption><p>W.</p></caption><table/></table-wrap>", "table_unreadable", "no rows"),
    ],
)  # fmt: skip
def test_what_lacks_something_is_rejected_with_its_reason(body: str, reason: str, detail: str) -> None:
    found = refusal(read(body, "f1.jpg"))
    assert found.reason == reason
    assert detail in found.detail
    assert found.stage == "extract"
    assert found.snippet == body


def test_ordinals_count_rejected_floats_too() -> None:
    found = read(fig("gone") + fig("f1", xml_id="F2") + fig("f2", xml_id="F3"), "f1.jpg", "f2.jpg")
    assert [r.pair_id for r in found.rejects] == [f"{KEY}:figure-1"]
    assert [f.pair_id for f in found.floats] == [f"{KEY}:figure-2", f"{KEY}:figure-3"]


def test_a_captioned_group_is_a_figure_with_panels() -> None:
    group = (
        '<fig-group id="G"><label>Figure 2</label><caption><title>All</title></caption>'
        '<fig id="Ga"><label>(a)</label><caption><p>First.</p></caption><graphic xlink:href="a"/></fig>'
        '<fig id="Gb"><label>(b)</label><graphic xlink:href="b"/></fig></fig-group>'
    )
    text = '<p>See <xref rid="Ga">2a</xref>.</p><p>And <xref rid="G">2</xref>.</p>'
    found = read(text + group + fig("f1"), "a.jpg", "b.jpg", "f1.jpg")
    whole, panel, single = found.floats
    assert (whole.pair_id, whole.caption, paths(whole)) == (
        f"{KEY}:figure-1",
        "All",
        ["PMC7/a.jpg", "PMC7/b.jpg"],
    )
    assert [g.row for g in whole.graphics] == [0, 1]
    assert (whole.mentions, panel.mentions) == (("See 2a.", "And 2."), ("See 2a.",))
    assert (panel.pair_id, panel.parent_id, panel.panel) == (f"{KEY}:figure-1:panel-1", whole.pair_id, "a")
    assert (panel.caption, panel.parent_caption, paths(panel)) == ("First.", "All", ["PMC7/a.jpg"])
    assert single.pair_id == f"{KEY}:figure-2"
    assert [(r.pair_id, r.reason) for r in found.rejects] == [(f"{KEY}:figure-1:panel-2", "caption_missing")]


def test_a_group_without_caption_is_only_a_container() -> None:
    found = read(f"<fig-group>{fig('a', xml_id='A')}{fig('b', xml_id='B')}</fig-group>", "a.jpg", "b.jpg")
    assert [(f.pair_id, f.parent_id) for f in found.floats] == [
        (f"{KEY}:figure-1", None),
        (f"{KEY}:figure-2", None),
    ]


def test_figures_inside_a_figure_are_its_panels() -> None:
    inner = '<fig id="i"><label>A</label><caption><p>In.</p></caption><graphic xlink:href="b"/></fig>'
    found = read(fig("a", extra=inner), "a.jpg", "b.jpg")
    assert [(f.pair_id, paths(f)) for f in found.floats] == [
        (f"{KEY}:figure-1", ["PMC7/b.jpg", "PMC7/a.jpg"]),
        (f"{KEY}:figure-1:panel-1", ["PMC7/b.jpg"]),
    ]


def test_several_graphics_stand_in_rows_of_their_own() -> None:
    found = only(read(fig("a", extra='<graphic xlink:href="b"/>'), "a.jpg", "b.jpg"))
    assert [(g.path, g.row) for g in found.graphics] == [("PMC7/b.jpg", 0), ("PMC7/a.jpg", 1)]


def test_a_missing_part_of_several_is_a_warning() -> None:
    found = read(fig("a", extra='<graphic xlink:href="b"/>'), "a.jpg")
    assert paths(only(found)) == ["PMC7/a.jpg"]
    assert found.warnings == (f"{KEY}:figure-1: b not in the archive",)


@pytest.mark.parametrize(
    ("inner", "media", "taken"),
    [
        ('<graphic xlink:href="a.tif"/><graphic xlink:href="a-w.jpg"/>', ["a.tif", "a-w.jpg"], "a-w.jpg"),
        ('<graphic xlink:href="a.tif"/><graphic xlink:href="b.jpg"/>', ["a.tif"], "a.tif"),
        (
            '<graphic xlink:href="s.jpg" specific-use="scielo-web" content-type="scielo-267x140"/>'
            '<graphic xlink:href="l.jpg"/>',
            ["s.jpg", "l.jpg"],
            "l.jpg",
        ),
        ('<graphic xlink:href="a.jpg"/><media mimetype="video" xlink:href="b.mov"/>', ["a.jpg"], "a.jpg"),
    ],
)  # fmt: skip
def test_of_alternatives_the_best_one_is_taken(inner: str, media: list[str], taken: str) -> None:
    body = f'<fig id="F"><caption><p>W.</p></caption><alternatives>{inner}</alternatives></fig>'
    assert paths(only(read(body, *media))) == [f"PMC7/{taken}"]


def test_one_picture_in_several_formats_is_one_graphic() -> None:
    found = only(read(fig("a.tif", extra='<graphic xlink:href="a.jpg"/>'), "a.tif", "a.jpg"))
    assert paths(found) == ["PMC7/a.jpg"]


def test_graphics_of_signs_formulae_and_cells_are_not_the_figure() -> None:
    caption = '<p>A sign <inline-graphic xlink:href="s"/> and <graphic xlink:href="s"/>.</p>'
    formula = '<p><inline-formula><graphic xlink:href="e"/></inline-formula></p>'
    found = only(read(fig("f1", caption, formula), "f1.jpg", "s.jpg", "e.jpg"))
    assert paths(found) == ["PMC7/f1.jpg"]


def test_a_lone_graphic_is_a_figure_only_with_its_own_caption() -> None:
    plain = '<p><graphic xlink:href="a"/></p><disp-formula><graphic xlink:href="b"/></disp-formula>'
    lone = '<graphic id="g" xlink:href="c"><label>Plate 3</label><caption><p>Lone.</p></caption></graphic>'
    found = only(read(plain + lone, "a.jpg", "b.jpg", "c.jpg"))
    assert (found.caption, found.number, paths(found)) == ("Lone.", "3", ["PMC7/c.jpg"])


def test_floats_group_boxed_text_and_every_fig_type_are_read() -> None:
    boxed = f"<boxed-text><label>Box 1</label><caption><p>B.</p></caption>{fig('a', xml_id='A')}</boxed-text>"
    words = "<label>Scheme 1</label><caption><p>S.</p></caption>"
    scheme = f'<fig fig-type="scheme">{words}<graphic xlink:href="b"/></fig>'
    tail = f"<floats-group>{fig('c', xml_id='C')}</floats-group>"
    found = read(boxed + scheme, "a.jpg", "b.jpg", "c.jpg", tail=tail)
    assert [(f.pair_id, f.label) for f in found.floats] == [
        (f"{KEY}:figure-1", "Figure 1"),
        (f"{KEY}:figure-2", "Scheme 1"),
        (f"{KEY}:figure-3", "Figure 1"),
    ]


def test_supplementary_material_is_reported_and_not_taken() -> None:
    body = (
        '<supplementary-material id="S1"><label>Data S1</label><caption><p>D.</p></caption>'
        '<media xlink:href="s1.xlsx"/></supplementary-material>'
    )
    found = read(body, "s1.xlsx")
    assert (found.floats, found.rejects) == ((), ())
    assert found.warnings == ("supplementary material Data S1: s1.xlsx not taken",)


def test_mentions_come_from_the_running_text_only_and_are_bounded() -> None:
    paragraphs = "".join(f'<p>{n} <xref rid="F1">1</xref></p>' for n in range(30))
    elsewhere = '<fig><caption><p>As in <xref rid="F1">1</xref></p></caption></fig>'
    several = (
        '<p>Both <xref rid="F0 F1">figures</xref>, twice <xref rid="F1">1</xref>. ' + "long " * 900 + "</p>"
    )
    found = read(several + elsewhere + paragraphs + fig(), "f1.jpg").floats[0]
    assert len(found.mentions) == 20
    assert found.mentions[0].startswith("Both figures, twice 1. long")
    assert 1900 < len(found.mentions[0]) <= 2000
    assert found.mentions[1] == "0 1"


def test_a_paragraph_that_holds_the_figure_mentions_it_without_it() -> None:
    assert only(read(f'<p>See <xref rid="F1">it</xref>. {fig()} Then on.</p>', "f1.jpg")).mentions == (
        "See it. Then on.",
    )


@pytest.mark.parametrize(
    ("extra", "url", "text"),
    [
        ("<permissions><copyright-statement>© Museum</copyright-statement></permissions>", None, "© Museum"),
        ("<attrib>Photo: the society</attrib>", None, "Photo: the society"),
        (
            '<permissions><license xlink:href="http://creativecommons.org/licenses/by-nc/4.0/">'
            "<license-p>Not for sale.</license-p></license></permissions>",
            "http://creativecommons.org/licenses/by-nc/4.0/",
            "Not for sale.",
        ),
        (
            '<permissions><license xlink:href="https://creativecommons.org/licenses/by/4.0">'
            "<license-p>Free.</license-p></license></permissions>",
            None,
            None,
        ),
        ("", None, None),
    ],
)
def test_a_figure_has_a_licence_where_it_differs_from_the_article(
    extra: str, url: str | None, text: str | None
) -> None:
    found = only(read(fig(extra=extra), "f1.jpg"))
    assert (found.license_url, found.license_text) == (url, text)


def test_of_captions_in_two_languages_the_articles_own_is_read() -> None:
    body = (
        '<fig><caption xml:lang="es"><p>Una figura.</p></caption>'
        '<caption xml:lang="en"><p>A figure.</p></caption>'
        '<graphic xlink:href="f1"/></fig>'
    )
    found = only(read(body, "f1.jpg"))
    assert (found.caption, found.language) == ("A figure.", "en")
    assert found.caption_raw == '<caption xml:lang="en"><p>A figure.</p></caption>'


def test_a_caption_marked_english_is_english_and_kept() -> None:
    body = '<fig><caption xml:lang="en"><p>Kept.</p></caption><graphic xlink:href="f1"/></fig>'
    assert only(read(body, "f1.jpg")).caption == "Kept."


def test_a_figure_repeated_in_another_language_is_one_figure() -> None:
    group = (
        '<fig-group><fig id="p" xml:lang="pt"><label>Figura 1</label><caption><p>Uma.</p></caption></fig>'
        '<fig id="e" xml:lang="en"><label>Figure 1</label><caption><p>One.</p></caption>'
        '<graphic xlink:href="f1"/></fig></fig-group>'
    )
    found = read(group, "f1.jpg")
    assert [(f.pair_id, f.caption, f.language) for f in found.floats] == [(f"{KEY}:figure-2", "One.", "en")]
    assert [(r.pair_id, r.reason, r.caption) for r in found.rejects] == [
        (f"{KEY}:figure-1", "duplicate_exact", "Uma.")
    ]
    assert "another language (pt)" in found.rejects[0].detail


def test_a_label_printed_in_the_caption_is_read_from_it() -> None:
    body = '<fig><caption><p><bold>Figure 4.</bold> The rest.</p></caption><graphic xlink:href="f1"/></fig>'
    found = only(read(body, "f1.jpg"))
    assert (found.label, found.number, found.caption) == ("Figure 4", "4", "The rest.")


@pytest.mark.parametrize(
    ("label", "clean", "number"),
    [
        ("Figure 3.", "Figure 3", "3"),
        ("Fig. S2", "Fig. S2", "S2"),
        ("TABLE IV", "TABLE IV", "IV"),
        ("Extended Data Fig. 1 |", "Extended Data Fig. 1", "1"),
        ("Figure A.1:", "Figure A.1", "A.1"),
        ("Figure 3—figure supplement 1.", "Figure 3—figure supplement 1", "3—figure supplement 1"),
        ("Fig 2b", "Fig 2b", "2b"),
        ("图1", "图1", "1"),
        ("7", "7", "7"),
        ("Key resources table", "Key resources table", None),
        ("Graphical abstract", "Graphical abstract", None),
    ],
)
def test_labels_and_printed_numbers(label: str, clean: str, number: str | None) -> None:
    body = f'<fig><label>{label}</label><caption><p>W.</p></caption><graphic xlink:href="f1"/></fig>'
    found = only(read(body, "f1.jpg"))
    assert (found.label, found.number) == (clean, number)


def test_a_table_keeps_markup_and_graphic() -> None:
    table = "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>"
    body = (
        '<table-wrap id="T1"><label>Table 1</label><caption><p>W.</p></caption>'
        f'<alternatives><graphic xlink:href="t1"/>{table}</alternatives></table-wrap>'
    )
    found = only(read(body, "t1.png"))
    assert (found.pair_id, found.kind, paths(found)) == (f"{KEY}:table-1", "table", ["PMC7/t1.png"])
    assert found.table_text == "a\n1"
    assert "<th>a</th>" in (found.table_html or "")
    without = read(body)
    assert (paths(only(without)), only(without).table_text) == ([], "a\n1")
    assert without.warnings == (f"{KEY}:table-1: t1 not in the archive",)


def test_a_table_of_graphics_only_takes_them() -> None:
    body = (
        '<table-wrap><label>Table 1</label><caption><p>W.</p></caption><graphic xlink:href="t1"/>'
        '<graphic xlink:href="t1b"/></table-wrap>'
    )
    found = only(read(body, "t1.png", "t1b.png"))
    assert (paths(found), found.table_html) == (["PMC7/t1.png", "PMC7/t1b.png"], None)


def test_a_captioned_group_of_tables_is_one_table_with_parts() -> None:
    def part(text: str) -> str:
        table = f"<table><tr><td>{text}</td></tr></table>"
        return f"<table-wrap><caption><p>{text}</p></caption>{table}</table-wrap>"

    body = f"<table-wrap-group><caption><p>Both.</p></caption>{part('one')}{part('two')}</table-wrap-group>"
    found = read(body)
    assert [(f.pair_id, f.table_text) for f in found.floats] == [
        (f"{KEY}:table-1", "one\ntwo"),
        (f"{KEY}:table-1:panel-1", "one"),
        (f"{KEY}:table-1:panel-2", "two"),
    ]
