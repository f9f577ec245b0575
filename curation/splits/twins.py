"""Groups of papers that are one work: versions of a paper, and arXiv and PMC twins by DOI or title."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

VERSION = "1"  # 1: base id, DOI, title

TITLE_CHARACTERS = 20  # shorter titles ("Introduction", "Editorial") name many works

# A preprint has a DOI of its own beside that of the article it became, so it does not contradict another.
_PREPRINT_DOI = re.compile(
    r"10\.(?:48550/arxiv\.|1101/\d|21203/rs|26434/chemrxiv|2139/ssrn|20944/preprints|31234/osf|36227/techrxiv"
    r"|5281/zenodo)"
)
_DOI_START = re.compile(r"10\.\d{4,9}/\S")


@dataclass(frozen=True, kw_only=True)
class PaperIdentity:
    """What says which work a paper is; `paper_id` is the source's identifier without version."""

    paper_key: str
    source: str
    paper_id: str
    doi: str | None = None
    title: str | None = None


def group_papers(papers: Sequence[PaperIdentity]) -> dict[str, str]:
    """Return the group id of every paper key: the smallest `source:paper_id` of the papers in its group.

    Two papers are of one group when they share the base id, the DOI, or a title of at least 20 letters and
    digits, unless both have journal DOIs, which then differ. A paper without one joins every work of
    its title, so that groups only grow when papers are added; without that, a paper could leave the test
    split in a later release.
    """
    parents: dict[str, str] = {}
    by_doi: dict[str, str] = {}
    titled: defaultdict[str, list[PaperIdentity]] = defaultdict(list)
    for paper in papers:
        base = base_id(paper)
        parents.setdefault(base, base)
        doi = normal_doi(paper.doi)
        if doi is not None:
            _join(parents, by_doi.setdefault(doi, base), base)
        title = normal_title(paper.title)
        if title is not None:
            titled[title].append(paper)
    for same_title in titled.values():
        if not all(map(_has_journal_doi, same_title)):
            for paper in same_title[1:]:
                _join(parents, base_id(same_title[0]), base_id(paper))
    return {paper.paper_key: _root(parents, base_id(paper)) for paper in papers}


def base_id(paper: PaperIdentity) -> str:
    """Return the name that all versions of a paper share."""
    return f"{paper.source}:{paper.paper_id}"


def normal_doi(doi: str | None) -> str | None:
    """Return a DOI in lower case without resolver or trailing punctuation, or None where there is none."""
    found = _DOI_START.search((doi or "").strip().casefold())
    return (doi or "").strip().casefold()[found.start() :].rstrip(".,; ") if found else None


def normal_title(title: str | None) -> str | None:
    """Return the title's letters and digits, case folded; None where fewer than 20 remain."""
    folded = unicodedata.normalize("NFKC", title or "").casefold()
    letters = "".join(character for character in folded if character.isalnum())
    return letters if len(letters) >= TITLE_CHARACTERS else None


def _has_journal_doi(paper: PaperIdentity) -> bool:
    doi = normal_doi(paper.doi)
    return doi is not None and not _PREPRINT_DOI.match(doi)


def _root(parents: dict[str, str], name: str) -> str:
    while parents[name] != name:
        parents[name] = parents[parents[name]]
        name = parents[name]
    return name


def _join(parents: dict[str, str], left: str, right: str) -> None:
    """Join two groups under the smaller name, which is thereby the group's id."""
    left, right = _root(parents, left), _root(parents, right)
    parents[max(left, right)] = min(left, right)
