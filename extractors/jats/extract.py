"""One PubMed Central article in, its captioned figures and tables out."""

from extractors.jats.article.document import read_article
from extractors.jats.article.header import read_header, read_metadata
from extractors.jats.floats.assemble import Scene, read_float, set_translations_apart
from extractors.jats.floats.media import media_index
from extractors.jats.floats.survey import Survey, survey_article
from extractors.jats.text.labels import clean_label
from extractors.jats.text.mentions import mention_index
from extractors.jats.text.ranges import Target, Targets
from schemas.floats import Extraction, Float
from schemas.paper import Paper
from schemas.reject import Reject


def extract(paper: Paper) -> Extraction:
    """Return everything that a JATS or NLM article says of itself and of its figures and tables.

    Every `<fig>`, `<table-wrap>` and captioned group is a float or a reject. Floats come in document order,
    a group before its panels.

    Args:
        paper: a package with one article XML (`.nxml` or `.xml`), its media, and perhaps a `.json` beside it.

    Raises:
        RecordError: paper_empty, pdf_only, xml_invalid or xml_not_article, for the paper as a whole.
    """
    article = read_article(paper.files)
    metadata, problems = read_metadata(paper.files, article.path)
    header = read_header(article.root, paper_key=paper.key, path=article.path, metadata=metadata)
    survey = survey_article(article.root, paper_key=paper.key, language=header.language)
    labels = {s.xml_id: clean_label(s.label) or "" for s in survey.spots if s.xml_id and s.label}
    scene = Scene(
        header=header,
        path=article.path,
        media=media_index(paper.files, article.path),
        mentions=mention_index(survey.xrefs, targets=_targets(survey), labels=labels),
        panels=_panel_ids(survey),
    )
    warnings = [*article.warnings, *problems, *survey.warnings]
    floats: list[Float] = []
    rejects: list[Reject] = []
    for spot in survey.spots:
        found = read_float(spot, scene, warnings)
        if isinstance(found, Float):
            floats.append(found)
        else:
            rejects.append(found)
    floats, translations = set_translations_apart(floats, header.language)
    return Extraction(header, tuple(floats), tuple(rejects + translations), tuple(warnings))


def _targets(survey: Survey) -> Targets:
    targets = []
    for spot in survey.spots:
        if spot.xml_id:
            label = clean_label(spot.label) if spot.label else None
            parent = spot.parent.pair_id if spot.parent is not None else None
            targets.append(Target(spot.xml_id, spot.kind, label, parent, spot.pair_id))
    return Targets(targets)


def _panel_ids(survey: Survey) -> dict[str, tuple[str, ...]]:
    ids: dict[str, list[str]] = {}
    for spot in survey.spots:
        if spot.parent is not None and spot.xml_id:
            ids.setdefault(spot.parent.pair_id, []).append(spot.xml_id)
    return {name: tuple(found) for name, found in ids.items()}
