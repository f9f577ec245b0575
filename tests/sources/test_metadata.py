"""The Kaggle snapshot's JSON lines."""

from pathlib import Path

import pytest

from sources.inventory import InputError
from sources.metadata import ArxivMetadata, read_metadata

LINES = """\
{"id":"0704.0001","title":"A  study\\n of things","categories":"cs.LG math.AG","abstract":"  We study\\n$x$.\\n  Then more.\\n","doi":"10.5555/ABC","journal-ref":"J. X 1","license":"http://creativecommons.org/licenses/by/4.0/","versions":[{"version":"v1","created":"Mon, 2 Apr 2007 19:18:42 GMT"},{"version":"v2","created":"Tue, 24 Jul 2007 20:10:27 GMT"}]}
{"id":"0704.0002","title":"Not wanted, and so never parsed", broken

{"title":"Keys in another order","id":"astro-ph/0001001","categories":"astro-ph","license":null,"versions":[]}
"""


def test_wanted_papers_are_read(tmp_path: Path) -> None:
    path = tmp_path / "metadata.jsonl"
    path.write_text(LINES)
    assert read_metadata(path, {"0704.0001", "astro-ph/0001001"}) == {
        "0704.0001": ArxivMetadata(
            title="A study of things",
            abstract="We study $x$.\nThen more.",
            categories=("cs.LG", "math.AG"),
            doi="10.5555/abc",
            journal="J. X 1",
            published="2007-04-02",
            latest_version=2,
            license_url="http://creativecommons.org/licenses/by/4.0/",
        ),
        "astro-ph/0001001": ArxivMetadata(
            "Keys in another order", None, ("astro-ph",), None, None, None, None, None
        ),
    }


@pytest.mark.parametrize("text", ['{"id":"1", broken', "[1]\n", '"text"\n'])
def test_a_broken_line_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "metadata.jsonl"
    path.write_text(text)
    with pytest.raises(InputError, match=r"metadata\.jsonl, line 1"):
        read_metadata(path, {"1"})


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        read_metadata(tmp_path / "nowhere.jsonl", set())


@pytest.mark.parametrize(
    "line",
    [
        '{"id":"1","versions":{"a":1}}',
        '{"id":"1","versions":5}',
        '{"id":"1","title":"\\ud800","categories":7}',
        '{"id":"1","versions":[{"created":"Mon, 2 Apr 99999999999999999999 19:18:42 GMT"}]}',
        '{"x":1,"id":[1]}\n{"id":"1"}',
    ],
)
def test_odd_values_cost_their_field(tmp_path: Path, line: str) -> None:
    path = tmp_path / "metadata.jsonl"
    path.write_text(line)
    found = read_metadata(path, {"1"})["1"]
    assert (found.published, found.doi, found.license_url) == (None, None, None)
    assert (found.title or "").encode() in (b"", b"?")


def test_deep_nesting_is_named(tmp_path: Path) -> None:
    path = tmp_path / "metadata.jsonl"
    path.write_text('{"id":"1","x":' + "[" * 100_000)
    with pytest.raises(InputError, match="line 1"):
        read_metadata(path, {"1"})
