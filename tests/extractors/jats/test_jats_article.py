"""Choosing and parsing the article: varieties of XML, broken and hostile files, and the whole corpus."""

import tarfile
from collections import Counter
from pathlib import Path

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from extractors.jats import extract
from extractors.jats.article.document import parse_xml, read_article
from extractors.jats.nodes import words
from schemas.floats import Extraction
from schemas.paper import Paper
from schemas.reject import RecordError

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpus"
ARTICLE = (
    '<article xmlns:xlink="http://www.w3.org/1999/xlink"><front><article-meta><title-group>'
    "<article-title>{title}</article-title></title-group></article-meta></front><body>"
    '<fig id="F1"><label>Figure 1</label><caption><p>{caption}</p></caption><graphic xlink:href="f1"/></fig>'
    "</body></article>"
)


def article(title: str = "T", caption: str = "Words.") -> bytes:
    return ARTICLE.format(title=title, caption=caption).encode()


def title_of(data: bytes) -> str | None:
    return extract(Paper("pmc:PMC1", {"PMC1/a.nxml": data})).header.title


def refused(files: dict[str, bytes]) -> tuple[str, str]:
    with pytest.raises(RecordError) as caught:
        extract(Paper("pmc:PMC1", files))
    return caught.value.reason, caught.value.detail


def test_the_file_named_like_its_folder_is_the_article() -> None:
    files = {
        "PMC1.1/PMC1.1.xml": article("right"),
        "PMC1.1/aaa.xml": article("wrong"),
        "PMC1.1/data.xml": b"<data/>",
    }
    assert read_article(files).path == "PMC1.1/PMC1.1.xml"
    assert read_article({"PMC1/x.xml": article(), "PMC1/y.nxml": article()}).path == "PMC1/y.nxml"
    assert read_article({"PMC1/data.xml": b"<data/>", "PMC1/x.xml": article()}).path == "PMC1/x.xml"
    assert read_article({"x.xml": article()}).path == "x.xml"


@pytest.mark.parametrize(
    ("files", "reason", "detail"),
    [
        ({}, "paper_empty", "no article XML among 0 files"),
        ({"PMC1/f1.jpg": b"x"}, "paper_empty", "among 1 files"),
        ({"PMC1/PMC1.pdf": b"%PDF"}, "pdf_only", "no article XML"),
        ({"PMC1/a.nxml": b""}, "xml_invalid", "the file is empty"),
        ({"PMC1/a.nxml": article()[:200]}, "xml_invalid", "a.nxml"),
        ({"PMC1/a.nxml": b"\x1f\x8b\x08\x00\x00"}, "xml_invalid", "a.nxml"),
        ({"PMC1/a.xml": b"<html><body/></html>"}, "xml_not_article", "'html'"),
        ({"PMC1/a.xml": b"<article><h1>news</h1></article>"}, "xml_not_article", "without front"),
        ({"PMC1/a.xml": b"<data/>", "PMC1/b.xml": b"<article>"}, "xml_invalid", "b.xml"),
    ],
)
def test_whole_papers_are_refused_with_their_reason(
    files: dict[str, bytes], reason: str, detail: str
) -> None:
    found = refused(files)
    assert found[0] == reason
    assert detail in found[1]


def test_an_article_inside_an_article_set_or_an_oai_record_is_read() -> None:
    inner = article("inside").decode()
    assert title_of(f"<pmc-articleset>{inner}</pmc-articleset>".encode()) == "inside"
    record = f'<OAI-PMH xmlns="urn:oai"><record><metadata>{inner}</metadata></record></OAI-PMH>'
    assert title_of(record.encode()) == "inside"


