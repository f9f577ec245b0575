"""Search in words over a release: on the page, on the command line, and as a table beside SQL."""

import html
import json
import re
import threading
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from small_embeddings import PARAMETERS, write_embeddings
from small_release import VERSION, pair, write_release
from starlette.testclient import TestClient
from typer.testing import CliRunner

from curation.embeddings.embedder import load_embedder
from scimmir.cli import app
from serve.app import make_app
from serve.release import Copies, Filter, open_release, open_similar, parse_filter
from serve.release import similar as similar_module
from serve.search import search as module
from serve.search.search import Search

COUNT = 30
ROOT = f"/{VERSION}"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release whose figures were read by OCR, with vectors of its pictures."""
    folder = tmp_path_factory.mktemp("warehouse")
    release = write_release(folder, count=COUNT)
    for path in release.glob("pairs/*/*.parquet"):
        table = pq.ParquetFile(path).read()
        place = table.schema.get_field_index("ocr_text")
        read = [
            "wavelength <b>nm</b>" if n.endswith("figure-8") else text
            for n, text in zip(
                table.column("pair_id").to_pylist(), table.column("ocr_text").to_pylist(), strict=True
            )
        ]
        field = table.schema.field(place)
        pq.write_table(table.set_column(place, field, [read]), path)
    manifest = {  # it states no sizes, which have changed
        "version": VERSION,
        "stages": {"embed": "3"},
        "stage_parameters": {"embed": PARAMETERS},
        "parameters": {"embedder": "descriptor"},
    }
    (release / "manifest.json").write_text(json.dumps(manifest))
    write_embeddings(folder, range(COUNT), "a" * 32)
    return folder


@pytest.fixture(scope="module")
def client(warehouse: Path) -> TestClient:
    index = open_release(warehouse / "releases" / VERSION)
    return TestClient(make_app(index, open_similar(index, warehouse, None)), base_url="http://127.0.0.1")


def listed(page: str) -> list[str]:
    return re.findall(r'class="card"><a href="/[^/"]+/pairs/([^"?]+)', page)


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_the_page_finds_by_words_and_says_why(client: TestClient) -> None:
    page = client.get(f"{ROOT}/pairs", params={"find": "wavelengths of attention"}).text
    assert listed(page)[0] == pair(7).pair_id
    first = page.split('class="card"')[1]
    assert "caption: attention" in text_of(first)
    assert "words in the picture: wavelength <b>nm" in text_of(first)  # as text, not as markup
    assert "<b>nm</b>" not in page and "<mark>wavelength</mark>" in page
    assert re.search(r"The \d+ best of", text_of(page))


def test_filters_phrases_and_pages_narrow_what_is_found(client: TestClient) -> None:
    page = client.get(f"{ROOT}/pairs", params={"find": 'effect "attention weights"', "source": "arxiv"}).text
    assert listed(page) == [pair(7).pair_id]
    page = client.get(f"{ROOT}/pairs", params={"find": "effect -figure", "class": "table_result"}).text
    assert set(listed(page)) == {pair(n).pair_id for n in range(COUNT) if n % 5 == 3}
    page = client.get(f"{ROOT}/pairs", params={"find": "effect", "page": "2"}).text
    assert len(listed(page)) == COUNT - 24 and "mention:" in text_of(page)
    assert "No pair has any of these words" in client.get(f"{ROOT}/pairs", params={"find": "zzz"}).text


def test_the_next_pair_is_the_next_found(client: TestClient) -> None:
    page = client.get(f"{ROOT}/pairs", params={"find": "loss of steps"}).text
    link = html.unescape(re.search(r'class="card"><a href="([^"]+)"', page)[1])
    following = re.search(r'rel="next" href="/[^/]+/pairs/([^"?]+)', client.get(link).text)
    assert following[1] == listed(page)[1]


def test_find_is_written_as_what_pairs_are_near_to() -> None:
    wanted = parse_filter([("find", "  loss   curve "), ("class", "fig_result")])
    assert wanted.like == "text:loss curve" and parse_filter([("find", " ")]).like == ""
    assert parse_filter([("like", wanted.like), ("class", "fig_result")]) == wanted


class Reading:
    """The descriptor, with texts whose number names the pair that they look like."""

    parts = 1
    real = load_embedder("descriptor")
    embed = staticmethod(real.embed)

    @classmethod
    def embed_texts(cls, texts: list[str]) -> np.ndarray:
        return cls.real.embed([pair(int(re.search(r"\d+", text)[0])).image["bytes"] for text in texts])


@pytest.fixture
def reading(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> Search:
    monkeypatch.setattr(similar_module, "load_embedder", lambda spec: Reading())
    monkeypatch.setattr(similar_module, "text_embedder_identity", lambda spec: "reading")
    index = open_release(warehouse / "releases" / VERSION)
    return Search(index, open_similar(index, warehouse, None))


def test_words_and_pictures_are_fused(reading: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    near = reading.nearest(Filter(like="text:attention 29"))
    assert {0, 5, 10} <= set(near.positions[:8])  # captions with the word come before what only looks alike
    looks = reading.similar.nearest_to(reading.similar.vector("text:29"), Filter(), COUNT).positions[0]
    alone = reading.nearest(Filter(like="text:zzz 29"))
    assert looks in alone.positions
    reasons = reading.reasons(Filter(like="text:zzz 29"), alone, 0, COUNT)
    assert any(str(reason).startswith("near in picture (1.00)") for reason in reasons[looks])
    monkeypatch.setattr(module, "PICTURE_WEIGHT", 50.0)
    other = Search(reading._index, reading.similar)
    assert other.nearest(Filter(like="text:attention 29")).positions[0] == looks
    strict = other.nearest(Filter(like='text:"attention blocks" 29'))
    assert {reading._index.position(pair(n).pair_id) for n in range(0, COUNT, 5)} == set(strict.positions)


def test_the_index_is_kept_and_mended(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = Copies(tmp_path / "cache")
    index = open_release(warehouse / "releases" / VERSION)
    made: list[Path] = []
    real = module.build_words
    monkeypatch.setattr(
        module, "build_words", lambda texts, folder: (made.append(folder), real(texts, folder))[1]
    )
    wanted = Filter(like="text:loss of steps")

    def positions() -> tuple[int, ...]:
        return Search(index, open_similar(index, tmp_path, None), copies).nearest(wanted).positions

    first = positions()
    assert first and positions() == first and len(made) == 1
    (entry,) = copies.folder.iterdir()
    (entry / "meta.json").write_text("{")
    assert positions() == first and len(made) == 2


def test_an_end_of_the_page_ends_the_index(warehouse: Path, tmp_path: Path) -> None:
    stopped = threading.Event()
    stopped.set()
    index = open_release(warehouse / "releases" / VERSION)
    search = Search(index, open_similar(index, tmp_path, None), Copies(tmp_path / "cache"))
    with pytest.raises(InterruptedError):
        search.prepare(stopped)
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_release_of_earlier_code_lacks_columns(tmp_path: Path) -> None:
    release = write_release(tmp_path, count=15)
    for path in release.glob("pairs/*/*.parquet"):
        pq.write_table(pq.ParquetFile(path).read().drop_columns(["parent_caption", "ocr_text"]), path)
    index = open_release(release)
    found = Search(index, open_similar(index, tmp_path, None)).hits(Filter(like="text:learning rates"), 3)
    assert found and found[0].reasons[0].title == "caption"


def call(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments))
    if done.exception is not None:
        raise done.exception
    return done.output


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_the_command_prints_pairs_with_their_reasons(warehouse: Path, cache: None, tmp_path: Path) -> None:
    place = ("-w", str(warehouse))
    shown = call("search", "wavelength attention", *place, "--count", "2")
    assert shown.startswith(f"1. {pair(7).pair_id}  Figure 8\n")
    assert "\n   - caption: attention\n   - words in the picture: wavelength" in shown
    rows = json.loads(call("search", "effect", *place, "--only", "class=table_result", "--format", "json"))
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1)) and len(rows) == COUNT // 5
    assert all(row["reasons"] == ["mention: effect"] for row in rows)
    (tmp_path / "x.png").write_bytes(pair(11).image["bytes"])
    rows = json.loads(call("search", *place, "--image", str(tmp_path / "x.png"), "--format", "json"))
    assert rows[0]["pair_id"] == pair(11).pair_id and rows[0]["reasons"] == ["near in picture (1.00)"]
    assert call("search", "zzz", *place) == "no pair was found\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "say what to search for"),
        (["loss", "--only", "colour=red"], "'colour=red' is no filter"),
        (["loss", "--only", "class"], "'class' is no filter"),
        (["--image", "PICTURE"], "is no picture that can be read"),
    ],
)
def test_wrong_searches_are_one_sentence(
    warehouse: Path, cache: None, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    (tmp_path / "no.png").write_bytes(b"no picture")
    stated = [str(tmp_path / "no.png") if name == "PICTURE" else name for name in arguments]
    done = CliRunner().invoke(app, ["search", *stated, "-w", str(warehouse)])
    assert sentence in str(done.exception)


def test_sql_reads_what_is_found_as_a_table(warehouse: Path, cache: None) -> None:
    sql = (
        "SELECT rank, pair_id, subcategory, reasons FROM found JOIN pairs USING (pair_id)"
        " WHERE kind = 'figure' ORDER BY rank LIMIT 1"
    )
    (row,) = json.loads(
        call("query", sql, "-w", str(warehouse), "--search", "wavelength", "--format", "json")
    )
    assert (row["rank"], row["pair_id"]) == (1, pair(7).pair_id)
    assert row["reasons"] == ["words in the picture: wavelength"]
    nothing = call(
        "query", "SELECT count(*) AS n FROM found", "-w", str(warehouse), "--search", "zzz", "--format", "csv"
    )
    assert nothing.split() == ["n", "0"]
