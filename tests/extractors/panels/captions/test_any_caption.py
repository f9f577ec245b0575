"""What holds of every caption, however it is written: properties on captions made at random."""

from itertools import pairwise

import pytest
from examples import examples
from hypothesis import example, given
from hypothesis import strategies as st

from extractors.panels import CAPTION_REASONS, split_caption

LETTERS = "abcdefgh"
PRINTED = ["({})", "{})", "{}.", "{}:", "Panel {}:"]
# Words that name no panel, begin no sentence and join no two.
WORDS = ["cells", "rate", "signal", "field", "maps", "counts", "slope", "tissue", "spectra", "growth"]
PRINTED_ALIKE = [
    "(a) ",
    "(B) ",
    "a) ",
    "b. ",
    "C: ",
    "(A–C) ",
    "(i) ",
    "panel a ",
    "（A）",
    "β(x) ",
    "Fig. 2 ",
]
OTHERS = [
    "left ",
    "(top) ",
    "and ",
    "in ",
    "see ",
    "; ",
    ", ",
    ". ",
    "(",
    ")",
    "word ",
    "Is ",
    "shown ",
    "\n",
    "é",
]
PIECES = st.sampled_from([*PRINTED_ALIKE, *OTHERS, "Scale bar 2 mm. "])


@given(st.lists(PIECES, max_size=40).map("".join))
@example("(a) (A–C) in panel a ")  # no letter heads a sentence
@examples(120)
def test_every_caption_is_divided_within_itself(caption: str) -> None:
    found = split_caption(caption)
    assert (found.reason is None) == bool(found.panels)
    assert found.reason is None or found.reason in CAPTION_REASONS
    for spans in [found.preamble, found.tail, *(panel.spans for panel in found.panels)]:
        assert all(0 <= start < end <= len(caption) for start, end in spans)
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
    for panel in found.panels:
        assert any(caption[start:end].strip(" .,;:()") for start, end in panel.spans)
    common = {at for span in (*found.preamble, *found.tail) for at in range(*span)}
    assert not common & {at for panel in found.panels for span in panel.spans for at in range(*span)}
    assert split_caption(caption) == found


@st.composite
def headed_captions(draw: st.DrawFn) -> tuple[str, list[str]]:
    """Return a caption in which each letter heads a sentence of its own, and these sentences."""
    count = draw(st.integers(2, len(LETTERS)))
    form = draw(st.sampled_from(PRINTED))
    letters = LETTERS[:count].upper() if draw(st.booleans()) or form == "Panel {}:" else LETTERS[:count]
    sentences = [
        f"{' '.join(draw(st.lists(st.sampled_from(WORDS), min_size=2, max_size=8))).capitalize()} {at}."
        for at in range(count)
    ]
    title = draw(st.sampled_from(["", "Two kinds of growth. "]))
    parts = (f"{form.format(letter)} {text}" for letter, text in zip(letters, sentences, strict=True))
    return title + " ".join(parts), sentences


@given(headed_captions())
@examples(80)
def test_what_a_letter_heads_is_its_own_and_nobody_elses(made: tuple[str, list[str]]) -> None:
    caption, sentences = made
    found = split_caption(caption)
    words = [" ".join(caption[start:end] for start, end in panel.spans) for panel in found.panels]
    assert words == sentences


@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join))
@examples(50)
def test_prose_names_no_panels(caption: str) -> None:
    assert split_caption(caption).panels == ()


@pytest.mark.parametrize(
    "piece", ["(a) x, (b) y; ", "a) ", "(", "(a–z) ", "in (a) and (b) ", "left ", "A. ", "x (a) and ", ". "]
)
def test_a_hostile_caption_ends(piece: str) -> None:
    caption = piece * (10_000 // len(piece))
    assert split_caption(caption).reason in {None, *CAPTION_REASONS}
    assert split_caption(caption + "x" * 10_000).reason == "labels_unclear"
