"""Golden cases for what a JATS article says of itself."""

import json

import pytest

from extractors.jats import extract
from schemas.paper import Paper, PaperHeader

META = """
<journal-meta><journal-title-group><journal-title>Journal of Examples</journal-title></journal-title-group>
</journal-meta><article-meta>
<article-id pub-id-type="pmid">123</article-id><article-id pub-id-type="pmc">7654321</article-id>
<article-id pub-id-type="doi">10.1234/ABC.Def</article-id>
<article-categories><subj-group subj-group-type="heading"><subject>Research Article</subject></subj-group>
<subj-group><subject>Biology</subject><subj-group><subject>Ecology</subject></subj-group></subj-group>
</article-categories>
<title-group><article-title>The growth of <italic>E. coli</italic> at 10<sup>3</sup> m
<xref ref-type="fn" rid="n1"/></article-title><subtitle>A study</subtitle>
<trans-title-group xml:lang="fr"><trans-title>La croissance</trans-title></trans-title-group></title-group>
<pub-date pub-type="ppub"><month>4</month><year>2021</year></pub-date>
<pub-date pub-type="epub"><day>9</day><month>Mar</month><year>2021</year></pub-date>
<pub-date pub-type="pmc-release"><year>2020</year></pub-date>
<permissions><license license-type="open-access" xlink:href="http://creativecommons.org/licenses/by/4.0/">
<license-p>Free to use.</license-p></license></permissions></article-meta>
"""


def header(meta: str, attributes: str = "", files: dict[str, bytes] | None = None) -> PaperHeader:
    article = (
        f'<article xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'xmlns:ali="http://www.niso.org/schemas/ali/1.0/" '
        f"{attributes}><front>{meta}</front></article>"
    )
    return extract(Paper("pmc:PMC1.2", {"PMC1.2/PMC1.2.xml": article.encode(), **(files or {})})).header


def in_meta(inner: str, attributes: str = "") -> PaperHeader:
    return header(f"<article-meta>{inner}</article-meta>", attributes)


def test_a_header_whole() -> None:
    assert header(META, 'article-type="research-article" xml:lang="EN"') == PaperHeader(
        paper_key="pmc:PMC1.2",
        title="The growth of E. coli at 10³ m: A study",
        categories=("Research Article", "Biology", "Ecology"),
        doi="10.1234/abc.def",
        pmid="123",
        pmcid="PMC7654321",
        journal="Journal of Examples",
        published="2021-03-09",
        language="en",
        article_type="research-article",
        is_retracted=False,
        license_url="http://creativecommons.org/licenses/by/4.0/",
        license_text="Free to use.",
        main_file="PMC1.2/PMC1.2.xml",
    )


def test_an_article_that_says_nothing_has_a_header() -> None:
    assert in_meta("") == PaperHeader(
        paper_key="pmc:PMC1.2",
        categories=(),
        pmcid="PMC1",
        is_retracted=False,
        main_file="PMC1.2/PMC1.2.xml",
    )


def sidecar(**fields: object) -> dict[str, bytes]:
    return {"PMC1.2/PMC1.2.json": json.dumps({"pmcid": "PMC1", "version": 2, **fields}).encode()}


def test_the_json_beside_supplies_what_the_article_lacks() -> None:
    files = sidecar(pmid=987, doi="10.5/X", title="From the record", license_code="TDM", is_retracted=True)
    found = header("<article-meta/>", files=files)
    assert (found.pmid, found.doi, found.title) == ("987", "10.5/x", "From the record")
    assert (found.license_text, found.license_url, found.is_retracted) == ("TDM", None, True)


def test_the_article_comes_before_the_json_beside_it() -> None:
    files = sidecar(
        pmid=987, doi="10.5/X", title="From the record", license_code="CC BY-NC", is_retracted=False
    )
    found = header(META, files=files)
    assert (found.pmid, found.doi, found.license_text) == ("123", "10.1234/abc.def", "Free to use.")
    assert found.title == "The growth of E. coli at 10³ m: A study"


@pytest.mark.parametrize(
    "data",
    [b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b"null"],
    ids=["open", "list", "utf-16", "deep", "null"],
)
def test_a_broken_json_costs_nothing(data: bytes) -> None:
    assert header(META, files={"PMC1.2/PMC1.2.json": data}).pmid == "123"


