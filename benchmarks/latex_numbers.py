"""Compares the printed numbers of figures and tables with those that pdfTeX itself writes for the corpus.

Run from the repository's root: `.venv/bin/python -m benchmarks.latex_numbers`. Each paper that pdfTeX can
compile gives its list of figures and list of tables in its .aux files: numbers that owe nothing to any
extractor. Skipped with a sentence where pdflatex is not installed; exits with 1 where the bound is missed.
"""

import os
import posixpath
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.latex_fidelity import CORPUS, read_corpus
from extractors.latex import extract
from extractors.latex.source.project import open_project
from schemas.paper import Paper
from schemas.reject import RecordError

LISTED = re.compile(r"\\contentsline ?\{(figure|table)\}\{\\numberline ?\{([^{}]*)\}")
BOUND = 0.97
SECONDS = "60"


def listed(files: dict[str, bytes], main: str) -> list[tuple[str, str]]:
    """Return kind and number of each caption that pdfTeX lists; none where it does not compile the paper."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        inside = Path(folder, posixpath.dirname(main))
        command = ["pdflatex", "-interaction=nonstopmode", "-no-shell-escape", "-draftmode"]
        subprocess.run(
            ["timeout", SECONDS, *command, posixpath.basename(main)],
            cwd=inside, env={**os.environ, "openin_any": "p", "openout_any": "p"}, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        text = "\n".join(p.read_text("latin-1") for p in sorted(inside.glob("**/*.aux")))
    return [(kind, number.strip()) for kind, number in LISTED.findall(text) if number.strip()]


def main() -> int:
    if not CORPUS.exists():
        print(f"no corpus at {CORPUS}", file=sys.stderr)
        return 1
    if shutil.which("pdflatex") is None:
        print("pdflatex is not installed: apt-get install texlive-latex-extra")
        return 0
    right = total = 0
    for slug, files in read_corpus().items():
        try:
            found = extract(Paper(f"arxiv:{slug}", files))
        except RecordError as error:
            print(f"{slug:45} rejected as a whole: {error.reason}")
            continue
        truth = Counter(listed(files, open_project(files).main))
        if not truth:
            print(f"{slug:45} pdfTeX lists nothing")
            continue
        ours = Counter((f.kind, f.number) for f in found.floats if f.number and f.parent_id is None)
        ours.update(
            (r.kind or "", (r.label or "").split(" ")[-1])
            for r in found.rejects
            if r.label and ":panel-" not in (r.pair_id or "")
        )
        agreed = sum((truth & ours).values())
        right, total = right + agreed, total + sum(truth.values())
        missing, extra = truth - ours, ours - truth
        remark = f"only TeX {sorted(missing)} only ours {sorted(extra)}" if missing or extra else ""
        print(f"{slug:45} {agreed:3} of {sum(truth.values()):3} {remark[:300]}")
    share = right / max(1, total)
    print(f"{right} of {total} numbers as pdfTeX writes them: {share:.4f}   bound {BOUND}")
    return 0 if share >= BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