@pytest.mark.parametrize(
    "change",
    [
        ("<article ", '<article xmlns="https://jats.nlm.nih.gov/ns/archiving/1.4/" '),
        (
            "<article ",
            '<!DOCTYPE article PUBLIC "-//NLM//DTD x 2.3//EN" "http://dtd.example/a.dtd"><article ',
        ),
        ('xmlns:xlink="http://www.w3.org/1999/xlink"', 'xmlns:xlink="http://www.w3.org/TR/xlink"'),
        (' xmlns:xlink="http://www.w3.org/1999/xlink"', ""),
        ("<article ", '\n <?xml version="1.0" encoding="UTF-8"?>\n<article '),
        ("Words.", "<!-- remark -->Words<?pi x?>."),
        ("Words.", "<![CDATA[Words.]]>"),
        ("Words.", "Words.\x02&#3;"),
    ],
)
def test_varieties_of_xml_read_the_same(change: tuple[str, str]) -> None:
    data = article().decode().replace(*change)
    found = extract(Paper("pmc:PMC1", {"PMC1/a.nxml": data.encode(), "PMC1/f1.jpg": b"x"}))
    assert [(f.caption, f.graphics[0].path) for f in found.floats] == [("Words.", "PMC1/f1.jpg")]


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("a&nbsp;b &alpha; &ndash; c", "a b α – c"),
        ("R &amp; D &lt; 5", "R & D < 5"),
        ("&nosuch; stays", "&nosuch; stays"),
        ("R & D", "R & D"),
        ("<![CDATA[x &nbsp; y]]>", "x &nbsp; y"),
    ],
)
def test_named_entities_of_dtds_that_are_not_loaded_keep_their_text(source: str, title: str) -> None:
    doctype = b'<!DOCTYPE article PUBLIC "-//NLM//DTD x//EN" "http://dtd.example/a.dtd">'
    assert title_of(article(source)) == title
    assert title_of(doctype + article(source)) == title


def test_entities_of_the_internal_subset_are_expanded_and_external_ones_never_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hidden")
    subset = f'<!DOCTYPE article [<!ENTITY lab "the lab"><!ENTITY ext SYSTEM "{secret.as_uri()}">]>'.encode()
    assert title_of(subset + article("at &lab;&nbsp;now")) == "at the lab now"
    assert "hidden" not in (title_of(subset + article("x &ext; y")) or "")


@pytest.mark.parametrize("levels", [10, 30])
def test_entity_bombs_are_refused_at_once(levels: int) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, levels))
    bomb = f'<!DOCTYPE article [<!ENTITY e0 "lol">{entities}]>'.encode() + article(f"&e{levels - 1};")
    reason, detail = refused({"PMC1/a.nxml": bomb})  # expanded, it would never end
    assert reason == "xml_invalid"
    assert "expand beyond measure" in detail


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("UTF-8", "cp1252"),
        ("UTF-8", "utf-8"),
        ("ISO-8859-1", "latin-1"),
        ("UTF-16", "utf-16"),
        ("x-none", "utf-8"),
    ],
)
def test_wrong_and_rare_encodings_lose_no_text(declared: str, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?>' + article("Café über").decode()
    assert title_of(text.encode(encoding)) == "Café über"


def test_depth_is_bounded() -> None:
    deep = "<sec>" * 5000 + "</sec>" * 5000
    assert refused({"PMC1/a.nxml": article(deep)})[0] == "xml_invalid"
    for name in ("p", "italic", "list", "sc"):
        nested = f"<{name}>" * 200 + "x" + f"</{name}>" * 200
        assert title_of(article(nested)) == "x"
    for name in ("sup", "inline-formula"):
        assert title_of(article(f"<{name}>" * 200 + "x" + f"</{name}>" * 200))


@pytest.mark.parametrize(
    "hostile",
    ["<![CDATA[", "&a", '<x:y z:w="1">', "<!ENTITY ", "&#x;"],
    ids=["cdata", "references", "elements", "entities", "characters"],
)
def test_hostile_markup_is_refused(hostile: str) -> None:
    with pytest.raises(RecordError):
        parse_xml(b"<article>" + hostile.encode() * 50_000)


def outcome(files: dict[str, bytes]) -> Extraction | RecordError:
    try:
        return extract(Paper("pmc:PMC1", files))
    except RecordError as problem:
        return problem


@given(st.binary(max_size=300), st.binary(max_size=60))
@examples(60)
def test_arbitrary_bytes_give_an_extraction_or_a_record_error(data: bytes, sidecar: bytes) -> None:
    outcome({"PMC1/a.nxml": data, "PMC1/a.json": sidecar})
    outcome({"PMC1/a.nxml": b"<article><front/><body>" + data + b"</body></article>"})


NAMES = st.sampled_from(
    words(
        "fig fig-group table-wrap table-wrap-group caption label title p sup sub graphic alternatives table "
        "thead tbody tr td th tgroup colspec row entry xref list list-item inline-formula disp-formula "
        "tex-math math mfrac msup mover mi mo mn mtable mmultiscripts mprescripts semantics "
        "supplementary-material permissions license table-wrap-foot fn front article-meta article-id "
        "pub-date year month title-group article-title hr break"
    )
)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(
        words("id rid href colspan rowspan align lang cols namest nameend colname morerows pub-type")
    ),
    st.sampled_from(["", "F1", "f1", "2", "999999999", "-1", "en", "c1", "F1 F2", "left", "x y"]),
    max_size=3,
)
TEXTS = st.sampled_from(
    ["", "", "a", "Figure 1. x", "\\frac{a}{b}^{2}", "\\left(\\sqrt[", "1", " ", "β̂", "2020"]
)
TREES = st.recursive(
    st.tuples(NAMES, ATTRIBUTES, TEXTS, st.just([])),
    lambda inner: st.tuples(NAMES, ATTRIBUTES, TEXTS, st.lists(inner, max_size=5)),
    max_leaves=25,
)


