"""A picture in another folder than the source says: the paper's one file of that name, with a note."""

import pytest

from extractors.latex import extract
from schemas.floats import Extraction
from schemas.paper import Paper


def read(names: str, files: str, preamble: str = "") -> Extraction:
    floats = "".join(
        f"\\begin{{figure}}\\includegraphics{{{n}}}\\caption{{C{i}.}}\\end{{figure}}"
        for i, n in enumerate(names.split("|"))
    )
    tex = f"\\documentclass{{article}}{preamble}\\begin{{document}}{floats}\\end{{document}}"
    return extract(Paper("arxiv:1", {"main.tex": tex.encode(), **dict.fromkeys(files.split("|"), b"x")}))


FOUND = {
    "an author's own folder": ("/home/me/paper/setup.png", "figs/setup.png", "figs/setup.png"),
    "a drive": ("C:/Users/me/setup.png", "figs/setup.png", "figs/setup.png"),
    "a wrong folder": ("plots/setup.png", "figs/setup.png", "figs/setup.png"),
    "no folder": ("setup", "figs/setup.png", "figs/setup.png"),
    "a folder, the file is beside the paper": ("figs/setup", "setup.pdf", "setup.pdf"),
    "a folder by an unknown macro": (r"\figdir/setup", "figs/setup.png", "figs/setup.png"),
    "two suffixes in one folder": ("old/setup", "figs/setup.eps|figs/setup.pdf", "figs/setup.pdf"),
    "another case": ("old/Setup.PNG", "figs/setup.png", "figs/setup.png"),
    "converted": ("old/setup.eps", "figs/setup.pdf", "figs/setup.pdf"),
    "the name as written counts first": ("old/setup.png", "figs/setup.png|more/setup.pdf", "figs/setup.png"),
}


@pytest.mark.parametrize(("name", "files", "expected"), FOUND.values(), ids=FOUND)
def test_one_file_of_that_name(name: str, files: str, expected: str) -> None:
    (one,) = read(name, files).floats
    assert [(g.path, g.found_by_name) for g in one.graphics] == [(expected, True)]


LEFT = {
    "two fit": ("old/setup.png", "a/setup.png|b/setup.png"),
    "two fit by their stem": ("old/setup", "a/setup.png|b/setup.pdf"),
    "another name": ("old/setup.png", "a/setup-2.png|a/my-setup.png"),
    "no picture": ("old/setup", "a/setup.tex.txt|a/setup.dat"),
    "no name": ("old/.png", "a/b.png"),
}


@pytest.mark.parametrize(("name", "files"), LEFT.values(), ids=LEFT)
def test_nothing_is_guessed(name: str, files: str) -> None:
    found = read(name, files)
    assert not found.floats and [r.reason for r in found.rejects] == ["image_missing"]


def test_a_file_named_rightly_elsewhere_is_another_picture() -> None:
    found = read("ch1/setup|ch2/setup", "ch1/setup.png")
    assert [f.graphics[0].path for f in found.floats] == ["ch1/setup.png"]
    assert [(r.reason, r.detail) for r in found.rejects] == [("image_missing", "ch2/setup")]


def test_a_whole_path_that_ends_in_a_stored_one_is_that_file_wherever_it_is_shown() -> None:
    found = read("figs/setup|/home/me/figs/setup.png", "figs/setup.png")
    assert [f.graphics[0].found_by_name for f in found.floats] == [False, True]


def test_a_file_where_it_is_named_bears_no_note() -> None:
    (one,) = read("figs/setup", "figs/setup.png").floats
    assert not one.graphics[0].found_by_name
