"""Models of the transformers library: vectors, ranks and matching scores are those of its own forward pass."""

import json
import os
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from optional import optional
from small_release import VERSION, pair, write_release
from tiny_models import WORDS, write_model

from benchmarks.services.processes import clean_environment, free_port
from curation.embeddings import EmbedderError, embedder_identity, load_embedder, text_embedder_identity
from curation.pictures import open_rgb
from evaluation.ranking import RankingParameters, rank
from samples.invented import invent
from schemas.errors import UserError
from scimmir.jobs.evaluate import evaluate_retrieval
from scimmir.jobs.retrieval_scores import Settings

transformers = optional("transformers")
torch = optional("torch")

pytestmark = pytest.mark.torch

FAMILIES = ("clip", "siglip", "chinese_clip", "blip", "blip-2")
ROOT = Path(__file__).parents[3]
COUNT = 60


class Made:
    """A tiny model in a folder, and the library's own answers of it."""

    def __init__(self, family: str, folder: Path) -> None:
        self.family, self.folder, self.model = family, folder, write_model(family, folder)
        self.spec = f"transformers:{folder}"
        self._read = transformers.AutoImageProcessor.from_pretrained(folder)
        self._split = transformers.AutoTokenizer.from_pretrained(folder)

    def inputs(self, images: list[Any], texts: list[str]) -> dict[str, Any]:
        """What the library's own classes make of pictures and texts."""
        padding = "max_length" if self.family == "siglip" else True
        found = dict(self._split(texts, padding=padding, truncation=True, return_tensors="pt"))
        found.pop("token_type_ids", None)
        if self.family == "siglip":
            found.pop("attention_mask", None)
        return {**found, **self._read(images=[open_rgb(image) for image in images], return_tensors="pt")}

    def similarities(self, images: list[Any], texts: list[str]) -> np.ndarray:
        """Return what the library's forward pass says of images (rows) and texts, between -1 and 1."""
        with torch.inference_mode():
            inputs = self.inputs(images, texts)
            if self.family == "blip":
                return self.model(**inputs, use_itm_head=False).itm_score.numpy()
            found = self.model(**inputs).logits_per_image
            if self.family == "siglip":
                found = found - self.model.logit_bias
            if self.family != "blip-2":
                found = found / self.model.logit_scale.exp()
            return found.numpy()

    def matches(self, image: Any, text: str) -> float:
        """Return what the library's matching head says of an image and a text."""
        flag = "use_itm_head" if self.family == "blip" else "use_image_text_matching_head"
        with torch.inference_mode():
            found = self.model(**self.inputs([image], [text]), **{flag: True})
        logits = found.itm_score if self.family == "blip" else found.logits_per_image
        return float(logits[0, 1] - logits[0, 0])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    root = tmp_path_factory.mktemp("models")
    return {family: Made(family, root / family) for family in FAMILIES}


def things(count: int) -> tuple[list[Any], list[str]]:
    """Return pictures, and texts of which one is too long and one has a word that no tokenizer knows."""
    rng = np.random.default_rng(2)
    texts = [" ".join(rng.choice(WORDS, int(rng.integers(1, 7)))) for _ in range(count)]
    texts[1], texts[2] = " ".join(WORDS * 5), "xylophone of the map"
    return [invent(number, width=160).image for number in range(count)], texts


@pytest.mark.parametrize("family", FAMILIES)
def test_vectors_and_ranks_are_the_librarys_own(made: dict[str, Made], family: str) -> None:
    (images, texts), one = things(14), made[family]
    embedder = load_embedder(one.spec)
    assert embedder.embed_texts is not None and embedder.parts == (3 if family == "blip-2" else 1)
    pictures, words = embedder.embed(images), embedder.embed_texts(texts)
    assert pictures.shape == (14, embedder.dimension) and np.allclose(np.linalg.norm(pictures, axis=1), 1)
    parts = pictures.reshape(14, embedder.parts, -1) * np.float32(np.sqrt(embedder.parts))
    expected = one.similarities(images, texts)
    assert np.abs((parts @ words.T).max(axis=1) - expected).max() < 2e-6
    assert np.std(expected) > 0.01  # random weights, but no two pictures or texts are alike
    gold = np.arange(14)
    for scores, queries, candidates in ((expected, parts, words), (expected.T, words, parts)):
        found = rank(queries, candidates, gold, RankingParameters(query_rows=7, candidate_rows=5))
        own = scores[gold, gold][:, None]
        near = np.count_nonzero(np.abs(scores - own) < 1e-5, axis=1) > 1  # beside the query's own
        assert found.ranks[~near].tolist() == (scores >= own).sum(axis=1)[~near].tolist()
        assert np.count_nonzero(near) <= 2


