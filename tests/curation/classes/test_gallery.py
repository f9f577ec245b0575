"""What pictures of no paper say of a figure's image type."""

import csv
import dataclasses
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from labelled_pairs import examples
from PIL import Image, ImageDraw

from curation.classes import GALLERY_FILE, SHIPPED, ClassModelError, Example, KindModel
from curation.classes.gallery.learn import learn_gallery, main, read_labels
from curation.classes.gallery.opinion import DIRECTIONS, OPINIONS, read_gallery, seen_in, write_gallery
from curation.classes.learn import learn_kind
from curation.classes.model import GALLERY
from curation.looks import GRAPH, picture_features
from schemas.pair import IMAGE_TYPES

TYPES = ("line", "photo", "map")
WIDTHS = {"picture": 688, "picture.early": 300, "picture.late": 300, "picture.texture": 62}


def pictures(count: int, seed: int = 0) -> tuple[list[dict[str, np.ndarray]], list[str], list[str]]:
    """Inputs of pictures of three types, of which each lies somewhere else, of five packages."""
    chance = np.random.default_rng(seed)
    centres = {name: np.random.default_rng(9).normal(size=(3, width)) for name, width in WIDTHS.items()}
    found = [
        {
            name: (centres[name][number % 3] + 0.3 * chance.normal(size=width)).astype(np.float32)
            for name, width in WIDTHS.items()
        }
        for number in range(count)
    ]
    return (
        found,
        [TYPES[number % 3] for number in range(count)],
        [f"package-{number % 5}" for number in range(count)],
    )


def named(said: np.ndarray) -> list[str]:
    """The type that each opinion names."""
    return [IMAGE_TYPES[place] for place in said.reshape(len(OPINIONS), len(IMAGE_TYPES)).argmax(1)]


def test_each_opinion_knows_what_lies_near() -> None:
    gallery = learn_gallery(*pictures(210))
    for inputs, kind, _ in zip(*pictures(12, seed=1), strict=True):
        assert named(gallery.opinion(inputs)) == [kind] * len(OPINIONS)
    assert {name: seen.rows.shape[1] for name, seen in gallery.seen.items()} == dict(DIRECTIONS)


def test_a_gallery_comes_back_and_the_same_pictures_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_gallery(learn_gallery(*pictures(210)), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    inputs = pictures(1, seed=2)[0][0]
    before, after = (
        learn_gallery(*pictures(210)).opinion(inputs),
        read_gallery(tmp_path / "one").opinion(inputs),
    )
    assert np.abs(before - after).max() < 0.01 and after.dtype == np.float32


def test_what_is_no_gallery_is_told(tmp_path: Path) -> None:
    (tmp_path / "damaged.npz").write_bytes(b"PK no")
    for name in ("damaged.npz", "missing.npz"):
        with pytest.raises(ClassModelError, match="holds no gallery"):
            read_gallery(tmp_path / name)


def test_the_shipped_gallery_tells_a_photo_from_curves() -> None:
    noise = Image.effect_noise((40, 30), 90).resize((400, 300), Image.Resampling.BICUBIC).convert("RGB")
    plot = Image.new("RGB", (400, 300), "white")
    pen = ImageDraw.Draw(plot)
    pen.rectangle((30, 10, 390, 280), outline="black")
    for shift, colour in ((0, "blue"), (40, "red")):
        pen.line([(x, 150 - shift + 60 * np.sin(x / 40)) for x in range(30, 390)], fill=colour, width=2)
    gallery = read_gallery(SHIPPED / GALLERY_FILE)
    curves, cloud = (
        gallery.opinion(seen_in(picture_features(picture, SHIPPED / GRAPH))) for picture in (plot, noise)
    )
    line = IMAGE_TYPES.index("line")
    assert named(curves)[0] == "line" and named(cloud)[0] != "line"
    assert curves[line] > cloud[line] + 0.3


def test_the_labels_are_of_known_types_and_each_of_another_picture() -> None:
    with Path("tests/data/gallery_labels.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert set(Counter(row["image_type"] for row in rows)) == set(IMAGE_TYPES)
    assert len({row["name"] for row in rows}) == len(rows)
    assert len({(row["source"], row["package"], row["member"]) for row in rows}) == len(rows)
    assert all(row["source"] in ("debian", "pypi") and row["version"] and row["licence"] for row in rows)


def test_a_gallery_is_learnt_from_the_pictures_that_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = tmp_path / "labels.csv"
    lines = ["name,package,image_type"]
    chance = np.random.default_rng(0)
    for number in range(12):
        kind = ("bar", "photo")[number % 2]
        lines.append(f"p{number},package-{number % 4},{kind}")
        shade = (
            np.full((60, 80, 3), 255, np.uint8)
            if kind == "bar"
            else chance.integers(0, 255, (60, 80, 3), np.uint8)
        )
        if kind == "bar":
            shade[20:, 10 + number : 30] = 0
        Image.fromarray(shade).save(tmp_path / f"p{number}.webp", lossless=True)
    labels.write_text("\n".join([*lines, "gone,package-0,map"]) + "\n")
    assert len(read_labels(labels, tmp_path)) == 12
    monkeypatch.setattr(
        "sys.argv", ["learn", str(tmp_path), str(tmp_path / "out.npz"), "--labels", str(labels)]
    )
    assert main() == 0 and "12 pictures of 4 packages: {'bar': 6, 'photo': 6}" in capsys.readouterr().out
    picture = seen_in(picture_features((tmp_path / "p1.webp").read_bytes(), SHIPPED / GRAPH))
    assert named(read_gallery(tmp_path / "out.npz").opinion(picture))[0] == "photo"
    monkeypatch.setattr("sys.argv", ["learn", str(tmp_path / "none"), "x", "--labels", str(labels)])
    assert main() == 2


def test_types_are_told_by_the_gallery_where_nothing_else_tells_them() -> None:
    chance = np.random.default_rng(4)
    others = {name: IMAGE_TYPES[place % 4] for place, name in enumerate(chance.permutation(36))}
    right = []
    for heard in (False, True):
        listed = []
        for number, item in enumerate(one for one in examples() if one.kind == "figure"):
            kind = others[number]
            said = np.tile(np.eye(len(IMAGE_TYPES))[IMAGE_TYPES.index(kind)], len(OPINIONS)).astype(
                np.float32
            )
            told = {GALLERY: said} if heard else {}
            listed.append(dataclasses.replace(item, image_type=kind, dense=item.dense | told))
        given: list[bool] = []

        def judge(model: KindModel, left: Sequence[Example], given: list[bool] = given) -> None:
            for item in left:
                types = model.opinion(item.kind, item.terms, item.dense).types
                assert types is not None
                given.append(model.types[int(types.argmax())] == item.image_type)

        for fold in range(3):
            mine = [one for one in listed if int(one.paper.removeprefix("paper-")) % 3 == fold]
            judge(learn_kind("figure", [one for one in listed if one not in mine]), mine)
        right.append(float(np.mean(given)))
    assert right[0] < 0.6 and right[1] > 0.9
