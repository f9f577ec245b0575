"""One LaTeX paper in, its figures and tables out."""

from dataclasses import dataclass

from extractors.latex.citations.finding import find_bibliography
from extractors.latex.expansion.expander import expand_project
from extractors.latex.expansion.handlers import HANDLERS
from extractors.latex.expansion.output import Flat
from extractors.latex.floats.assemble import Assembly
from extractors.latex.header import header
from extractors.latex.source.documents import Aside, as_main, copies, other_documents, shingles
from extractors.latex.source.main_file import open_project
from extractors.latex.source.project import Project
from extractors.latex.text.citing import no_citation
from extractors.latex.text.mentions import running_text
from extractors.latex.text.renderer import Renderer, no_reference
from extractors.latex.walk.commands import walk_text
from extractors.latex.walk.state import Walk
from schemas.floats import Extraction
from schemas.paper import Paper
from schemas.reject import RecordError

# 1: first form. 2: acronyms, data tables, tabularray, unknown names in formulae, drawings on demand.
# 3: numbers by scope and class, pictures of the title, lists in mentions, brackets and dingbats in captions.
# 4: columns that make one value, column types of the paper's own, tables with icons, notes, siunitx's settings.
# 5: citations by any label and from .bib files, in the style of class and packages.
# 6: arguments of xparse, marks of lists, languages and labels of captions where they hold, csname in macros,
# new kinds of floats, ranges of references.
# 7: pictures by what holds where they stand, by boxes and by name; every top-level document.
# 8: which document is the paper; labels as TeX prints them; figure supplements; appendices of a paper's own class.
# 9: pictures that a box turns together stand to each other as in it.
# 10: the abstract; the title of the section in which a mention stands.
VERSION = "10"
MAX_WARNINGS = 100


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
    first = _expanded(project)
    warnings: list[str] = []
    documents = [first, *_others(first, warnings)]
    assemblies: list[Assembly] = []
    for document in documents:
        assembly = _assembly(paper.key, document, resolve=resolve)
        assembly.render_drawings = parameters.render_drawings
        if assemblies:
            assembly.ordinals = dict(assemblies[-1].ordinals)
            assembly.shown_before = assemblies[-1].named_rightly()
        assembly.run()
        assemblies.append(assembly)
    for document, assembly in zip(documents, assemblies, strict=True):
        warnings += [*document.flat.warnings, *assembly.warnings]
    return Extraction(
        header=header(paper.key, project, first.walk, assemblies[0].to),
        floats=tuple(item for assembly in assemblies for item in assembly.floats),
        rejects=tuple(item for assembly in assemblies for item in assembly.rejects),
        warnings=tuple(warnings[:MAX_WARNINGS]),
        drawings=tuple(item for assembly in assemblies for item in assembly.drawings),
    )


@dataclass(frozen=True)
class _Document:
    """One document of a paper: its project, its flat text, and what the walk over that found."""

    project: Project
    flat: Flat
    walk: Walk


def _expanded(project: Project) -> _Document:
    flat = expand_project(project, HANDLERS)
    return _Document(project, flat, walk_text(flat.text, project.graphics))


def _others(first: _Document, warnings: list[str]) -> list[_Document]:
    """Return the submission's other documents, but drafts and copies of those before; what is left out is warned."""
    paths, aside = other_documents(first.project, first.flat.files)
    found: list[_Document] = []
    known = [shingles(first.flat.text)] if paths else []
    for path in paths:
        try:
            other = _expanded(as_main(first.project, path))
        except RecordError as error:
            aside.append(Aside(path, str(error)))
            continue
        text = shingles(other.flat.text)
        if not other.walk.floats:
            continue
        if path not in first.project.readme.toplevel and any(copies(text, before) for before in known):
            aside.append(Aside(path, "most of it stands in another document of the paper"))
            continue
        known.append(text)
        found.append(other)
    warnings += [one.warning() for one in aside]
    return found


def _assembly(key: str, document: _Document, *, resolve: bool) -> Assembly:
    flat, walk = document.flat, document.walk
    bibliography = find_bibliography(document.project, flat, walk)
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
    return Assembly(key, document.project, flat, walk, to, running)
