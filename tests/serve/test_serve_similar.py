"""Search by image, text and pair over the embeddings that a build leaves in its stages."""

import dataclasses
import html
import json
import re
from pathlib import Path

import numpy as np
import pytest
from small_embeddings import PARAMETERS, write_embeddings
from small_release import VERSION, pair, write_release
from starlette.testclient import TestClient

from curation.embeddings.embedder import EmbedderError, load_embedder
from serve.app import make_app
from serve.release import similar
from serve.release.filters import Filter
from serve.release.index import ReleaseIndex, open_release
from serve.release.similar import open_similar
from serve.release.vectors import Vectors

ROOT = f"/{VERSION}"
COUNT = 30


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("warehouse")
    release = write_release(folder, count=COUNT)
    manifest = json.loads((release / "manifest.json").read_text())
    manifest["stage_parameters"] = {"embed": PARAMETERS}
    manifest["stages"]["embed"] = "3"
    manifest["parameters"]["embedder"] = "descriptor"
    (release / "manifest.json").write_text(json.dumps(manifest))
    write_embeddings(folder, range(0, 12), "a" * 32)
    write_embeddings(folder, range(12, COUNT - 1), "b" * 32)  # the last pair has none
    return folder


@pytest.fixture(scope="module")
def index(warehouse: Path) -> ReleaseIndex:
    return open_release(warehouse / "releases" / VERSION)


@pytest.fixture(scope="module")
def client(index: ReleaseIndex, warehouse: Path) -> TestClient:
    return TestClient(make_app(index, open_similar(index, warehouse, None)), base_url="http://127.0.0.1")


def listed(page: str) -> list[str]:
    return re.findall(r'class="card"><a href="/[^/"]+/pairs/([^"?]+)', page)


def test_an_uploaded_image_finds_itself_and_what_looks_like_it(client: TestClient) -> None:
    wanted = pair(11)
    answer = client.post(f"{ROOT}/similar", content=wanted.image["bytes"]).json()
    page = client.get(f"{ROOT}/pairs", params={"like": answer["like"]}).text
    names = listed(page)
    assert names[0] == wanted.pair_id and "similarity 1.000" in page
    assert f"The {COUNT - 1} nearest of" in page
    embed = load_embedder("descriptor").embed
    vectors = embed([pair(n).image["bytes"] for n in range(COUNT - 1)])
    order = np.argsort(-(vectors @ embed([wanted.image["bytes"]])[0]), kind="stable")
    assert set(names[:10]) == {pair(int(n)).pair_id for n in order[:10]}


def test_a_filter_narrows_what_is_near_and_the_address_keeps_both(client: TestClient) -> None:
    query = {"like": f"pair:{pair(3).pair_id}", "class": "table_result", "source": "arxiv"}
    page = client.get(f"{ROOT}/pairs", params=query).text
    expected = [
        n for n in range(COUNT) if pair(n).subcategory == "table_result" and pair(n).source == "arxiv"
    ]
    names = listed(page)
    assert sorted(names) == sorted(pair(n).pair_id for n in expected) and names[0] == pair(3).pair_id
    link = html.unescape(re.search(r'class="card"><a href="([^"]+)"', page)[1])
    following = re.search(r'rel="next" href="/[^/]+/pairs/([^"?]+)', client.get(link).text)
    assert following[1] == names[1]


def test_numbers_of_a_search_that_are_zero_are_left_out_and_change_nothing() -> None:
    dice = np.random.default_rng(0)
    vectors = Vectors(dice.standard_normal((200, 12), dtype=np.float32), np.arange(200) != 7)
    few = np.arange(200) < 9
    for told in (slice(0, 12), slice(5, 12), slice(2, 3)):
        sought = np.zeros(12, np.float32)
        sought[told] = dice.standard_normal(told.stop - told.start)
        for mask in (None, few):
            rows, scores = vectors.nearest(sought, mask, 6)
            allowed = vectors.known if mask is None else vectors.known & mask
            expected = np.where(allowed, vectors.matrix @ sought, -np.inf)
            assert rows.tolist() == np.argsort(-expected, kind="stable")[:6].tolist()
            assert np.allclose(scores, expected[rows], atol=1e-6)
    assert vectors.nearest(np.zeros(12, np.float32), None, 3)[0].tolist() == [0, 1, 2]


def test_what_is_no_image_is_refused(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.post(f"{ROOT}/similar", content=b"GIF89a nonsense").status_code == 422
    monkeypatch.setattr("serve.app.MAX_UPLOAD", 10)
    assert client.post(f"{ROOT}/similar", content=b"x" * 11).status_code == 413
    foreign = client.post(f"{ROOT}/similar", content=b"x", headers={"Origin": "http://evil.example"})
    assert foreign.status_code == 403


@pytest.mark.parametrize(
    "like", ["image:0123", "pair:no:such", "nonsense", f"pair:{pair(COUNT - 1).pair_id}"]
)
def test_what_has_no_vector_says_so_and_lists_all(client: TestClient, like: str) -> None:
    page = client.get(f"{ROOT}/pairs", params={"like": like}).text
    assert 'class="note"' in page and listed(page)[0] == pair(0).pair_id


def test_without_embeddings_there_is_no_box(index: ReleaseIndex, tmp_path: Path, warehouse: Path) -> None:
    client = TestClient(make_app(index, open_similar(index, tmp_path, None)), base_url="http://127.0.0.1")
    assert 'type="file"' not in client.get(f"{ROOT}/pairs").text
    assert client.post(f"{ROOT}/similar", content=pair(0).image["bytes"]).status_code == 404
    # Embeddings of other parameters, or of other pairs, mean nothing here.
    write_embeddings(tmp_path, range(3), "c" * 32, version="2")
    assert not open_similar(index, tmp_path, None).has_vectors
    with pytest.raises(EmbedderError, match="not in"):
        open_similar(index, tmp_path, "descriptor")


def test_a_foreign_embedder_is_refused(warehouse: Path, index: ReleaseIndex) -> None:
    other = {
        **index.manifest,
        "stage_parameters": {"embed": {**PARAMETERS, "embedder": "clip weights=sha256:0"}},
    }
    assert not open_similar(dataclasses.replace(index, manifest=other), warehouse, None).reads_images
    with pytest.raises(EmbedderError, match="no embedder 'word2vec'"):
        open_similar(index, warehouse, "word2vec")


def test_texts_are_searched_where_the_embedder_reads_them(
    index: ReleaseIndex, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = load_embedder("descriptor")

    class Reading:  # the descriptor, with texts that name the pair they stand for
        parts = 1
        embed = staticmethod(real.embed)

        @staticmethod
        def embed_texts(texts: list[str]) -> np.ndarray:
            return real.embed([pair(int(text)).image["bytes"] for text in texts])

    monkeypatch.setattr(similar, "load_embedder", lambda spec: Reading())
    monkeypatch.setattr(similar, "text_embedder_identity", lambda spec: "reading")
    search = open_similar(index, warehouse, None)
    assert search.reads_texts
    near = search.nearest(Filter(like="text:7"))
    assert index.position(pair(7).pair_id) == near.positions[0]
