"""The site of these pages: `make docs` builds it, and fails where a link leads nowhere.

A page may show a file of the repository by `{include}`: a link to that file then leads to the page. Other files of
the repository that a page links to can be downloaded from it.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

project = "SciMMIR Builder"
extensions = ["myst_parser"]
myst_heading_anchors = 3
highlight_language = "text"
html_theme = "furo"
html_title = project
html_show_copyright = html_show_sphinx = html_copy_source = False

PAGES = Path(__file__).parent
SHOWN = {
    str((PAGES / included[1]).resolve()): page.stem
    for page in PAGES.glob("*.md")
    for included in re.finditer(r"^```\{include\} (\S+)\.md$", page.read_text(encoding="utf-8"), re.MULTILINE)
}


def lead_to_pages(app: Sphinx, tree: nodes.document) -> None:
    """Let links to files that a page shows lead to that page."""
    for link in tree.findall(addnodes.pending_xref):
        if link.get("refdomain") == "doc":
            link["reftarget"] = SHOWN.get(link["reftarget"], link["reftarget"])


def setup(app: Sphinx) -> None:
    """Register it."""
    app.connect("doctree-read", lead_to_pages)
