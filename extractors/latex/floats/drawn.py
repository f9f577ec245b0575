"""Renders figures that a paper draws in TeX, with a TeX engine of the machine, in a sandbox and only on demand.

The document compiled is small: what the preamble defines, the packages that drawing needs, and the float's
body without caption and labels. A second try takes the packages that the paper brings along as well. Paper
sources are hostile: shell escape is off, files outside the private folder can be neither read nor written by
TeX, and time, memory and output are bounded. LuaTeX is not used, as Lua could read any file of the machine.
"""

import functools
import io
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from extractors.latex.source.scanner import Scanner
from extractors.latex.source.words import words
from runtime.sandbox import SandboxError, run_limited
from schemas.floats import Drawing
from schemas.reject import RecordError

ENGINES = ("pdflatex", "xelatex", "tectonic")
OPTIONS = {
    "pdflatex": ("-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape"),
    "xelatex": ("-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape"),
    "tectonic": ("--untrusted", "--only-cached", "--chatter=minimal"),
}
# The engine's messages go to a file: nobody reads its standard output.
SCRIPT = (
    "tar -xf paper.tar && rm paper.tar && openin_any=p openout_any=p shell_escape=f SOURCE_DATE_EPOCH=0 "
    'FORCE_SOURCE_DATE=1 exec "$@" >/dev/null'
)
JOB = "scimmir-picture"
TEXT_WIDTH = "345pt"  # that of article at 10 pt

PACKAGES = words(
    """tikz pgf pgfplots pgfplotstable pstricks pst-plot pst-node pst-all xy tikz-cd circuitikz quantikz tkz-graph
    tkz-euclide tikz-3dplot tikz-feynman feynmp axodraw forest chemfig bytefield amsmath amssymb amsfonts mathtools
    bm bbm dsfont mathrsfs stmaryrd xcolor color graphicx siunitx xspace ifthen calc etoolbox inputenc fontenc
    textcomp array booktabs multirow adjustbox subcaption subfig standalone xparse physics braket units nicefrac
    mhchem chemformula lmodern times mathptmx helvet microtype relsize rotating pifont fontawesome ulem soul"""
)
# Commands of a preamble that a picture may need: s star, o optional, m mandatory, c control word, p up to a brace.
KEPT = {
    **dict.fromkeys(("newcommand", "renewcommand", "providecommand", "DeclareRobustCommand"), "scoom"),
    **dict.fromkeys(("def", "gdef", "edef", "xdef"), "cpm"),
    **dict.fromkeys(("NewDocumentCommand", "RenewDocumentCommand", "ProvideDocumentCommand"), "cmm"),
    **dict.fromkeys(("newenvironment", "renewenvironment"), "smoomm"),
    **dict.fromkeys(("DeclareMathOperator",), "scm"),
    **dict.fromkeys(("usetikzlibrary", "usepgfplotslibrary", "usepgflibrary", "tikzset", "pgfplotsset", "pgfkeys"),
                    "m"),
    **dict.fromkeys(("usetkzobj", "pgfdeclarelayer", "pgfsetlayers", "psset", "sisetup", "ctikzset"), "m"),
    **dict.fromkeys(("definecolor", "pgfdeclareshape"), "mmm"),
    **dict.fromkeys(("newlength", "newsavebox", "newcounter", "newif", "newdimen", "newcount"), "c"),
    **dict.fromkeys(("setlength", "setcounter", "pgfmathsetmacro", "pgfmathsetlengthmacro"), "cm"),
    "colorlet": "mom", "tikzstyle": "me", "let": "cc", "makeatletter": "", "makeatother": "", "xyoption": "m",
    "DeclareUnicodeCharacter": "mm", "DeclareSIUnit": "ocm", "graphicspath": "m",
}  # fmt: skip
PREAMBLE_WORD = re.compile(r"\\([A-Za-z]+)|%[^\n]*|\\.", re.S)
PACKAGE_COMMANDS = frozenset({"usepackage", "RequirePackage"})
EQUALS_OPTION = re.compile(r"\s*\+?=\s*")
CONTROL_WORD = re.compile(r"\s*=?\s*(?:\{\s*\\[A-Za-z@]+\s*\}|\\[A-Za-z@]+|\{[^{}\\]*\})")
FLOAT_EDGE = re.compile(
    r"\\(?:begin|end)\s*\{(?:figure|table|wrapfigure|sidewaysfigure|SCfigure|center|marginfigure)\*?\}"
)
FLOAT_BEGIN = re.compile(
    r"\\begin\s*\{(?:figure|table|wrapfigure|sidewaysfigure|SCfigure)\*?\}(?:\s*\[[^\]]{0,40}\])*"
    r"(?:\s*\{[lrioLRIO]\}(?:\[[^\]]{0,40}\])?\{[^{}]{0,60}\})?"
)
LEFT_OUT = re.compile(r"\\begin\{(\w+)\}\\end\{\1\}")  # what the expander leaves of a drawing
NOT_DRAWN = re.compile(r"\\(caption|label|captionof|centering|centerline|vspace|captionsetup)(?![A-Za-z])\*?")


@dataclass(frozen=True)
class RenderLimits:
    """Bounds on one run of the engine, of which there may be two: a large pgfplots picture takes ten seconds."""

    timeout_s: float = 25.0
    memory_bytes: int = 2_000_000_000
    max_output_bytes: int = 20_000_000
    max_paper_bytes: int = 50_000_000
    preamble_chars: int = 200_000


def installed_engine() -> str | None:
    """Return the first TeX engine that this machine has, None where it has none."""
    return next((name for name in ENGINES if shutil.which(name)), None)


