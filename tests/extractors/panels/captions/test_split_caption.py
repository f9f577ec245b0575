"""Which words of a caption belong to which panel: every form in which captions name panels, and what names none."""

import pytest

from extractors.panels import CAPTION_REASONS, split_caption

# Caption, and for each label the words that are its own; a list where they stand in several places.
GOLDEN = {
    "brackets": (
        "Overview. (A) First view. It is red. (B) Second view. Scale bars, 2 mm.",
        {"a": "First view. It is red.", "b": "Second view."},
    ),
    "half_brackets": ("a) Winter; b) summer.", {"a": "Winter", "b": "summer."}),
    "half_brackets_and_full_stop": ("Scales a). Graphene. b). Steel.", {"a": "Graphene.", "b": "Steel."}),
    "full_stops": ("Title. a. First. b. Second part.", {"a": "First.", "b": "Second part."}),
    "colons": ("Title. A: First. B:. Second.", {"a": "First.", "b": "Second."}),
    "commas": ("Title. A, Heat map. B, Counts in mice.", {"a": "Heat map.", "b": "Counts in mice."}),
    "word_panel": (
        "Panel A: input. Panel B: output.",
        {"a": "input.", "b": "output."},
    ),
    "panels_are_the_subject": (
        "Eddies. Panels a) and b) show the north, while panels c) and d) correspond to the south.",
        {
            "a": "Panels a) and b) show the north",
            "b": "Panels a) and b) show the north",
            "c": "panels c) and d) correspond to the south.",
            "d": "panels c) and d) correspond to the south.",
        },
    ),
    "range": (
        "(A–C) Colonies. (D) Cells.",
        {"a": "Colonies.", "b": "Colonies.", "c": "Colonies.", "d": "Cells."},
    ),
    "range_of_half_brackets": (
        "a)-c) Work. d) Heat.",
        {"a": "Work.", "b": "Work.", "c": "Work.", "d": "Heat."},
    ),
    "letters_and_index": (
        "(Aa, Ab) The head. (Ba) The thorax. (Bb) The abdomen.",
        {"aa": "The head.", "ab": "The head.", "ba": "The thorax.", "bb": "The abdomen."},
    ),
    "roman_numerals": (
        "(i) Raw; (ii) filtered; (iii) spectrum; (iv) spectrogram.",
        {"i": "Raw", "ii": "filtered", "iii": "spectrum", "iv": "spectrogram."},
    ),
    "roman_numerals_beside_letters": (
        "(a) Four cases: (i) first, (ii) second. (b) All of them.",
        {"a": "Four cases: (i) first, (ii) second.", "b": "All of them."},
    ),
    "letters_before_words_in_a_sentence": (
        "Temporal evolution of (a) mass, (b) radius and (c) charge. Lines are fits.",
        {
            "a": ["Temporal evolution of", "mass"],
            "b": ["Temporal evolution of", "radius"],
            "c": ["Temporal evolution of", "charge."],
        },
    ),
    "letters_after_words": (
        "Box plots of levels for active (A) and silent (B) genes. Bars are medians.",
        {
            "a": ["Box plots of levels for active", "genes."],
            "b": ["Box plots of levels for", "silent", "genes."],
        },
    ),
    "letters_after_clauses": (
        "Neurons (A–C). Axons are shown in red (A); nuclei in blue (B); the merge (C) shows both.",
        {"a": "Axons are shown in red", "b": "nuclei in blue", "c": ["the merge", "shows both."]},
    ),
    "group_and_its_letters": (
        "(C, D) Levels for (C) treated and (D) control cells. (A, B) Maps for PDS (A) and water (B).",
        {
            "a": "Maps for PDS",
            "b": ["Maps for", "water"],
            "c": ["Levels for", "treated"],
            "d": ["Levels for", "control cells."],
        },
    ),
    "what_is_said_of_both": (
        "(a) Intake and (b) total volume, when water was offered. Means are shown. (c) Weight.",
        {
            "a": ["Intake", "when water was offered. Means are shown."],
            "b": ["total volume", "when water was offered. Means are shown."],
            "c": "Weight.",
        },
    ),
    "sentence_at_the_end_about_one": (
        "A, Heat map. B, Counts. C, Tumours. The data in panel B are from an atlas.",
        {"a": "Heat map.", "b": ["Counts.", "The data in panel B are from an atlas."], "c": "Tumours."},
    ),
    "reference_to_another_panel": (
        "(a) A slope. (b) The same as in (a) after rain.",
        {"a": "A slope.", "b": "The same as in (a) after rain."},
    ),
    "initials_that_look_like_letters": (
        "(A) Blots of cytoplasmic (C) and nuclear (N) lysates. (B) Counts. (C) Levels.",
        {"a": "Blots of cytoplasmic (C) and nuclear (N) lysates.", "b": "Counts.", "c": "Levels."},
    ),
    "species_that_looks_like_a_letter": (
        "(A) Wild type. E. coli were grown. (B) Mutant.",
        {"a": "Wild type. E. coli were grown.", "b": "Mutant."},
    ),
    "abbreviation_ends_no_sentence": (
        "a) Cells (cf. Fig. 2 and ref. 3, i.e. none). b) None.",
        {"a": "Cells (cf. Fig. 2 and ref. 3, i.e. none).", "b": "None."},
    ),
    "bare_letters": (
        "Larvae a Epomis dejeani, dark b Epomis dejeani, pale c Epomis circumscriptus. Scale bar 2 mm.",
        {"a": "Epomis dejeani, dark", "b": "Epomis dejeani, pale", "c": "Epomis circumscriptus."},
    ),
    "left_and_right": ("Left: a drawing. Right: a program.", {"left": "a drawing.", "right": "a program."}),
    "top_and_bottom_in_brackets": (
        "Maps of heat (top) and rain (bottom).",
        {"top": "Maps of heat", "bottom": ["Maps of", "rain"]},
    ),
    "corners": (
        "Top left: one. Top right: two. Bottom left: three. Bottom right: four.",
        {"top left": "one.", "top right": "two.", "bottom left": "three.", "bottom right": "four."},
    ),
    "german": (
        "Verteilung. a) Häufigkeit im Winter; b) Häufigkeit im Sommer. Maßstab: 10 µm.",
        {"a": "Häufigkeit im Winter", "b": "Häufigkeit im Sommer."},
    ),
    "french": (
        "(a) Température moyenne et (b) pression.",
        {"a": "Température moyenne", "b": "pression."},
    ),
    "spanish": (
        "Muestras: (a) acero, (b) aluminio y (c) cobre.",
        {"a": "acero", "b": "aluminio", "c": "cobre."},
    ),
    "portuguese": ("Painel A: imagem. Painel B: filtro.", {"a": "imagem.", "b": "filtro."}),
    "russian": ("Карта: а) рельеф; б) почвы.", {"а": "рельеф", "б": "почвы."}),
    "chinese": ("（A）对照组；（B）处理组。", {"a": "对照组；", "b": "处理组。"}),
    "german_positions": (
        "Links: Temperatur im Januar. Rechts: Temperatur im Juli.",
        {"left": "Temperatur im Januar.", "right": "Temperatur im Juli."},
    ),
}

