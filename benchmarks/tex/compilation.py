r"""Papers compiled by the TeX engine that each needs, and what TeX then says of their floats.

Nothing here knows the project's own reading of LaTeX: which file is the paper comes from the collection's
manifest, captions from the lines for `.lof` and `.lot` and labels from `\newlabel` in TeX's `.aux` files, and
graphics from a line that TeX writes to its log whenever graphics.sty opens a file.
"""

import gzip
import hashlib
import io
import json
import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from benchmarks.tex.outputs import Record, read_outputs
from runtime.sandbox import SandboxError, run_limited

VERSION = "1"  # of the way papers are compiled: what others left is not taken
SECONDS = 120  # for each run of an engine
_MEMORY = 3 * 2**30
_OUTPUT = 200 * 2**20
_ENGINES = {
    "pdflatex": "pdflatex -draftmode",
    "xelatex": "xelatex -no-pdf",
    "lualatex": "lualatex --draftmode",
    "latex": "latex",
}
_FLOATS = (
    "figure", "figure*", "table", "table*", "wrapfigure", "wraptable", "wrapfloat", "sidewaysfigure",
    "sidewaysfigure*", "sidewaystable", "sidewaystable*", "SCfigure", "SCfigure*", "SCtable", "SCtable*",
    "marginfigure", "margintable", "teaserfigure", "longtable", "longtable*", "deluxetable", "deluxetable*",
    "floatingfigure", "floatingtable", "figwindow", "tabwindow", "center", "minipage", "strip",
)  # fmt: skip

# Hooks of LaTeX's own format: they are in force before the paper's class is read, and change no output.
HOOKS = r"""\makeatletter
\def\truth@say#1{\begingroup\let\label\@gobble\let\index\@gobble\let\glossary\@gobble
  \let\protect\@unexpandable@protect\immediate\write-1{TRUTH|#1}\endgroup}
\AddToHook{begindocument/end}{%
  \ifx\Gin@setfile\@undefined\else
    \let\truth@setfile\Gin@setfile
    \def\Gin@setfile#1#2#3{\truth@say{graphic|\ifx\@captype\@undefined\else\@captype\fi|#3}\truth@setfile{#1}{#2}{#3}}%
  \fi
  \let\truth@contents\addcontentsline
  \def\addcontentsline#1#2#3{\truth@say{listed|#1|#2|#3}\truth@contents{#1}{#2}{#3}}}
\AddToHook{enddocument/afteraux}{\truth@say{end}}
""" + "".join(
    f"\\AddToHook{{env/{name}/before}}{{\\truth@say{{begin|{name}}}}}\n"
    f"\\AddToHook{{env/{name}/after}}{{\\truth@say{{finish|{name}}}}}\n"
    for name in _FLOATS
)

# Paths may lead to a parent folder, as authors' do; TeX may write nowhere else and start no program.
_SCRIPT = r"""
export openin_any=r openout_any=p max_print_line=100000 error_line=254 half_error_line=238 TEXMFVAR="$TRUTH_CACHE"
mkdir paper && tar xf paper.tar -C paper --no-same-owner 2>/dev/null
cp hooks.tex "paper/$1/truth-hooks.tex" 2>/dev/null || exit 3
cd "paper/$1" && rm -f "$2.aux" "$2.toc" "$2.lof" "$2.lot" "$2.out"
find . -name '*.aux' -delete
for run in 1 2; do
  timeout "$4" $5 -no-shell-escape -interaction=nonstopmode -recorder -jobname="$2" \
    "\input{truth-hooks.tex}\input{\"$3\"}" >/dev/null 2>&1 </dev/null
  status=$?
  grep -aqE 'Rerun to get|may have changed|No file .*\.aux' "$2.log" 2>/dev/null || break
  [ $status -ge 124 ] && break
done
echo $status > truth-status
find . -name '*.aux' -print0 | tar cf "$HOME/out.tar" truth-status "$2.log" "$2.fls" --null -T - 2>/dev/null
exit 0
"""


@dataclass(frozen=True)
class Source:
    """A paper of a collection: its files, and the one to compile as the collection says."""

    key: str
    slug: str
    files: Mapping[str, bytes]
    main: str