@pytest.mark.parametrize("family", ["blip", "blip-2"])
def test_matching_scores_are_the_librarys_own(made: dict[str, Made], family: str) -> None:
    (images, texts), one = things(4), made[family]
    match = load_embedder(one.spec).match
    assert match is not None
    for image in images[:2]:
        expected = [one.matches(image, text) for text in texts]
        assert match(image, texts) == pytest.approx(expected, abs=2e-5) and np.std(expected) > 0.001


def test_a_text_alone_has_the_vector_that_it_has_among_others(made: dict[str, Made]) -> None:
    texts = things(6)[1]
    for one in made.values():
        embed = load_embedder(one.spec).embed_texts
        assert embed is not None
        assert np.abs(embed(texts)[3] - embed(texts[3:4])[0]).max() < 2e-6


@pytest.mark.parametrize("family", ["blip", "blip-2"])
def test_the_first_candidates_are_put_in_order_and_no_others(
    made: dict[str, Made], family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, k = made[family], 4
    write_release(tmp_path, count=COUNT)
    settings = Settings(model=one.spec, rerank=k)
    release = tmp_path / "releases" / VERSION
    found = evaluate_retrieval(release, warehouse=tmp_path, settings=settings)
    rows = {(r.reranked, r.direction, r.group): r for r in found.rows}
    tests = [p for p in map(pair, range(COUNT)) if p.split == "test"]
    images, texts = [p.image["bytes"] for p in tests], [p.caption for p in tests]
    first = one.similarities(images, texts)
    second = np.array([[one.matches(image, text) for text in texts] for image in images])
    for direction, scores, matches in (("txt2img", first.T, second.T), ("img2txt", first, second)):
        plain, again = [], []
        for i, (by_vector, by_match) in enumerate(zip(scores, matches, strict=True)):
            plain.append(int((by_vector >= by_vector[i] - 1e-9).sum()))
            best = np.argsort(-by_vector)[:k]
            again.append(int((by_match[best] >= by_match[i]).sum()) if plain[-1] <= k else plain[-1])
        assert again != plain and sorted(r for r in again if r > k) == sorted(r for r in plain if r > k)
        assert rows[0, direction, "ALL"].mrr == pytest.approx(np.mean([1 / r for r in plain]), abs=1e-9)
        assert rows[k, direction, "ALL"].mrr == pytest.approx(np.mean([1 / r for r in again]), abs=1e-9)
        assert rows[k, direction, "ALL"].hits_10 == rows[0, direction, "ALL"].hits_10
    assert f"{one.spec}, first {k} by matching" in (found.folder / "results.md").read_text()
    # What was matched is kept: another evaluation reads no pair again.
    monkeypatch.setattr("scimmir.jobs.matching.RowGroup.images", lambda self: pytest.fail("read again"))
    assert evaluate_retrieval(release, warehouse=tmp_path, settings=settings).rows == found.rows


def test_a_model_without_a_matching_head_puts_nothing_in_order(made: dict[str, Made], tmp_path: Path) -> None:
    write_release(tmp_path, count=COUNT)
    with pytest.raises(UserError, match="has no image-text matching head"):
        evaluate_retrieval(
            tmp_path / "releases" / VERSION,
            warehouse=tmp_path,
            settings=Settings(model=made["clip"].spec, rerank=3),
        )


def test_an_identity_names_weights_and_what_reads_pictures_and_texts(
    made: dict[str, Made], tmp_path: Path
) -> None:
    spec = made["clip"].spec
    said = embedder_identity(spec)
    assert said == load_embedder(spec).identity and f"transformers/{version('transformers')} " in said
    assert text_embedder_identity(spec) == f"{said} texts=1"
    copied = tmp_path / "copied"
    copied.mkdir()
    for path in made["clip"].folder.iterdir():
        (copied / path.name).write_bytes(path.read_bytes())
    assert embedder_identity(f"transformers:{copied}") == said
    settings = json.loads((copied / "preprocessor_config.json").read_text())
    settings["image_mean"] = [0.1, 0.1, 0.1]
    (copied / "preprocessor_config.json").write_text(json.dumps(settings))
    assert embedder_identity(f"transformers:{copied}") != said


def spoilt(made: dict[str, Made], folder: Path, what: str) -> str:
    """Return the spec of a model that is wrong in some way."""
    source = made["blip"] if what == "heads" else made["clip"]
    folder.mkdir()
    for path in source.folder.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    config = json.loads((folder / "config.json").read_text())
    if what == "pickle":
        torch.save(source.model.state_dict(), folder / "pytorch_model.bin")
        (folder / "model.safetensors").unlink()
    elif what == "cut":
        whole = (folder / "model.safetensors").read_bytes()
        (folder / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    elif what == "heads":
        from safetensors.torch import load_file, save_file

        kept = load_file(folder / "model.safetensors")
        save_file(
            {name: kept[name] for name in kept if "proj." not in name},
            folder / "model.safetensors",
            {"format": "pt"},
        )
    elif what == "no features":
        config = {"model_type": "bert", "architectures": ["BertModel"], "hidden_size": 16}
        model = transformers.BertModel(
            transformers.BertConfig(**config, num_hidden_layers=1, num_attention_heads=2)
        )
        model.save_pretrained(folder)
        config = json.loads((folder / "config.json").read_text())
    elif what == "unknown":
        config["model_type"] = "clip-of-tomorrow"
    elif what == "no type":
        del config["model_type"]
    elif what == "no tokenizer":
        (folder / "tokenizer.json").unlink()
        (folder / "tokenizer_config.json").unlink()
    (folder / "config.json").write_text("{" if what == "no json" else json.dumps(config))
    return f"transformers:{folder}"


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("pickle", r"holds no model\.safetensors: weights are read as safetensors alone"),
        ("cut", "cannot be loaded or is damaged"),
        ("heads", "lack .*proj.* of BlipForImageTextRetrieval: name a checkpoint"),
        ("no features", "BertModel, the model of .*, gives no features of images and texts"),
        ("unknown", "cannot be loaded or is damaged: .*clip-of-tomorrow"),
        ("no type", "names no model_type"),
        ("no json", "is no JSON"),
        ("no tokenizer", "does not say how texts become its input"),
    ],
)
def test_wrong_models_are_one_clear_sentence(
    made: dict[str, Made], tmp_path: Path, what: str, message: str
) -> None:
    with pytest.raises(EmbedderError, match=message) as raised:
        load_embedder(spoilt(made, tmp_path / "model", what))
    assert "\n" not in str(raised.value)