def engine_identity() -> str | None:
    """Return name and version of the TeX engine that renders drawings, None where there is none."""
    engine = installed_engine()
    program = shutil.which(engine) if engine else None
    return _stated_version(program) or engine if program else None


@functools.cache  # by the program's path: what PATH leads to may change
def _stated_version(program: str) -> str | None:
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, errors="replace", timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return next((line.strip() for line in done.stdout.splitlines() if line.strip()), None)


def render_drawing(
    drawing: Drawing, paper_files: Mapping[str, bytes], limits: RenderLimits | None = None
) -> bytes:
    """Return a one-page PDF, cut to the picture, of what a float draws.

    Args:
        drawing: the float's source and what its document defines.
        paper_files: the paper, for data, images and packages that the picture reads.
        limits: bounds on time, memory and sizes.

    Raises:
        RecordError: drawn_in_tex, with what went wrong: no engine, an error of TeX, a limit.
    """
    folder = drawing.folder
    limits = limits or RenderLimits()
    engine = installed_engine()
    if engine is None:
        raise RecordError("drawn_in_tex", f"no TeX engine is installed ({', '.join(ENGINES)})")
    body = drawn_part(drawing.source)
    if LEFT_OUT.search(body):
        raise RecordError(
            "drawn_in_tex", "the drawing's source comes out of a macro and is not at hand whole"
        )
    packed = packed_files(paper_files, folder, limits)
    problem = ""
    for own_packages in (False, True):

        def wanted(package: str, own: bool = own_packages) -> bool:
            return package in PACKAGES or (own and f"{folder}{package}.sty" in paper_files)

        document = picture_document(drawing.preamble[: limits.preamble_chars], body, wanted)
        try:
            finished = run_limited(
                ["sh", "-c", SCRIPT, "sh", engine, *OPTIONS[engine], f"{JOB}.tex"],
                timeout_s=limits.timeout_s,
                memory_bytes=limits.memory_bytes,
                max_output_bytes=limits.max_output_bytes,
                files={"paper.tar": packed, f"{JOB}.tex": document.encode("utf-8", "replace")},
                output_file=f"{JOB}.pdf",
            )
            return finished.output
        except SandboxError as error:
            problem = f"{engine}: {error}"
            if error.kind not in {"exit", "output"}:
                break
    raise RecordError("drawn_in_tex", f"could not be rendered: {problem}"[:500])


def packed_files(files: Mapping[str, bytes], folder: str, limits: RenderLimits) -> bytes:
    """Return a tar of the paper as seen from its main file's folder; what exceeds the limit is left out."""
    out = io.BytesIO()
    total = 0
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name in sorted(files):
            inside = name.removeprefix(folder)
            if total + len(files[name]) > limits.max_paper_bytes or inside.startswith((JOB, "paper.tar")):
                continue
            total += len(files[name])
            member = tarfile.TarInfo(inside)
            member.size = len(files[name])
            archive.addfile(member, io.BytesIO(files[name]))
    return out.getvalue()


def picture_document(preamble: str, body: str, wanted: Callable[[str], bool]) -> str:
    """Return the document that draws the body alone on a page of its size.

    The paper's own choice of packages comes first, as its options would clash with packages loaded already.
    """
    packages, definitions = kept_preamble(preamble, wanted)
    return "\n".join(
        [
            f"\\documentclass[varwidth={TEXT_WIDTH},border=2pt]{{standalone}}",
            *packages,
            "\\usepackage{graphicx,amsmath,amssymb,xcolor,tikz}",
            *definitions,
            "\\begin{document}",
            body,
            "\\end{document}",
            "",
        ]
    )


def kept_preamble(preamble: str, wanted: Callable[[str], bool]) -> tuple[list[str], list[str]]:
    """Return what a preamble has that loads a wanted package, and what defines something."""
    packages: list[str] = []
    kept: list[str] = []
    scan = Scanner(preamble)
    while True:
        match = PREAMBLE_WORD.search(preamble, scan.pos)
        if match is None:
            return packages, kept
        scan.pos = match.end()
        name = match[1]
        if name in PACKAGE_COMMANDS:
            options = scan.optional()
            names = [n.strip() for n in scan.argument().split(",")]
            # Options of a list were meant for one of its packages, perhaps one that is not loaded here.
            chosen = f"[{options}]" if options and len(names) == 1 else ""
            packages.extend(f"\\usepackage{chosen}{{{n}}}" for n in names if wanted(n))
        elif name in KEPT:
            read_arguments(scan, KEPT[name])
            kept.append(preamble[match.start() : scan.pos])


def read_arguments(scan: Scanner, shape: str) -> None:
    """Move past the arguments of a preamble's command."""
    for letter in shape:
        if letter == "c":
            scan.take(CONTROL_WORD)
        elif letter == "p":
            brace = scan.text.find("{", scan.pos, scan.pos + 500)
            scan.pos = brace if brace >= 0 else scan.pos
        elif letter == "e":
            scan.take(EQUALS_OPTION)
            scan.optional()
        else:
            scan.skip(letter)


def drawn_part(source: str) -> str:
    """Return a float's source without the float itself, its captions and its labels."""
    source = FLOAT_EDGE.sub("", FLOAT_BEGIN.sub("", source))
    out: list[str] = []
    pos = 0
    for match in NOT_DRAWN.finditer(source):
        if match.start() < pos:
            continue
        out.append(source[pos : match.start()])
        scan = Scanner(source, match.end())
        if match[1] not in {"centering", "centerline"}:
            scan.optional()
            if match[1] == "captionof":
                scan.argument()
            scan.argument()
        pos = scan.pos
    out.append(source[pos:])
    return "".join(out).strip()