def grown(tree: tuple[str, dict[str, str], str, list[object]]) -> etree._Element:
    name, attributes, text, inner = tree
    element = etree.Element(name, attributes)
    element.text = text
    for part in inner:
        element.append(grown(part))  # type: ignore[arg-type]
    return element


@given(st.lists(TREES, max_size=6))
@examples(100)
def test_any_tree_of_jats_elements_accounts_for_its_floats(trees: list[object]) -> None:
    root = etree.fromstring("<article><front/><body/></article>")
    for tree in trees:
        root[1].append(grown(tree))  # type: ignore[arg-type]
    found = outcome({"PMC1/a.nxml": etree.tostring(root), "PMC1/f1.jpg": b"x"})
    assert isinstance(found, Extraction)
    names = [f.pair_id for f in found.floats] + [r.pair_id for r in found.rejects]
    assert len(names) == len(set(names))
    assert len(names) >= sum(1 for _ in root.iter("fig", "table-wrap"))
    assert found == outcome({"PMC1/a.nxml": etree.tostring(root), "PMC1/f1.jpg": b"x"})


SAMPLE = article("A title &amp; <italic>more</italic>", "Words <sup>2</sup> <bold>in</bold> a caption.")


@given(
    st.lists(st.tuples(st.integers(0, len(SAMPLE)), st.integers(0, 12), st.binary(max_size=4)), max_size=6)
)
@examples(100)
def test_mutated_articles_give_an_extraction_or_a_record_error(edits: list[tuple[int, int, bytes]]) -> None:
    data = SAMPLE
    for start, length, new in edits:
        data = data[:start] + new + data[start + length :]
    outcome({"PMC1/a.nxml": data, "PMC1/f1.jpg": b"x"})


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real articles is not beside the repository")
def test_every_figure_and_table_of_the_corpus_is_accounted_for() -> None:
    seen = Counter[str]()
    for key, files in corpus():
        path = next(p for p in files if p.endswith(".nxml"))
        root = etree.fromstring(files[path])
        groups = [
            g for g in root.iter("{*}fig-group", "{*}table-wrap-group") if g.find("{*}caption") is not None
        ]
        found = extract(Paper(key, files))
        names = [f.pair_id for f in found.floats] + [r.pair_id for r in found.rejects]
        assert len(names) == len(set(names))
        assert len(names) == sum(1 for _ in root.iter("{*}fig", "{*}table-wrap")) + len(groups), key
        assert all(g.path in files for f in found.floats for g in f.graphics)
        assert all(f.caption and (f.graphics or f.table_html) for f in found.floats)
        seen.update(r.reason for r in found.rejects)
        seen["articles"] += 1
    assert seen["articles"] == 86
    assert set(seen) <= {"articles", "image_missing", "caption_missing", "caption_empty"}


def corpus() -> list[tuple[str, dict[str, bytes]]]:
    papers = [
        (f"pmc:{p.stem}", {p.name: p.read_bytes()}) for p in sorted((CORPUS / "jats_xml").glob("*.nxml"))
    ]
    for path in sorted((CORPUS / "pmc_oa").glob("*.tar.gz")):
        with tarfile.open(path) as tar:
            members = [(m.name, tar.extractfile(m)) for m in tar if m.isfile()]
            papers.append((f"pmc:{path.name.split('.')[0]}", {n: f.read() for n, f in members if f}))
    return papers
