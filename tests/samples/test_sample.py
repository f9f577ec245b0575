"""The sample that ships with the repository: its bytes, its archives, and the truth written about it."""

import gzip
import html
import io
import json
import re
import subprocess
import sys
import tarfile
from collections import Counter
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from PIL import Image

from curation.splits.split import SplitParameters, own_split
from curation.splits.twins import PaperIdentity, base_id
from samples import make_sample
from samples.figures import MEDIA
from schemas.pair import SUBCATEGORIES
from schemas.reject import REASONS

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
EXPECTED = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
PAPERS = {paper["paper"]: paper for paper in EXPECTED["papers"]}
MARKED_UP = [key for key in PAPERS if key.replace("arxiv:", "") not in make_sample.PDF_ONLY]
KAGGLE = {
    "id", "submitter", "authors", "title", "comments", "journal-ref", "doi", "report-no", "categories",
    "license", "abstract", "versions", "update_date", "authors_parsed",
}  # fmt: skip
PMC_JSON = {
    "pmcid", "version", "pmid", "doi", "title", "citation", "is_pmc_openaccess", "is_manuscript",
    "is_historical_ocr", "is_retracted", "license_code", "xml_url", "pdf_url", "text_url", "media_urls",
}  # fmt: skip


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    destination = tmp_path_factory.mktemp("sample") / "new" / "folder"
    make_sample.make_sample(destination)
    return destination


@pytest.fixture(scope="module")
def files() -> dict[str, dict[str, bytes]]:
    """Every file of each paper with floats, by path inside the paper."""
    return {key: make_sample.paper_files(key.replace(":", "/")) for key in PAPERS}


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def floats() -> list[tuple[str, dict[str, object]]]:
    return [(key, item) for key, paper in PAPERS.items() for item in paper["floats"]]


# --- packing -------------------------------------------------------------------------------------------


def test_another_process_packs_the_same_bytes(packed: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "samples.make_sample", str(tmp_path / "again")],
        cwd=ROOT,
        env={"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
        timeout=1500,
    )
    assert tree(tmp_path / "again") == tree(packed)
    assert make_sample.BULK_TAR in done.stdout
    assert "20 papers" in done.stdout


def test_a_destination_that_cannot_be_written_ends_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert make_sample.main([str(tmp_path / "file")]) == 1
    error = capsys.readouterr().err
    assert error.startswith("make_sample: cannot write") and error.count("\n") == 1


def test_committed_sample_is_text_and_small() -> None:
    paths = [p for p in SAMPLES.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    for path in paths:
        path.read_text(encoding="utf-8")
    assert sum(p.stat().st_size for p in paths) < 3_000_000


def test_bulk_tar_has_the_members_of_arxivs_own(packed: Path) -> None:
    with tarfile.open(packed / "arxiv" / make_sample.BULK_TAR) as tar:
        infos = tar.getmembers()
        members = {info.name: tar.extractfile(info).read() for info in infos}  # type: ignore[union-attr]
    assert {(i.mtime, i.uid, i.gid, i.uname) for i in infos} == {(make_sample.MTIME, 0, 0, "")}
    suffix = {name: ".pdf" if name in make_sample.PDF_ONLY else ".gz" for name in make_sample.bulk_names()}
    assert sorted(members) == sorted(f"2601/{name}{end}" for name, end in suffix.items())
    assert [i.name for i in infos] == sorted(members)
    for name in make_sample.PROJECTS:
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(members[f"2601/{name}.gz"])), mode="r:") as tar:
            assert any(n.endswith(".tex") for n in tar.getnames())
    for name in make_sample.SINGLE_FILES:
        text = gzip.decompress(members[f"2601/{name}.gz"])
        assert b"\\" in text or text.startswith(b"%auto-ignore")
        with pytest.raises(tarfile.TarError):
            tarfile.open(fileobj=io.BytesIO(text), mode="r:").close()
    for name in make_sample.TRUNCATED:
        with pytest.raises(EOFError):
            gzip.decompress(members[f"2601/{name}.gz"])
    for name in make_sample.PDF_ONLY:
        assert members[f"2601/{name}.pdf"].startswith(b"%PDF-")
    heads = {m[4:10] for n, m in members.items() if n.endswith(".gz")}
    assert heads == {
        b"\0\0\0\0\2\3"
    }  # no time, packed as small as can be, on Unix: whatever Python packed it