@pytest.mark.parametrize(
    ("permissions", "url", "text"),
    [
        (
            '<license><ali:license_ref>https://creativecommons.org/licenses/by/4.0/</ali:license_ref>'
            "<license-p>W.</license-p></license>",
            "https://creativecommons.org/licenses/by/4.0/",
            "https://creativecommons.org/licenses/by/4.0/ W.",
        ),
        (
            '<license><license-p>Under <ext-link xlink:href="http://creativecommons.org/licenses/by/2.0">CC</ext-link>.'
            "</license-p></license>",
            "http://creativecommons.org/licenses/by/2.0",
            "Under CC.",
        ),
        (
            "<license><p>See (http://creativecommons.org/licenses/by-nc/3.0/), please.</p></license>",
            "http://creativecommons.org/licenses/by-nc/3.0/",
            "See (http://creativecommons.org/licenses/by-nc/3.0/), please.",
        ),
        ("<license><p>CC Attribution License.</p></license>", None, "CC Attribution License."),
        (
            "<copyright-statement>A. Distributed under a Creative Commons License.</copyright-statement>",
            None,
            "A. Distributed under a Creative Commons License.",
        ),
        ("<copyright-statement>All rights reserved</copyright-statement>", None, None),
        (
            "<ali:free_to_read/><ali:license_ref>http://x.example/l</ali:license_ref>",
            "http://x.example/l",
            None,
        ),
    ],
)  # fmt: skip
def test_licences_wherever_they_stand(permissions: str, url: str | None, text: str | None) -> None:
    for inner in (f"<permissions>{permissions}</permissions>", permissions):
        found = in_meta(inner)
        assert (found.license_url, found.license_text) == (url, text)


@pytest.mark.parametrize(
    ("attributes", "inner", "retracted"),
    [
        ('article-type="retraction"', '<related-article related-article-type="retracted-article"/>', False),
        ('article-type="retracted-article"', "", True),
        ("", '<related-article related-article-type="retraction-forward"/>', True),
        ("", '<related-article related-article-type="companion"/>', False),
        (
            "",
            "<title-group><article-title>RETRACTED: Cells grow</article-title></title-group>",
            True,
        ),
        ("", "<title-group><article-title>Retracted lobes of birds</article-title></title-group>", False),
        ("", '<history><date date-type="retracted"><year>2020</year></date></history>', True),
    ],
)
def test_retraction(attributes: str, inner: str, retracted: bool) -> None:
    assert in_meta(inner, attributes).is_retracted is retracted


@pytest.mark.parametrize(
    ("dates", "published"),
    [
        ('<pub-date pub-type="collection"><year>2019</year></pub-date>', "2019"),
        ('<pub-date date-type="pub" iso-8601-date="2020-02-03"><year>2020</year></pub-date>', "2020-02-03"),
        ("<pub-date><month>February</month><year>2020</year></pub-date>", "2020-02"),
        ("<pub-date><season>Spring</season><year>2020</year></pub-date>", "2020"),
        ("<pub-date><day>41</day><month>13</month><year>2020</year></pub-date>", "2020"),
        ("<pub-date><string-date>Published in May 2018</string-date></pub-date>", "2018"),
        ('<pub-date pub-type="pmc-release"><year>2020</year></pub-date>', None),
        ("<pub-date><year>MMXX</year></pub-date>", None),
    ],
)
def test_dates_as_precise_as_stated(dates: str, published: str | None) -> None:
    assert in_meta(dates).published == published


@pytest.mark.parametrize(
    ("stated", "tag"), [("EN", "en"), ("pt_br", "pt-BR"), ("zh-Hans", "zh-Hans"), ("?", None), ("", None)]
)
def test_languages(stated: str, tag: str | None) -> None:
    assert in_meta("", f'xml:lang="{stated}"').language == tag


def test_a_translated_title_stands_in_for_a_missing_one() -> None:
    inner = "<title-group><article-title/><trans-title>Only this</trans-title></title-group>"
    assert in_meta(inner).title == "Only this"
