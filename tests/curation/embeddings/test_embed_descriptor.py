import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from curation.embeddings.descriptor import DIMENSION, IDENTITY, describe
from curation.embeddings.embedder import EMBEDDERS, EmbedderError, embedder_identity, load_embedder
from schemas.reject import RecordError

EMBEDDER = load_embedder("descriptor")


def encoded(image, **options):
    stream = io.BytesIO()
    image.save(stream, options.pop("kind", "PNG"), **options)
    return stream.getvalue()


def plot(seed, *, size=(640, 480)):
    """Axes and ticks that are the same for every seed, and a curve that is not."""
    random = np.random.default_rng(seed)
    image = Image.new("RGB", (1280, 960), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((140, 80, 1200, 840), outline="black", width=3)
    for tick in range(6):
        draw.line((140 + tick * 212, 840, 140 + tick * 212, 856), fill="black", width=3)
        draw.text((130 + tick * 212, 865), str(tick), fill="black", font_size=30)
    heights = 760 - np.abs(np.cumsum(random.normal(size=100))) * 30
    draw.line([(150 + 10 * x, float(y)) for x, y in enumerate(heights)], fill=(31, 119, 180), width=6)
    return image.resize(size, Image.Resampling.LANCZOS)


def cosine(left, right):
    return float(describe(left) @ describe(right))


COPIES = {
    "half": (lambda image: encoded(image.resize((320, 240), Image.Resampling.LANCZOS)), 0.95),
    "jpeg": (lambda image: encoded(image, kind="JPEG", quality=30), 0.97),
    "grey": (lambda image: encoded(image.convert("L")), 0.97),
    "blur": (lambda image: encoded(image.filter(ImageFilter.GaussianBlur(1.2))), 0.93),
    "border": (lambda image: encoded(ImageOps.expand(image, border=40, fill="white")), 0.93),
    "darker": (lambda image: encoded(image.point(lambda value: round(value * 0.9))), 0.97),
}


@pytest.mark.parametrize("copy", sorted(COPIES))
@pytest.mark.parametrize("seed", range(3))
def test_copies_stay_close(copy, seed):
    change, least = COPIES[copy]
    assert cosine(encoded(plot(seed)), change(plot(seed))) >= least


def test_plots_on_the_same_axes_lie_apart():
    vectors = EMBEDDER.embed([encoded(plot(seed)) for seed in range(8)])
    similar = vectors @ vectors.T
    assert similar[np.triu_indices(8, 1)].max() < 0.9


def test_white_pages_are_not_all_alike():
    text = Image.new("RGB", (600, 600), "white")
    ImageDraw.Draw(text).text((100, 100), "one line\n\nand more", fill="black", font_size=60)
    dot = Image.new("RGB", (600, 600), "white")
    ImageDraw.Draw(dot).ellipse((300, 300, 500, 500), fill="black")
    assert cosine(encoded(text), encoded(dot)) < 0.15
    assert cosine(encoded(text), encoded(plot(1))) < 0.15


def test_colour_counts_a_little():
    red, blue = Image.new("RGB", (300, 200), (200, 30, 30)), Image.new("RGB", (300, 200), (30, 30, 200))
    assert cosine(encoded(red), encoded(red)) == pytest.approx(1)
    assert cosine(encoded(red), encoded(blue)) < 0.5


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (2000, 2), (400, 300)])
@pytest.mark.parametrize("mode", ["RGB", "L", "1"])
def test_blank_and_odd_images_have_unit_vectors(size, mode):
    vector = describe(encoded(Image.new(mode, size, 1)))
    assert vector.shape == (DIMENSION,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_batches_do_not_change_a_vector():
    images = [encoded(plot(seed, size=(320, 240))) for seed in range(5)]
    together = EMBEDDER.embed(images)
    assert together.dtype == np.float32
    assert together.shape == (5, EMBEDDER.dimension)
    assert np.array_equal(together, np.concatenate([EMBEDDER.embed([image]) for image in images]))
    assert EMBEDDER.embed([]).shape == (0, DIMENSION)


@pytest.mark.parametrize("broken", [b"", b"no image", encoded(plot(0))[:2000]], ids=["empty", "text", "cut"])
def test_a_broken_image_is_a_reject(broken):
    with pytest.raises(RecordError) as raised:
        EMBEDDER.embed([broken])
    assert raised.value.reason == "image_unreadable"


def test_identity_says_what_it_is():
    assert embedder_identity("descriptor") == EMBEDDER.identity == IDENTITY
    assert IDENTITY.startswith("descriptor/1 ")
    assert "clip" not in IDENTITY.lower()


@pytest.mark.parametrize("spec", ["", "clips", "descriptor:x", "open_clip", "open_clip:", "Descriptor"])
def test_unknown_embedders_are_refused_with_the_known_ones(spec):
    for call in (load_embedder, embedder_identity):
        with pytest.raises(EmbedderError, match="There is no embedder") as raised:
            call(spec)
        assert all(name in str(raised.value) for name in EMBEDDERS)
