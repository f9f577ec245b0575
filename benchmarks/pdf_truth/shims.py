"""What a paper lacks on this machine, put beside it so that pdflatex comes to an end.

Classes and packages that are not installed are replaced by plain ones, graphics that are missing or damaged
by a drawing: the text is then set differently from how its authors set it, but it is TeX that says where
each float stands.
"""

import re
from pathlib import Path

from extractors.mupdf import mupdf

_MISSING = re.compile(r"^! (?:LaTeX|Package \w+) Error: File `([^']+)' not found", re.MULTILINE)
_FONT = re.compile(r"auto expansion is only possible|Font \S+ at \d+ not found", re.MULTILINE)
_DAMAGED = re.compile(
    r"\(file ([^)]+)\)[^\n]{0,60}reading image file failed|file ([^\s:]+): (?:libpng|reading)"
)
_GRAPHICS = (".pdf", ".png", ".jpg", ".jpeg", ".eps", ".ps", ".svg", ".tif", ".gif")
_CLASS = r"""\NeedsTeXFormat{LaTeX2e}\DeclareOption*{\PassOptionsToClass{\CurrentOption}{article}}
\ProcessOptions\LoadClass{article}\RequirePackage{graphicx,amsmath,amssymb,booktabs}
"""
_PACKAGES = {
    "microtype": r"\RequirePackage{keyval}\newcommand\microtypesetup[1]{}\newcommand\DisableLigatures[2][]{}",
    "dsfont": r"\newcommand\mathds[1]{\mathbf{##1}}",
}


def supply(folder: Path, output: str, supplied: set[str]) -> bool:
    """Put one missing file, or all that a run names, into a folder; return whether there was any.

    Args:
        folder: where pdflatex runs.
        output: what it said.
        supplied: names that were supplied before; grows.
    """
    wanted = [match[1] for match in _MISSING.finditer(output)]
    wanted += ["microtype.sty"] if _FONT.search(output) else []
    for match in _DAMAGED.finditer(output):
        wanted.append("!" + (match[1] or match[2]).strip())
    done = False
    for name in dict.fromkeys(wanted):
        target = (folder / name.removeprefix("!")).resolve()
        if name in supplied or not target.is_relative_to(folder.resolve()):
            continue
        supplied.add(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        done = _write(target, replaced=name.startswith("!")) or done
    return done


def _write(target: Path, *, replaced: bool) -> bool:
    if target.exists() and not replaced:
        return False
    suffix = target.suffix.lower()
    if suffix == ".cls":
        target.write_text(_CLASS)
    elif suffix == ".sty":
        target.write_text(_PACKAGES.get(target.stem, "").replace("##", "#") + "\n")
    elif suffix in (".tex", ".bbl", ".ltx"):
        target.write_text("\n")
    elif suffix in (".png", ".jpg", ".jpeg"):
        target.write_bytes(drawing("png" if suffix == ".png" else "jpg", len(target.stem)))
    elif suffix == ".pdf" or (suffix not in _GRAPHICS and not replaced):
        target.with_name(target.name if suffix == ".pdf" else target.name + ".pdf").write_bytes(
            drawing("pdf", len(target.stem))
        )
    else:
        return False
    return True


def drawing(form: str, seed: int) -> bytes:
    """Return a diagram with axes and a curve as a PDF, PNG or JPEG file, the same for the same seed."""
    pymupdf = mupdf()
    with pymupdf.open() as document:
        width, height = 300, 150 + 30 * (seed % 5)
        page = document.new_page(width=width, height=height)
        shape = page.new_shape()
        shape.draw_line((30, height - 25), (width - 10, height - 25))
        shape.draw_line((30, height - 25), (30, 10))
        points = [(30 + 25 * k, height - 40 - (k * (seed + 7) * 37) % (height - 60)) for k in range(10)]
        shape.draw_polyline(points)
        shape.finish(width=1)
        shape.commit()
        for k in range(1, 10, 2):
            page.insert_text((26 + 25 * k, height - 12), str(k), fontsize=9)
        page.insert_text((width / 2, height - 3), "time", fontsize=9)
        if form == "pdf":
            return bytes(document.tobytes(no_new_id=True))
        return bytes(page.get_pixmap(dpi=110).tobytes(form))
