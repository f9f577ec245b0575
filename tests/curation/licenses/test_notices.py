"""Captions that say the image is somebody else's, and captions that only sound like it."""

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from curation.licenses.notices import ThirdPartyNotice, third_party_notice

# caption -> the wording that is kept, the licence that it names
NOTICES = {
    "The heart. Reproduced with permission from Elsevier.": (
        "Reproduced with permission from Elsevier.",
        None,
    ),
    "Flow chart, adapted from [12] with permission of the publisher.": (
        "Flow chart, adapted from [12] with permission of the publisher.",
        None,
    ),
    "Adapted by permission from the publisher: Nature 2010.": (
        "Adapted by permission from the publisher: Nature 2010.",
        None,
    ),
    "Image used with kind permission.": ("Image used with kind permission.", None),
    "Setup. © 2010 IEEE. Reprinted from the proceedings.": ("© 2010 IEEE.", None),
    "Map. Copyright 2004 by the American Physical Society.": (
        "Copyright 2004 by the American Physical Society.",
        None,
    ),
    "Image courtesy of NASA.": ("Image courtesy of NASA.", None),
    "Permission to reproduce this figure was granted.": (
        "Permission to reproduce this figure was granted.",
        None,
    ),
    "(c) 2011 Wiley.": ("(c) 2011 Wiley.", None),
    "A vent field, adapted from [43]. The system was deployed in 2004.": (
        "A vent field, adapted from [43].",
        None,
    ),
    "This figure is adapted from Wang et al. [28].": ("This figure is adapted from Wang et al. [28].", None),
    "A polar bear. Photograph credit: U.S. Geological Survey.": (
        "Photograph credit: U.S. Geological Survey.",
        None,
    ),
    "Credit: ESO/M. Kornmesser.": ("Credit: ESO/M. Kornmesser.", None),
    "A cell. Adapted from Smith and Jones (2010) under CC BY 4.0.": (
        "Adapted from Smith and Jones (2010) under CC BY 4.0.",
        "CC BY 4.0",
    ),
    "Reproduced from Lee et al. under a Creative Commons Attribution-NonCommercial 3.0 licence.": (
        "Reproduced from Lee et al. under a Creative Commons Attribution-NonCommercial 3.0 licence.",
        "CC BY-NC 3.0",
    ),
    "The nebula. Image from Wikimedia Commons (CC BY-SA 3.0).": (
        "Image from Wikimedia Commons (CC BY-SA 3.0).",
        "CC BY-SA 3.0",
    ),
    "Reprinted from [7], © The Authors, CC BY-NC-ND.": (
        "Reprinted from [7], © The Authors, CC BY-NC-ND.",
        "CC BY-NC-ND",
    ),
    "Modified from Figure 2 of Doe (2019).": ("Modified from Figure 2 of Doe (2019).", None),
    "Images redrawn after Müller 1998.": ("Images redrawn after Müller 1998.", None),
    "Brain areas. Figure reproduced and modified from https://example.org/brain.": (
        "Figure reproduced and modified from https://example.org/brain.",
        None,
    ),
    "Taken from [3].": ("Taken from [3].", None),
    "A map. All rights reserved.": ("All rights reserved.", None),
}

OWN = [
    "",
    "(a) Input, (b) output and (c) difference.",
    "(c) The 2011 eruption.",
    "Results adapted to the new setting.",
    "Ethics committees gave permission for the survey.",
    "Algorithm modified from the one in Section 2.",
    "File permissions used in the experiment.",
    "Values are reproduced from paper/tables/auc.csv.",
    "The results were reproduced from our earlier runs.",
    "The protocol was adapted from [12].",
    "Parameters are taken from [3].",
    "Hyperparameters slightly adapted from Smith et al.",
    "Figure, plotting script and auxiliary files available under cc-by [39].",
    "Source: Authors’ calculations based on a household survey of 2013.",
    "A sequence of still images taken from an overhead hunting event (Movie S1).",
    "The county populations were taken from the most recent (2010) census data (Census Bureau [13]).",
    "Detection of copyright infringement in images.",
    "Credit scores by region.",
    "These tests can be reproduced by the user.",
    "Samples drawn from a Gaussian; code licensed under CC BY 4.0.",
    "Photo-electron counts from 2010 to 2015.",
]


@pytest.mark.parametrize("caption", NOTICES)
def test_notices(caption):
    wording, code = NOTICES[caption]
    assert third_party_notice(caption) == ThirdPartyNotice(wording, code)


@pytest.mark.parametrize("caption", OWN)
def test_captions_of_ones_own(caption):
    assert third_party_notice(caption) is None


def test_a_panel_inherits_the_notice_of_its_figure():
    found = third_party_notice("(a) Left.", "Two views. Reprinted from [7].", None)
    assert found == ThirdPartyNotice("Reprinted from [7].", None)


def test_a_long_sentence_is_cut_around_the_words_that_count():
    found = third_party_notice("word " * 200 + "reproduced with permission from Elsevier" + " word" * 200)
    assert found is not None and len(found.wording) <= 300
    assert "reproduced with permission from Elsevier" in found.wording


@examples(200)
@given(st.text(max_size=1500))
def test_the_wording_stands_in_the_caption(text):
    found = third_party_notice(text)
    if found is not None:
        assert found.wording in " ".join(text.split()) and 0 < len(found.wording) <= 300


@examples(100)
@given(st.text(max_size=400), st.text(max_size=400), st.sampled_from(sorted(NOTICES)))
def test_a_notice_is_found_wherever_it_stands(before, after, notice):
    found = third_party_notice(f"{before}. {notice} {after}")
    assert found is not None


def test_long_captions_take_linear_time():
    for text in ("reproduced by cc by- attribution (c) ", "image from ", "adapted from a ", "permission to "):
        third_party_notice(text * 3_000)
