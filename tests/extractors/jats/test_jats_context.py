"""What an article says around its floats: the abstract, and the sections in which mentions stand."""

import pytest

from extractors.jats import extract
from schemas.floats import Extraction
from schemas.paper import Paper


def read(meta: str = "", body: str = "") -> Extraction:
    article = (
        '<article xmlns:xlink="http://www.w3.org/1999/xlink" xml:lang="en">'
        f"<front><article-meta>{meta}</article-meta></front><body>{body}</body></article>"
    )
    return extract(Paper("pmc:PMC7", {"PMC7/a.nxml": article.encode(), "PMC7/f1.jpg": b""}))


ABSTRACTS = {
    "paragraphs": (
        "<abstract><title>Abstract</title><p>One <italic>b</italic>.</p><p>Two.</p></abstract>",
        "One b.\nTwo.",
    ),
    "structured": (
        "<abstract><sec><title>Background</title><p>One.</p><p>More.</p></sec>"
        "<sec><title>Why?</title><sec><title>Inner:</title><p>Two.</p></sec></sec></abstract>",
        "Background: One.\nMore.\nInner: Two.",
    ),
    "bare text": ("<abstract>Words alone.</abstract>", "Words alone."),
    "beside a graphical one": (
        '<abstract abstract-type="graphical"><p>Look.</p></abstract><abstract><p>Words.</p></abstract>',
        "Words.",
    ),
    "beside a teaser": (
        '<abstract abstract-type="teaser"><p>Read!</p></abstract><abstract><p>Words.</p></abstract>',
        "Words.",
    ),
    "teaser alone": ('<abstract abstract-type="teaser"><p>Read!</p></abstract>', "Read!"),
    "in the article's language": (
        '<abstract xml:lang="fr"><p>Mots.</p></abstract><abstract xml:lang="en"><p>Words.</p></abstract>',
        "Words.",
    ),
    "with its own address": (
        '<abstract><p>Words.</p><p>DOI: <ext-link xlink:href="http://x.org/1">http://x.org/1</ext-link></p></abstract>',
        "Words.",
    ),
    "with a figure": ("<abstract><fig><caption><p>C.</p></caption></fig><p>Words.</p></abstract>", "Words."),
    "with a list": ("<abstract><list><list-item><p>One</p></list-item></list></abstract>", "One"),
    "empty": ("<abstract><p/></abstract>", None),
    "none": ("", None),
}


@pytest.mark.parametrize(("meta", "expected"), ABSTRACTS.values(), ids=ABSTRACTS.keys())
def test_abstracts(meta: str, expected: str | None) -> None:
    header = read(meta).header
    assert (header.abstract, header.abstract_source) == (expected, "jats" if expected else None)


def test_mentions_carry_the_titles_of_their_sections() -> None:
    see = '<xref ref-type="fig" rid="F1">Fig 1</xref>'
    body = (
        f"<p>First {see}.</p><sec><title>Results <italic>x</italic></title><p>In {see}.</p>"
        f"<sec><p>Deeper {see}.</p></sec><sec><title>Sheep</title><p>Deepest {see}.</p></sec></sec>"
        '<fig id="F1"><label>Fig 1</label><caption><p>C.</p></caption><graphic xlink:href="f1"/></fig>'
    )
    (found,) = read(f"<abstract><p>Even here {see}.</p></abstract>", body).floats
    assert dict(zip(found.mentions, found.mention_sections, strict=True)) == {
        "Even here Fig 1.": "Abstract",
        "First Fig 1.": "",
        "In Fig 1.": "Results x",
        "Deeper Fig 1.": "Results x",
        "Deepest Fig 1.": "Results x › Sheep",
    }
