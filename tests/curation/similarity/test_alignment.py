"""A copy differs a little everywhere, another curve on the same axes differs wholly in a few places."""

import io
import itertools

import numpy as np
import pytest
from PIL import Image, ImageDraw

from curation.calibration.copies import copies_of
from curation.similarity.alignment import (
    APART,
    SIDE,
    Thumbnails,
    outline,
    outline_agreement,
    remaining_difference,
    thumbnail,
)
from samples.invented import invent
from schemas.reject import RecordError

RESULT = 0  # the first invented figure that shows a result


@pytest.fixture(scope="module")
def originals():
    results = (n for n in itertools.count(RESULT) if invent(n).subcategory == "fig_result")
    return {number: invent(number).image for number in itertools.islice(results, 8)}


def test_copies_remain_the_same_and_look_alikes_do_not(originals):
    most = {}
    for number, original in originals.items():
        own = thumbnail(original)
        for name, copy in copies_of(original).items():
            most.setdefault(name, []).append(remaining_difference(own, thumbnail(copy)))
        other = invent(number, data=1).image
        if not np.array_equal(np.asarray(original), np.asarray(other)):
            assert remaining_difference(own, thumbnail(other)) > 0.7, number
    for name, found in most.items():
        assert np.median(found) < 0.2, name
        assert sorted(found)[-2] < 0.6, name


def test_it_hardly_matters_which_of_the_two_comes_first(originals):
    for original in originals.values():
        own, cut = thumbnail(original), thumbnail(copies_of(original)["crop_5_percent"])
        assert (remaining_difference(own, cut) < 0.6) == (remaining_difference(cut, own) < 0.6)


def test_another_label_in_a_legend_is_seen(originals):
    original = originals[RESULT]
    other = original.copy()
    width, height = original.size
    ImageDraw.Draw(other).rectangle(
        (width // 2, height // 3, width // 2 + width // 12, height // 3 + 14), fill="black"
    )
    assert remaining_difference(thumbnail(original), thumbnail(other)) > 0.3


def test_pictures_without_anything_in_them():
    white, black = (np.full((SIDE, SIDE), value, np.uint8) for value in (255, 0))
    assert remaining_difference(white, white) == 0
    assert remaining_difference(white, black) == APART
    assert remaining_difference(white, thumbnail(invent(RESULT).image)) == APART


def test_a_choice_of_thumbnails_keeps_its_order():
    pixels = np.arange(4, dtype=np.uint8)[:, None, None] * np.ones((1, SIDE, SIDE), np.uint8)
    chosen = Thumbnails(pixels).take(np.array([3, 1])).take(np.array([1, 0]))
    assert [int(chosen[row][0, 0]) for row in range(len(chosen))] == [1, 3]


def test_what_is_no_image_has_no_thumbnail():
    with pytest.raises(RecordError, match="image_unreadable"):
        thumbnail(b"no image")
    out = io.BytesIO()
    Image.new("RGB", (1, 1)).save(out, "PNG")
    assert thumbnail(out.getvalue()).shape == (SIDE, SIDE)


def test_outlines_of_copies_agree_and_a_blank_one_agrees_with_blank_ones_only(originals):
    outlines = {number: outline(thumbnail(picture)) for number, picture in originals.items()}
    for number, picture in originals.items():
        for name, copy in copies_of(picture).items():
            assert outline_agreement(outlines[number], outline(thumbnail(copy))) > 0.8, name
    unlike = [outline_agreement(outlines[a], outlines[b]) for a in outlines for b in outlines if a < b]
    assert np.median(unlike) < 0.8
    white, black = (outline(np.full((SIDE, SIDE), value, np.uint8)) for value in (255, 0))
    assert outline_agreement(white, black) == 1
    assert outline_agreement(white, outlines[RESULT]) == 0


def test_wide_margins_do_not_take_the_details_away(originals):
    picture = originals[RESULT]
    page = Image.new("RGB", (picture.width * 4, picture.height * 4), "white")
    page.paste(picture, (picture.width, picture.height))
    assert remaining_difference(thumbnail(picture), thumbnail(page)) < 0.3


def test_less_is_wanted_of_a_fit_than_it_gives_only_where_it_cannot_matter(originals):
    own = thumbnail(originals[RESULT])
    for copy in copies_of(originals[RESULT]).values():
        loose, strict = (remaining_difference(own, thumbnail(copy), at_most=limit) for limit in (0.7, 0.15))
        assert loose == strict
