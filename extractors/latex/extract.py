"""One LaTeX paper in, its figures and tables out."""

from dataclasses import dataclass

from extractors.latex.citations.finding import find_bibliography
from extractors.latex.expansion.expander import expand_project
from extractors.latex.expansion.handlers import HANDLERS
from extractors.latex.floats.assemble import Assembly
from extractors.latex.source.project import Project, open_project
from extractors.latex.text.citing import no_citation
from extractors.latex.text.mentions import running_text
from extractors.latex.text.renderer import Renderer, no_reference
from extractors.latex.walk.commands import walk_text
from extractors.latex.walk.state import Walk
from schemas.floats import Extraction
from schemas.paper import Paper, PaperHeader

# 1: first form. 2: acronyms, data tables, tabularray, unknown names in formulae, drawings on demand.
# 3: numbers by scope and class, pictures of the title, lists in mentions, brackets and dingbats in captions.
# 4: columns that make one value, column types of the paper's own, tables with icons, notes, siunitx's settings.
# 5: citations by any label and from .bib files, in the style of class and packages.
# 6: arguments of xparse, marks of lists, languages and labels of captions where they hold, csname in macros,
# new kinds of floats, ranges of references.
# 7: pictures by what holds where they stand, by boxes and by name; every top-level document.
VERSION = "7"


@dataclass(frozen=True)
class LatexParameters:
    """What the user may choose: whether figures drawn in TeX are handed on to be rendered."""

    render_drawings: bool = False


def extract(paper: Paper, *, parameters: LatexParameters | None = None) -> Extraction:
    """Return the figures, tables and panels of a LaTeX paper, and those that could not become pairs.

    With `render_drawings`, floats that are drawn in TeX are no rejects: their graphics name pictures that are
    to be made of the extraction's `drawings` (`render_drawing`).

    Args:
        paper: key and files, as paths to bytes.
        parameters: the user's choices.

    Raises:
        RecordError: the paper as a whole cannot be read (paper_empty, paper_withdrawn, tex_main_missing,
            tex_not_latex, tex_too_complex).
    """
    return _read(paper, parameters or LatexParameters(), resolve=True)


def read_paper(paper: Paper, *, resolve: bool = True) -> Extraction:
    """Return what `extract` does; without `resolve`, references and citations print nothing (to compare)."""
    return _read(paper, LatexParameters(), resolve=resolve)


def _read(paper: Paper, parameters: LatexParameters, *, resolve: bool) -> Extraction:
    project = open_project(paper.files)
    flat = expand_project(project, HANDLERS)
    walk = walk_text(flat.text, project.graphics)
    bibliography = find_bibliography(project, flat, walk)
    to = Renderer(
        reference=walk.references.resolve if resolve else no_reference,
        citation=bibliography.cite if resolve else no_citation,
        names={
            "figurename": walk.defaults.get("figurename") or walk.style.figure,
            "tablename": walk.defaults.get("tablename") or walk.style.table,
        },
        language=walk.language,
        units=walk.units,
    )
    to.follow = walk.references.at
    skipped = [(b.start, b.end) for b in walk.floats] + walk.other + walk.bibliographies
    running = running_text(flat.text, skipped, walk.body_start, walk.references.labels)
    assembly = Assembly(paper.key, project, flat, walk, to, running)
    assembly.render_drawings = parameters.render_drawings
    assembly.run()
    return Extraction(
        header=header(paper.key, project, walk, to),
        floats=tuple(assembly.floats),
        rejects=tuple(assembly.rejects),
        warnings=tuple([*flat.warnings, *assembly.warnings][:100]),
        drawings=tuple(assembly.drawings),
    )


def header(key: str, project: Project, walk: Walk, to: Renderer) -> PaperHeader:
    """Return what the source says of the paper as a whole."""
    tex = walk.text[slice(*walk.title)][:4000] if walk.title else ""
    if walk.earlier_title and "\\@title" in tex:  # a supplement's title that quotes the paper's own
        tex = tex.replace("\\@title", walk.text[slice(*walk.earlier_title)][:4000], 1)
    to.at(walk.timeline.at(walk.body_start))
    title = to.plain(tex)
    return PaperHeader(
        paper_key=key,
        title=title or None,
        categories=(),
        language=walk.language,
        is_retracted=False,
        main_file=project.main,
    )