def collected(folder: Path) -> list[Source]:
    """Return the LaTeX papers of a folder with arXiv tars and a manifest that names each paper's main file."""
    rows = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines() if line.strip()]
    known = {row["arxiv_id"]: row for row in rows if row.get("arxiv_id") and row.get("main")}
    sources = []
    for path in sorted(folder.glob("arXiv_src_*.tar")):
        with tarfile.open(path) as bulk:
            for member in bulk:
                key = PurePosixPath(member.name).stem
                stored = bulk.extractfile(member) if member.isfile() and key in known else None
                if stored is not None and member.name.endswith(".gz"):
                    files = _unpacked(stored.read(), known[key]["main"])
                    sources.append(Source(key, known[key]["slug"], files, known[key]["main"]))
    return sources


def _unpacked(data: bytes, main: str) -> dict[str, bytes]:
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            return _members(tar)
    except tarfile.TarError:
        return {main: gzip.decompress(data)}


def _members(tar: tarfile.TarFile) -> dict[str, bytes]:
    return {m.name.removeprefix("./"): f.read() for m in tar if m.isfile() and (f := tar.extractfile(m))}


def _packed(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name in sorted(files):
            info = tarfile.TarInfo(name)
            info.size = len(files[name])
            tar.addfile(info, io.BytesIO(files[name]))
    return out.getvalue()


def record_of(paper: Source, cache: Path) -> Record:
    """Return what TeX says of a paper, from the cache where it was compiled before.

    Of the engines that could set the paper, the one that reads it to its end with the fewest errors speaks.
    """
    archive = _packed(paper.files)
    best: Record | None = None
    for engine, folder in _attempts(paper):
        record = _compiled(paper, archive, engine, folder, cache)
        if best is None or record.rank < best.rank:
            best = record
        if best.ended and not (best.avoidable and engine == "pdflatex"):
            break
    assert best is not None
    return best


def _attempts(paper: Source) -> list[tuple[str, str]]:
    text = _main_text(paper)
    folder = str(PurePosixPath(paper.main).parent)
    if re.search(r"\\usepackage(?:\[[^\]]*\])?\{[^}]*(?:luacode|luatex|lua-ul)|\\directlua", text):
        engines = ["lualatex"]
    elif re.search(
        r"\{[^}]*\b(?:fontspec|xeCJK|unicode-math|polyglossia|mathspec|xltxtra)\b[^}]*\}|\{ctex\w*\}", text
    ):
        engines = ["xelatex", "lualatex"]
    else:
        drawn = re.search(
            r"\\usepackage(?:\[[^\]]*\])?\{[^}]*(?:pstricks|pst-|psfig)|\[[^\]]*\bdvips\b", text
        )
        eps = any(name.lower().endswith((".eps", ".ps")) for name in paper.files)
        engines = ["latex", "pdflatex"] if drawn else ["pdflatex", "latex"] if eps else ["pdflatex"]
        engines.append("xelatex")
    folders = [folder] if folder == "." else [folder, "."]
    return [(engine, at) for at in folders for engine in engines]


def _main_text(paper: Source) -> str:
    lines = paper.files[paper.main].decode("latin-1").splitlines()
    return "\n".join(re.sub(r"(?<!\\)%.*", "", line) for line in lines)


def _compiled(paper: Source, archive: bytes, engine: str, folder: str, cache: Path) -> Record:
    said = hashlib.sha256("\0".join((VERSION, HOOKS, _SCRIPT, paper.main, engine, folder)).encode() + archive)
    kept = cache / f"{paper.key}-{engine}-{said.hexdigest()[:16]}.tar"
    if not kept.is_file():
        try:
            kept.write_bytes(_run(paper, archive, engine, folder, cache))
        except SandboxError as problem:
            kept.write_bytes(_packed({"problem": str(problem).encode()}))
    with tarfile.open(kept) as tar:
        outputs = _members(tar)
    stem = PurePosixPath(paper.main).stem
    return read_outputs(outputs, engine=engine, folder=folder, stem=stem, names=frozenset(paper.files))


def _run(paper: Source, archive: bytes, engine: str, folder: str, cache: Path) -> bytes:
    """Return what is left of a compilation as a tar: log, list of files and `.aux` files."""
    main = PurePosixPath(paper.main)
    inside = str(main.relative_to(folder)) if folder != "." else paper.main
    script = _SCRIPT.replace("$TRUTH_CACHE", str((cache / "texmf-var").resolve()))
    arguments = [folder, main.stem, inside, str(SECONDS), _ENGINES[engine]]
    return run_limited(
        ["nice", "-n", "10", "sh", "-c", script, "sh", *arguments],
        timeout_s=2 * SECONDS + 20,
        memory_bytes=_MEMORY,
        max_output_bytes=_OUTPUT,
        files={"paper.tar": archive, "hooks.tex": HOOKS.encode()},
        output_file="out.tar",
    ).output
