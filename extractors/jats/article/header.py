"""What an article says of itself as a whole: title, ids, subjects, dates, licence, retraction."""

import json
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from extractors.jats.article.abstract import abstract_of
from extractors.jats.nodes import XML_LANG, child, children, descendants, href, language_tag, local, words
from extractors.jats.text.running import joined, readable, tidy
from schemas.paper import PaperHeader

MAX_JSON_BYTES = 4_000_000
MAX_LICENSE_TEXT = 4_000

_URL = re.compile(r"https?://[^\s<>\"'()\[\]{}]+")
_LICENSE_URL = re.compile(
    r"(?:https?://)?(?:www\.)?creativecommons\.org/[^\s<>\"'()\[\]{},;]+", re.IGNORECASE
)
_MONTHS = {m: n for n, m in enumerate(words("jan feb mar apr may jun jul aug sep oct nov dec"), 1)}
_DATE_ORDER = ("epub", "pub", "epub-ppub", "ppub", "collection")
_NOT_PUBLISHED = frozenset(
    words(
        "pmc-release nihms-submitted preprint received accepted rev-recd rev-request submitted "
        "retracted corrected pub-license"
    )
)
_RETRACTED_TITLE = re.compile(
    r"^\W*(?:retracted(?: article| paper)?\s*[:.\]\-–—]|\[?retracted\]|retracted article\b)", re.I
)
_PMCID = re.compile(r"(?:PMC)?(\d{1,12})(?:\.\d+)?\Z", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """The `.json` that the new layout puts beside an article; a field is None where it states nothing."""

    pmcid: str | None = None
    pmid: str | None = None
    doi: str | None = None
    title: str | None = None
    license_code: str | None = None
    is_retracted: bool = False


def _metadata_of(record: dict[str, object]) -> Metadata:
    def text(name: str) -> str | None:
        value = record.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        return (tidy(value) or None) if isinstance(value, str) else None

    return Metadata(
        pmcid=text("pmcid"),
        pmid=text("pmid"),
        doi=text("doi"),
        title=text("title"),
        license_code=text("license_code"),
        is_retracted=record.get("is_retracted") in (True, "true", "True", "yes"),
    )


def read_metadata(files: Mapping[str, bytes], article_path: str) -> tuple[Metadata, tuple[str, ...]]:
    """Return what the `.json` beside the article says (nothing where there is none), and warnings."""
    stem = posixpath.splitext(article_path)[0]
    folder = posixpath.dirname(article_path)
    beside = [p for p in sorted(files) if p.lower().endswith(".json") and posixpath.dirname(p) == folder]
    named = [p for p in beside if p[: -len(".json")] == stem] or beside
    for path in named:
        if len(files[path]) > MAX_JSON_BYTES:
            continue
        try:
            record = json.loads(files[path])
        except (ValueError, RecursionError):
            return Metadata(), (f"{path}: not readable as JSON",)
        if isinstance(record, dict) and ("pmcid" in record or "license_code" in record):
            return _metadata_of(record), ()
    return Metadata(), ()


def read_header(article: etree._Element, *, paper_key: str, path: str, metadata: Metadata) -> PaperHeader:
    """Return the article's header; the article's own statements come before those of the `.json`."""
    front = child(article, "front")
    meta = child(front, "article-meta") if front is not None else None
    meta = meta if meta is not None else etree.Element("article-meta")
    journal_meta = child(front, "journal-meta") if front is not None else None
    language = language_tag(article.get(XML_LANG))
    ids = _article_ids(meta)
    title = _title(meta) or metadata.title
    license_url, license_text = license_of(meta, language=language)
    abstract = abstract_of(meta, language=language)
    return PaperHeader(
        paper_key=paper_key,
        title=title,
        abstract=abstract,
        abstract_source="jats" if abstract else None,
        categories=_subjects(meta),
        doi=_doi(ids.get("doi") or metadata.doi),
        pmid=ids.get("pmid") or metadata.pmid,
        pmcid=_pmcid(ids, metadata, path, paper_key),
        journal=_journal(journal_meta),
        published=_published(meta),
        language=language,
        article_type=article.get("article-type"),
        is_retracted=metadata.is_retracted or _is_retracted(article, meta, title),
        license_url=license_url,
        license_text=license_text or metadata.license_code,
        main_file=path,
    )


def _article_ids(meta: etree._Element) -> dict[str, str]:
    ids: dict[str, str] = {}
    for element in children(meta, "article-id"):
        text = readable(element)
        if text:
            ids.setdefault((element.get("pub-id-type") or "").lower(), text)
    return ids


def _doi(stated: str | None) -> str | None:
    if not stated:
        return None
    text = stated.strip().lower()
    start = text.find("10.")
    return text[start:] if start >= 0 else None


def _pmcid(ids: dict[str, str], metadata: Metadata, path: str, paper_key: str) -> str | None:
    folder = posixpath.basename(posixpath.dirname(path)) or posixpath.splitext(path)[0]
    named = paper_key.partition(":")[2]
    for stated in (ids.get("pmc"), ids.get("pmcid"), metadata.pmcid):
        match = _PMCID.match(stated or "")
        if match:
            return "PMC" + match.group(1)
    for name in (folder, named):
        match = _PMCID.match(name)
        if match and name.upper().startswith("PMC"):
            return "PMC" + match.group(1)
    return None


def _title(meta: etree._Element) -> str | None:
    group = child(meta, "title-group")
    if group is None:
        return None
    titles = [readable(t) for t in children(group, "article-title")]
    main = next(filter(None, titles), "")
    if not main:
        translated = [readable(t) for t in descendants(group, "trans-title")]
        return next(filter(None, translated), None)
    subtitle = next((readable(s) for s in children(group, "subtitle")), "")
    if not subtitle:
        return main
    return f"{main} {subtitle}" if main[-1] in ":?!." else f"{main}: {subtitle}"


def _subjects(meta: etree._Element) -> tuple[str, ...]:
    categories = child(meta, "article-categories")
    if categories is None:
        return ()
    subjects = (readable(s) for s in descendants(categories, "subject"))
    return tuple(dict.fromkeys(filter(None, subjects)))


def _journal(journal_meta: etree._Element | None) -> str | None:
    if journal_meta is None:
        return None
    for name in ("journal-title", "abbrev-journal-title", "journal-id"):
        for element in descendants(journal_meta, name):
            text = readable(element)
            if text:
                return text
    return None


def _published(meta: etree._Element) -> str | None:
    dates: dict[str, str] = {}
    for element in children(meta, "pub-date"):
        kind = element.get("pub-type") or element.get("date-type") or "pub"
        if kind == "pub" and element.get("publication-format", "").startswith("print"):
            kind = "ppub"
        text = date_text(element)
        if text:
            dates.setdefault(kind, text)
    for kind in _DATE_ORDER:
        if kind in dates:
            return dates[kind]
    rest = sorted(text for kind, text in dates.items() if kind not in _NOT_PUBLISHED)
    return rest[0] if rest else None


def date_text(element: etree._Element) -> str | None:
    """Return a date element in ISO 8601, as precise as it states: 2021, 2021-03 or 2021-03-09."""
    iso = element.get("iso-8601-date", "")[:10]
    parts = {local(c): (c.text or "").strip() for c in element}
    year = parts.get("year", "") or _first_year(parts.get("string-date", "")) or iso[:4]
    if not (year.isascii() and year.isdigit() and len(year) == 4):
        return None
    month = _month(parts.get("month", ""))
    if month is None:
        return iso if re.fullmatch(r"\d{4}(-\d\d){1,2}", iso) and iso[:4] == year else year
    day = parts.get("day", "")
    if day.isascii() and day.isdigit() and 1 <= int(day[:3]) <= 31:
        return f"{year}-{month:02d}-{int(day[:3]):02d}"
    return f"{year}-{month:02d}"


def _first_year(text: str) -> str:
    match = re.search(r"\b(1[89]\d\d|20\d\d)\b", text)
    return match.group(1) if match else ""


def _month(text: str) -> int | None:
    if text.isascii() and text.isdigit():
        return int(text[:3]) if 1 <= int(text[:3]) <= 12 else None
    return _MONTHS.get(text[:3].lower())


def _is_retracted(article: etree._Element, meta: etree._Element, title: str | None) -> bool:
    """A retraction notice is not itself retracted; what it withdraws is, and says so in several ways."""
    kind = (article.get("article-type") or "").lower()
    if kind in ("retracted-article", "retracted"):
        return True
    if kind in ("retraction", "partial-retraction"):
        return False
    if title and _RETRACTED_TITLE.match(title):
        return True
    for related in children(meta, "related-article"):
        if (related.get("related-article-type") or "").lower() in ("retraction-forward", "retracted-by"):
            return True
    marked = descendants(meta, "date", "event", "pub-date")
    kinds = (e.get("date-type") or e.get("event-type") or e.get("pub-type") or "" for e in marked)
    return any(k.lower() in ("retracted", "retraction") for k in kinds)


def license_of(holder: etree._Element, *, language: str | None) -> tuple[str | None, str | None]:
    """Return the licence's address and wording from an element that holds `<permissions>` or `<license>`.

    Without a licence, a copyright statement that speaks of one is its wording.
    """
    inside = [c for p in children(holder, "permissions") for c in p] + list(holder)
    licenses = [c for c in inside if local(c) == "license"]
    licenses.sort(
        key=lambda e: (language_tag(e.get(XML_LANG)) not in (None, language), license_url_of(e) is None)
    )
    if licenses:
        url = next(filter(None, map(license_url_of, licenses)), None)
        return url, readable(licenses[0], limit=MAX_LICENSE_TEXT) or licenses[0].get("license-type")
    for element in inside:
        if local(element) in ("license_ref", "free_to_read"):
            url = (element.text or "").strip()
            if url:
                return url, None
    statements = [readable(c, limit=MAX_LICENSE_TEXT) for c in inside if local(c) == "copyright-statement"]
    wording = next((s for s in statements if "licen" in s.lower()), None)
    return (_url_in(wording) if wording else None), wording


def license_url_of(element: etree._Element) -> str | None:
    """Return a `<license>`'s address: its own link, an `ali:license_ref`, a link or URL in its text."""
    own = href(element)
    if own:
        return own
    for reference in descendants(element, "license_ref"):
        if (reference.text or "").strip():
            return (reference.text or "").strip()
    links = [h for h in map(href, descendants(element, "ext-link", "uri")) if h]
    best = next((link for link in links if "creativecommons" in link.lower()), None)
    return best or _url_in("".join(element.itertext())) or (links[0] if links else None)


def _url_in(text: str) -> str | None:
    match = _LICENSE_URL.search(text) or _URL.search(text)
    return match.group().rstrip(".,;:)") if match else None


def permission_text(element: etree._Element) -> str | None:
    """Return the wording of a float's own `<permissions>` and `<attrib>`, None where it has neither."""
    pieces = []
    for part in element:
        name = local(part)
        if name == "attrib":
            pieces.append(readable(part))
        elif name == "permissions":
            pieces += [readable(p) for p in part if local(p) in ("copyright-statement", "attrib", "license")]
    return joined(list(dict.fromkeys(pieces)))[:MAX_LICENSE_TEXT] or None