UNSPLIT = {
    "no letters": ("Distribution of the counts over ten years.", "no_labels"),
    "cells": ("Flow cytometry of splenic (B) cells and of vitamin A.", "no_labels"),
    "another figure": ("As in Fig. 2 (a) and Fig. 2A, for the data of Table 3 (b).", "no_labels"),
    "functions": ("Values of f(a) and g(b) where the reaction is ⁹Be(d, α)⁷Li.", "no_labels"),
    "axes": ("Rate (y-axis) against time (t) and charge (C) of the magnetic (M) channel.", "no_labels"),
    "a panel of another figure": ("(b) Size ℓ = 5", "no_labels"),
    "one letter": ("(A) A density plot of a population.", "one_label"),
    "letters with a gap": ("(A) One. (B) Two. (D) Four. (E) Five.", "labels_unclear"),
    "nothing said": ("(a) (b)", "no_words"),
    "empty": ("", "no_labels"),
}


def own_words(caption: str, raw: str | None = None) -> dict[str, list[str]]:
    return {
        panel.label: [caption[start:end] for start, end in panel.spans]
        for panel in split_caption(caption, raw).panels
    }


@pytest.mark.parametrize("name", GOLDEN)
def test_words_of_each_panel(name: str) -> None:
    caption, expected = GOLDEN[name]
    assert own_words(caption) == {k: [v] if isinstance(v, str) else v for k, v in expected.items()}


@pytest.mark.parametrize("name", UNSPLIT)
def test_captions_that_name_no_panels_say_why(name: str) -> None:
    caption, reason = UNSPLIT[name]
    found = split_caption(caption)
    assert (found.panels, found.reason) == ((), reason)
    assert reason in CAPTION_REASONS


def test_every_reason_occurs() -> None:
    assert {reason for _, reason in UNSPLIT.values()} == set(CAPTION_REASONS)


def test_sentences_before_and_after_belong_to_all() -> None:
    caption = "Both sides. (A) Left. (B) Right. Scale bar, 2 mm."
    found = split_caption(caption)
    assert [caption[slice(*span)] for span in found.preamble] == ["Both sides."]
    assert [caption[slice(*span)] for span in found.tail] == ["Scale bar, 2 mm."]


def test_labels_keep_what_the_caption_prints() -> None:
    found = split_caption("(A) One. (B–C) Two and three.")
    assert [(panel.label, panel.printed) for panel in found.panels] == [
        ("a", "(A)"),
        ("b", "(B–C)"),
        ("c", "(B–C)"),
    ]


@pytest.mark.parametrize(
    "raw",
    [
        "<caption><p>Larvae <bold>a</bold> dark form <bold>b</bold> pale form</p></caption>",
        r"Larvae \textbf{a} dark form \textbf{b} pale form",
        r"Larvae {\bf a} dark form {\bf b} pale form",
    ],
    ids=["jats", "latex", "old_latex"],
)
def test_bold_letters_of_the_source_name_panels(raw: str) -> None:
    caption = "Larvae a dark form b pale form"
    assert own_words(caption) == {}
    assert own_words(caption, raw) == {"a": ["dark form"], "b": ["pale form"]}


def test_items_of_a_list_are_panels() -> None:
    caption = "Two views.\na. The head.\nb. The tail."
    assert own_words(caption) == {"a": ["The head."], "b": ["The tail."]}
