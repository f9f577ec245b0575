"""What is seen in a picture: the same of the same picture, of a large one what its smaller copy shows."""

import shutil

import numpy as np
import pytest
from PIL import Image, ImageDraw

from curation.embeddings.embedder import SHIPPED as CLIP
from curation.looks import GRAPH, SHIPPED, Look, LookError, check_network, picture_features
from runtime.pictures import LONGEST

SHAPES = {"features": (688,), "together": (600,), "signals": (36,), "texture": (62,)}


def drawn(scale: int = 1) -> Image.Image:
    picture = Image.new("RGB", (400 * scale, 300 * scale), "white")
    pen = ImageDraw.Draw(picture)
    for place in range(40, 360, 20):
        pen.line([step * scale for step in (place, 40, place + 30, 260)], fill="navy", width=4 * scale)
    pen.rectangle([step * scale for step in (20, 20, 380, 280)], outline="black", width=3 * scale)
    return picture


def seen(picture: Image.Image) -> Look:
    return picture_features(picture, SHIPPED / GRAPH)


def test_the_same_picture_gives_the_same_numbers():
    one, other = seen(drawn()), seen(drawn())
    for name, shape in SHAPES.items():
        numbers = getattr(one, name)
        assert (numbers.shape, numbers.dtype) == (shape, np.float32) and np.isfinite(numbers).all()
        assert numbers.tobytes() == getattr(other, name).tobytes() and numbers.any()


def test_a_large_picture_is_seen_as_its_smaller_copy():
    large = seen(drawn(4))
    copy = drawn(4).resize((LONGEST, LONGEST * 3 // 4), Image.Resampling.BILINEAR, reducing_gap=1.1)
    for name in SHAPES:
        assert getattr(large, name).tobytes() == getattr(seen(copy), name).tobytes()
    near, far = seen(drawn()), seen(Image.effect_noise((400, 300), 90).convert("RGB"))
    for name in ("features", "together", "texture"):
        apart, further = (np.abs(getattr(large, name) - getattr(other, name)).mean() for other in (near, far))
        assert apart < further / 3


def test_what_lies_together_does_not_depend_on_where_it_lies():
    """A picture and its mirror image differ in what is seen where, not in what is seen beside what."""
    picture = drawn()
    turned = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    other = Image.effect_noise(picture.size, 90).convert("RGB")
    mine, mirrored, noise = (seen(each).together for each in (picture, turned, other))
    assert np.abs(mine - mirrored).mean() < np.abs(mine - noise).mean() / 2


def test_an_older_network_is_refused(tmp_path):
    shutil.copyfile(CLIP / "sentence.onnx", tmp_path / GRAPH)  # it tells something else
    with pytest.raises(LookError, match="of an older classifier: learn the classifier anew"):
        check_network(tmp_path / GRAPH)
    check_network(SHIPPED / GRAPH)


def test_a_folder_without_a_network(tmp_path):
    with pytest.raises(LookError, match="is no classifier"):
        picture_features(drawn(), tmp_path / GRAPH)