def test_packed_bytes_do_not_depend_on_the_python(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = make_sample.gzip_bytes(b"text")
    for system in (3, 255):  # what Python writes there before 3.13, and from then on
        other = whole[:9] + bytes([system]) + whole[10:]
        monkeypatch.setattr(gzip, "compress", lambda *_, other=other, **__: other)
        assert make_sample.gzip_bytes(b"text") == whole


def test_single_eprints_folder_and_pmc_layouts(packed: Path, files: dict[str, dict[str, bytes]]) -> None:
    for name in make_sample.EPRINTS:
        with tarfile.open(packed / "arxiv" / f"{name}.tar.gz", mode="r:gz") as tar:
            assert set(tar.getnames()) == set(files[f"arxiv:{name}"])
    for name in make_sample.FOLDERS:
        assert tree(packed / "arxiv" / name) == files[f"arxiv:{name}"]
    for name in make_sample.PMC_PACKAGES:
        with tarfile.open(packed / "pmc" / f"{name}.tar.gz", mode="r:gz") as tar:
            names = tar.getnames()
        assert {PurePosixPath(n).parts[0] for n in names} == {name}
        assert sum(n.endswith(".nxml") for n in names) == 1
    for name in make_sample.PMC_FOLDERS:
        found = tree(packed / "pmc" / name)
        record = json.loads(found[f"{name}.json"])
        assert f"{name}.xml" in found
        assert set(record) == PMC_JSON
        assert f"{record['pmcid']}.{record['version']}" == name
        media = {PurePosixPath(url).name for url in record["media_urls"]}
        assert media == set(found) - {f"{name}.json", f"{name}.xml"}


def test_metadata_is_in_the_kaggle_snapshots_form(packed: Path) -> None:
    rows = [json.loads(line) for line in (packed / "arxiv-metadata.jsonl").read_text().splitlines()]
    assert all(set(row) == KAGGLE for row in rows)
    papers = {*make_sample.bulk_names(), *make_sample.FOLDERS, *(e[:-2] for e in make_sample.EPRINTS)}
    assert {row["id"] for row in rows} == papers
    assert len({row["license"] for row in rows}) >= 5
    assert {row["authors"] for row in rows} == {"SciMMIR Builder sample papers"}
    (twin,) = (row for row in rows if row["doi"])
    assert (
        f'<article-id pub-id-type="doi">{twin["doi"]}<'
        in make_sample.paper_files("pmc/PMC9900038.2")["PMC9900038.2.xml"].decode()
    )


def test_the_latin_1_paper_is_not_utf_8(files: dict[str, dict[str, bytes]]) -> None:
    text = files["arxiv:2601.00017"]["ms.tex"]
    with pytest.raises(UnicodeDecodeError):
        text.decode("utf-8")
    assert "naïve expectation" in text.decode("latin-1")


# --- sources against the truth ---------------------------------------------------------------------------

NAMED = re.compile(
    r"\\(?:includegraphics|includesvg|plotone|plottwo|widegraphic|resultfigure|fig|begin\{pic\})"
    r"(?:\[[^\]]*\])?\{([^{}#\\]+)\}(?:\{([^{}]+\.pdf)\})?"
)
HREF = re.compile(r"<graphic [^>]*xlink:href=\"([^\"]+)\"")


def live_text(key: str, data: dict[str, bytes]) -> str:
    """Return the sources of a paper without comments, dead code and files that are not read."""
    texts = []
    for name, raw in data.items():
        if not name.endswith((".tex", ".xml", ".nxml")) or name.endswith("old_results.tex"):
            continue
        text = raw.decode("latin-1" if key == "arxiv:2601.00017" else "utf-8")
        if name.endswith(".tex"):
            text = re.sub(r"(?m)(?<!\\)%.*$", "", text.split("\\end{document}")[0])
            text = re.sub(r"(?s)\\iffalse.*?\\fi\b|\\begin\{(verbatim|lstlisting)\}.*?\\end\{\1\}", "", text)
        texts.append(text)
    return "\n".join(texts)


def images_of(paper: dict[str, object], *, missing: bool) -> set[str]:
    return {
        image
        for item in paper["floats"]  # type: ignore[attr-defined]
        for image in item["images"]
        if image != "typeset" and (item["outcome"] == "image_missing") == missing
    }


@pytest.mark.parametrize("key", MARKED_UP)
def test_every_graphic_named_exists_unless_it_is_said_to_be_missing(
    key: str, files: dict[str, dict[str, bytes]]
) -> None:
    data = files[key]
    stems = {PurePosixPath(name).stem.lower() for name in data}
    groups = (NAMED if key.startswith("arxiv") else HREF).findall(live_text(key, data))
    named = {n for g in groups for n in ([g] if isinstance(g, str) else g) if n}
    assert named or key == "arxiv:2601.00071"
    absent = {PurePosixPath(n).stem for n in named if PurePosixPath(n).stem.lower() not in stems}
    assert absent == images_of(PAPERS[key], missing=True)
    assert images_of(PAPERS[key], missing=False) <= set(data)


def test_every_graphics_file_belongs_to_a_float_or_is_a_thumbnail() -> None:
    for media in MEDIA:
        used = images_of(PAPERS[media.paper.replace("/", ":")], missing=False)
        thumbnail = media.path.endswith(".gif") and media.path.replace(".gif", ".jpg") in used
        assert media.path in used or thumbnail, media


@pytest.mark.parametrize("key", MARKED_UP)
def test_captions_of_the_truth_stand_in_the_source(key: str, files: dict[str, dict[str, bytes]]) -> None:
    text = live_text(key, files[key])
    if key.startswith("pmc"):
        text = html.unescape(re.sub(r"</?(?:italic|title|p)>", "", text))
    text = text.replace("--", "–").replace("\\si{\\percent}", "%").replace("\\model", "GateStream")
    text = " ".join(text.split())
    for item in PAPERS[key]["floats"]:
        if item["caption"]:
            assert " ".join(item["caption"].split()[:2]) in text, item


@pytest.mark.parametrize("key", MARKED_UP)
def test_counts_of_the_truth_agree_with_the_environments_of_the_source(
    key: str, files: dict[str, dict[str, bytes]]
) -> None:
    text = live_text(key, files[key])
    items = PAPERS[key]["floats"]
    panels = sum(item["panel"] is not None for item in items)
    if key.startswith("pmc"):
        found = len(re.findall(r"<(?:fig|fig-group|table-wrap)[ >]", text))
    else:
        whole = r"\\begin\{(?:(?:wrap)?figure|(?:sideways)?table|deluxetable|longtable|pic)\*?\}|\\captionof"
        macros = r"\\(?:resultfigure|fig)\{[a-z]|\\begin\{subfigure\}|\\subfloat\["
        # The paper's own macros hold an environment that is counted where they are called.
        defined = len(re.findall(r"\\new(?:command|environment)[^\n]*(?:\n[^\n]*)?\\begin\{figure", text))
        by_letter = sum(i.get("panels_from") == "letters" and i["panel"] is not None for i in items)
        found = len(re.findall(whole, text)) + len(re.findall(macros, text)) - defined + by_letter
    assert len(items) == found
    assert panels < len(items)


def test_the_caption_of_a_pdf_stands_in_its_text(files: dict[str, dict[str, bytes]]) -> None:
    for paper in make_sample.PDF_ONLY:
        (item,) = PAPERS[f"arxiv:{paper}"]["floats"]
        said = files[f"arxiv:{paper}"]["paper.txt"].decode()
        assert f"{item['label']}: {item['caption']}" in said


# --- the truth itself ------------------------------------------------------------------------------------


def test_reasons_and_classes_are_of_the_closed_lists() -> None:
    outcomes = Counter(item["outcome"] for _, item in floats())
    reasons = {*outcomes, *(r["reason"] for r in EXPECTED["paper_rejects"] + EXPECTED["removed"])} - {"pair"}
    assert reasons <= set(REASONS)
    assert {
        "drawn_in_tex", "image_missing", "caption_missing", "image_lfs_pointer", "image_empty", "image_blank",
        "tex_not_latex", "paper_withdrawn", "archive_unreadable", "xml_invalid",
        "duplicate_exact", "duplicate_near", "contaminated",
    } <= reasons  # fmt: skip
    classes = Counter(item["class"] for _, item in floats() if item["outcome"] == "pair")
    assert set(classes) == set(SUBCATEGORIES)
    assert min(classes.values()) >= 5
    for _, item in floats():
        assert str(item["class"]).startswith({"figure": "fig_", "table": "table_"}[str(item["kind"])])


def test_every_paper_is_accounted_for() -> None:
    arxiv = {*make_sample.bulk_names(), *make_sample.EPRINTS, *make_sample.FOLDERS}
    pmc = {*make_sample.PMC_PACKAGES, *make_sample.PMC_FOLDERS}
    named = set(PAPERS) | {reject["paper"] for reject in EXPECTED["paper_rejects"]}
    assert named == {f"arxiv:{p}" for p in arxiv} | {f"pmc:{p}" for p in pmc}
    assert not set(PAPERS) & {reject["paper"] for reject in EXPECTED["paper_rejects"]}


def test_each_split_gets_figures_and_tables() -> None:
    names = {key: re.sub(r"v\d$|\.\d$", "", key.split(":")[1]) for key in PAPERS}
    identities = [
        PaperIdentity(paper_key=key, source=key.split(":")[0], paper_id=name) for key, name in names.items()
    ]
    parameters = SplitParameters()
    splits = {p.paper_key: own_split(base_id(p), parameters=parameters) for p in identities}
    assert 0.7 <= Counter(splits.values())["train"] / len(splits) <= 0.85
    for split in ("validation", "test"):
        kinds = [{i["kind"] for i in PAPERS[key]["floats"]} for key, name in splits.items() if name == split]
        assert {"figure", "table"} in kinds
    for twins in EXPECTED["twins"]:
        assert len({splits[key] for key in twins}) == 1  # so that the twins do not pull each other along


def test_archives_of_the_truth_exist(packed: Path) -> None:
    for entry in EXPECTED["papers"] + EXPECTED["paper_rejects"]:
        assert (packed / entry["archive"]).exists(), entry["archive"]


def test_readme_counts_agree_with_the_truth() -> None:
    rows = re.findall(
        r"(?m)^\| `((?:arxiv|pmc):[^`]+)` \|.*\| (\d+) \| (\d+) \| ([^|]*) \|$",
        (SAMPLES / "README.md").read_text(encoding="utf-8"),
    )
    told = {key: (int(found), int(pairs), reasons.strip()) for key, found, pairs, reasons in rows}
    truth = {}
    for key, paper in PAPERS.items():
        bad = Counter(i["outcome"] for i in paper["floats"] if i["outcome"] != "pair")
        text = ", ".join(f"{reason} ×{n}" if n > 1 else reason for reason, n in sorted(bad.items()))
        truth[key] = (len(paper["floats"]), len(paper["floats"]) - sum(bad.values()), text)
    for reject in EXPECTED["paper_rejects"]:
        truth[reject["paper"]] = (0, 0, f"the paper: {reject['reason']}")
    assert told == truth


def test_captions_that_no_float_may_carry_do_stand_in_the_files() -> None:
    keys = [path.relative_to(SAMPLES / "sources").as_posix() for path in (SAMPLES / "sources").glob("*/*/")]
    everything = " ".join(
        " ".join(data.decode("latin-1").split())
        for key in keys
        for name, data in make_sample.paper_files(key).items()
        if name.endswith((".tex", ".nxml"))
    )
    for caption in EXPECTED["absent_captions"]:
        assert caption in everything
        assert not any(str(item["caption"]).startswith(caption) for _, item in floats())


# --- duplicates and contamination --------------------------------------------------------------------------


def small(data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    with Image.open(io.BytesIO(data)) as image:
        grey = np.asarray(image.convert("L").resize((48, 48)), dtype=float)
    centred: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = (grey - grey.mean()) / grey.std()
    return centred


def alike(a: bytes, b: bytes) -> float:
    return float((small(a) * small(b)).mean())


def member_file(member: dict[str, str], files: dict[str, dict[str, bytes]]) -> bytes | None:
    (item,) = (
        i for i in PAPERS[member["paper"]]["floats"] if i["label"] == member["label"] and not i["panel"]
    )
    return None if item["images"] == ["typeset"] else files[member["paper"]][item["images"][0]]


def test_exact_duplicates_are_the_same_file(files: dict[str, dict[str, bytes]]) -> None:
    pairs = [entry["members"] for entry in EXPECTED["removed"] if entry["reason"] == "duplicate_exact"]
    assert len(pairs) == 4
    for first, second in pairs:
        if member_file(first, files) is None:  # a table: the same markup
            assert (
                files[first["paper"]]["tables/settings.tex"] == files[second["paper"]]["tables/settings.tex"]
            )
        else:
            assert member_file(first, files) == member_file(second, files)


def test_near_duplicate_and_contaminated_figure_are_other_files_that_look_the_same(
    files: dict[str, dict[str, bytes]],
) -> None:
    benchmark = make_sample.benchmark_images()
    (near,) = (entry["members"] for entry in EXPECTED["removed"] if entry["reason"] == "duplicate_near")
    a, b = (member_file(member, files) for member in near)
    assert a is not None and b is not None and a != b and alike(a, b) > 0.97
    (leak,) = (entry for entry in EXPECTED["removed"] if entry["reason"] == "contaminated")
    figure = member_file(leak["members"][0], files)
    assert figure is not None and alike(figure, benchmark[leak["benchmark_image"]]) > 0.97
    assert figure != benchmark[leak["benchmark_image"]]
    others = [data for name, data in benchmark.items() if name != leak["benchmark_image"]]
    rasters = [d for f in files.values() for n, d in f.items() if n.endswith((".jpg", ".gif")) and d]
    assert others and all(alike(other, raster) < 0.9 for other in others for raster in rasters)
