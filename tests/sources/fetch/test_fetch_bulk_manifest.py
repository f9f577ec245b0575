"""The manifest of arXiv's bulk tars, and which tars a selection takes from it."""

from pathlib import Path

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from loopback_s3 import manifest_of

from sources.fetch.arxiv.manifest import BulkSelection, ManifestError, month_of, parse_manifest, select_tars

FIRST, SECOND, OLD = "src/arXiv_src_2601_001.tar", "src/arXiv_src_2601_002.tar", "src/arXiv_src_9912_001.tar"
TARS = {
    FIRST: ("2601", "2601.00001", "2601.00500", b"first"),
    SECOND: ("2601", "2601.00501", "2601.01000", b"second"),
    OLD: ("9912", "astro-ph9912001", "hep-th9912999", b"old"),
}


def test_months_sort_by_century() -> None:
    assert [month_of(yymm) for yymm in ("9108", "9912", "0001", "2601")] == [
        "1991-08",
        "1999-12",
        "2000-01",
        "2026-01",
    ]
    assert [month_of(yymm) for yymm in ("", "2613", "2600", "26", "٢٦٠١")] == [None] * 5
    tars = parse_manifest(manifest_of(TARS)).tars
    assert [tar.name for tar in tars] == [OLD, FIRST, SECOND]


def test_a_manifest_entry_that_leads_out_of_the_archive_is_not_used() -> None:
    evil = {
        "../../etc/passwd": ("2601", "a", "b", b"x"),
        "src/../../x.tar": ("2601", "a", "b", b"x"),
        "/src/arXiv_src_2601_001.tar": ("2601", "a", "b", b"x"),
        FIRST: TARS[FIRST],
    }
    manifest = parse_manifest(manifest_of(evil))
    assert [tar.name for tar in manifest.tars] == [FIRST]
    assert len(manifest.unusable) == 3


def test_entities_of_a_manifest_are_not_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(FIRST)
    xml = manifest_of({FIRST: TARS[FIRST]}).replace(
        b"<arXivSRC>", f"<!DOCTYPE a [<!ENTITY e SYSTEM '{secret.as_uri()}'>]><arXivSRC>".encode()
    )
    manifest = parse_manifest(xml.replace(FIRST.encode(), b"&e;"))
    assert manifest.tars == () and len(manifest.unusable) == 1


@pytest.mark.parametrize("xml", [b"", b"<arXivSRC><file>", b"<html/>"], ids=["empty", "cut", "html"])
def test_what_is_no_manifest_is_a_sentence(xml: bytes) -> None:
    with pytest.raises(ManifestError, match="manifest"):
        parse_manifest(xml)


@examples(100)
@given(data=st.binary(max_size=60), cut=st.integers(min_value=0, max_value=600))
def test_any_bytes_are_a_manifest_or_a_sentence(data: bytes, cut: int) -> None:
    whole = manifest_of(TARS)
    try:
        manifest = parse_manifest(whole[:cut] + data + whole[cut:])
    except ManifestError:
        return
    assert all(tar.size >= 0 and ".." not in tar.name for tar in manifest.tars)


@pytest.mark.parametrize(
    ("selection", "wanted"),
    [
        (BulkSelection(), [OLD, FIRST, SECOND]),
        (BulkSelection(months=("1999-12",)), [OLD]),
        (BulkSelection(since="2000-01"), [FIRST, SECOND]),
        (BulkSelection(until="2025-12-31"), [OLD]),
        (BulkSelection(since="2026-01-15", until="2026-01-20"), [FIRST, SECOND]),
        (BulkSelection(items=("2601.00500v2",)), [FIRST]),
        (BulkSelection(items=("arXiv:2601.00501",)), [SECOND]),
        (BulkSelection(items=("hep-ph/9912345", "2601.00002")), [OLD, FIRST]),
        (BulkSelection(items=("gr-qc9912001",)), [OLD]),
        (BulkSelection(items=("math.AG/9912001",)), []),
        (BulkSelection(items=("arXiv_src_2601_002.tar",)), [SECOND]),
        (BulkSelection(items=("2601.00500",), until="2020-01"), []),
    ],
)
def test_what_a_selection_takes(selection: BulkSelection, wanted: list[str]) -> None:
    tars, missing = select_tars(parse_manifest(manifest_of(TARS)), selection)
    assert [tar.name for tar in tars] == wanted
    assert len(missing) == (not wanted)


@pytest.mark.parametrize(
    ("selection", "sentence"),
    [
        (BulkSelection(months=("2601",)), "no month or date"),
        (BulkSelection(months=("2026-02",)), "no tar of 2026-02; its last month is 2026-01"),
        (BulkSelection(since="2026-02", until="2026-01"), "exchange the two"),
        (BulkSelection(items=("a paper",)), "no arXiv id and no bulk tar"),
    ],
)
def test_a_wrong_selection_is_a_sentence(selection: BulkSelection, sentence: str) -> None:
    with pytest.raises(ManifestError, match=sentence):
        select_tars(parse_manifest(manifest_of(TARS)), selection)