def test_folders_that_are_not_there_are_said(tmp_path: Path) -> None:
    for rest in (f"{tmp_path}/nowhere", "./nowhere", "a/b/c", "not a name"):
        with pytest.raises(EmbedderError, match="There is no folder"):
            load_embedder(f"transformers:{rest}")


def test_a_hub_that_is_not_there_is_one_sentence_soon(tmp_path: Path) -> None:
    code = (
        "import time\n"
        "from curation.embeddings import EmbedderError, embedder_identity\n"
        "begin = time.monotonic()\n"
        "try:\n"
        "    embedder_identity('transformers:some/model')\n"
        "except EmbedderError as error:\n"
        "    print(error)\n"
        "print(time.monotonic() - begin < 30 or 'long')\n"
    )
    address = f"http://127.0.0.1:{free_port()}"
    own = {"HF_ENDPOINT": address, "HF_HOME": str(tmp_path / "hf"), "PATH": os.environ["PATH"]}
    begin = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**clean_environment(tmp_path), **own}, capture_output=True, text=True,
        check=True, timeout=600,
    )  # fmt: skip
    said = done.stdout.splitlines()
    assert len(said) == 2 and said[0].startswith(
        "The files of some/model, its weights as safetensors among them,"
    )
    assert f"the model hub {address} cannot be reached" in said[0] and "transformers:<folder>" in said[0]
    assert said[1] == "True" or time.monotonic() - begin > 60  # unless the machine was that busy
