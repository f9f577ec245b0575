"""Which file of a package is the article, and its XML parsed without network, DTDs or unbounded entities."""

import html.entities
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from extractors.jats.nodes import local
from schemas.reject import RecordError

_MAX_PREFIXES = 50  # undeclared namespace prefixes that a repair declares
MAX_CANDIDATES = 20  # XML files of one package that are tried
_EXTENSIONS = {".nxml": 0, ".jats": 1, ".xml": 2}

_PREDEFINED = frozenset({b"amp", b"lt", b"gt", b"quot", b"apos"})
_NAMED_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9._-]{0,40});")
_FOREIGN_ENTITY = re.compile(rb"&(?!#|amp;|lt;|gt;|quot;|apos;)")
_DECLARED = re.compile(rb"<!ENTITY\s+([A-Za-z][\w.-]*)\s+[\"']")
_XML_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]*\?>")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CHARACTER_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,8}));")
_BARE_AMPERSAND = re.compile(r"&(?!(?:[A-Za-z][A-Za-z0-9._-]*|#[0-9]+|#x[0-9a-fA-F]+);)")
_START_TAG = re.compile(r"<[A-Za-z_][\w.:-]*")
_PREFIX = re.compile(r"[<\s]([A-Za-z_][\w.-]*):[A-Za-z_]")
_NAMESPACES = {
    "xlink": "http://www.w3.org/1999/xlink",
    "mml": "http://www.w3.org/1998/Math/MathML",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "ali": "http://www.niso.org/schemas/ali/1.0/",
    "oasis": "http://www.niso.org/standards/z39-96/ns/oasis-exchange/table",
}
_XML_ENCODING = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*encoding=[\"']([A-Za-z0-9._-]+)")


@dataclass(frozen=True)
class Article:
    """The article of a package: its file and its `<article>` element."""

    path: str
    root: etree._Element
    warnings: tuple[str, ...] = ()


def read_article(files: Mapping[str, bytes]) -> Article:
    """Return the package's article.

    Raises:
        RecordError: paper_empty without an XML file, xml_invalid where none can be parsed, xml_not_article
            where those that can are something else.
    """
    candidates = _candidates(files)
    if not candidates:
        if any(p.lower().endswith(".pdf") for p in files):
            raise RecordError("pdf_only", "the package holds a PDF and no article XML")
        raise RecordError("paper_empty", f"no article XML among {len(files)} files")
    problems: list[RecordError] = []
    for path in candidates[:MAX_CANDIDATES]:
        try:
            root, repaired = parse_xml(files[path])
            article, others = _article_element(root, path)
        except RecordError as problem:
            problems.append(RecordError(problem.reason, f"{path}: {problem.detail}"))
            continue
        warnings = [f"{path}: {repaired}"] if repaired else []
        if others:
            warnings.append(f"{path}: {others} further articles in the file were not read")
        return Article(path, article, tuple(warnings))
    raise next((p for p in problems if p.reason == "xml_invalid"), problems[0])


def _candidates(files: Mapping[str, bytes]) -> list[str]:
    def order(path: str) -> tuple[bool, int, int, str]:
        stem, extension = posixpath.splitext(posixpath.basename(path))
        named_like_folder = stem.lower() == posixpath.basename(posixpath.dirname(path)).lower()
        return (not named_like_folder, _EXTENSIONS[extension.lower()], path.count("/"), path)

    found = [
        path
        for path in files
        if posixpath.splitext(path)[1].lower() in _EXTENSIONS
        and not posixpath.basename(path).startswith(".")
        and not path.startswith("__MACOSX/")
    ]
    return sorted(found, key=order)


def _article_element(root: etree._Element, path: str) -> tuple[etree._Element, int]:
    """Return the `<article>` of a parsed file and how many others stand beside it."""
    name = local(root)
    if name == "article":
        if not any(local(c) in ("front", "body", "back", "floats-group", "floats-wrap") for c in root):
            raise RecordError("xml_not_article", "an article element without front, body or back")
        return root, 0
    articles = list(root.iterdescendants("{*}article"))
    if not articles:
        raise RecordError("xml_not_article", f"the root element is {name or 'unnamed'!r}")
    stem = posixpath.splitext(posixpath.basename(path))[0].upper().split(".")[0]
    wanted = [a for a in articles if stem.startswith("PMC") and stem[3:] in _pmc_numbers(a)]
    return (wanted or articles)[0], len(articles) - 1


def _pmc_numbers(article: etree._Element) -> list[str]:
    front = next(article.iterchildren("{*}front"), article)
    ids = front.iterdescendants("{*}article-id")
    return [
        (e.text or "").strip().upper().removeprefix("PMC")
        for e in ids
        if e.get("pub-id-type") in ("pmc", "pmcid")
    ]


def parse_xml(data: bytes) -> tuple[etree._Element, str]:
    """Return the root of an XML file and a sentence on what had to be repaired, "" where nothing had.

    Entities of DTDs, which are never loaded, are resolved from HTML's list, unknown names are kept as text.

    Raises:
        RecordError: xml_invalid where the file cannot be parsed, its entities expand beyond measure or its
            elements nest too deep.
    """
    if not data.strip():
        raise RecordError("xml_invalid", "the file is empty")
    try:
        return _parse(_resolve_entities(data)), ""
    except etree.XMLSyntaxError as error:
        first = error
    text, repaired = _repair(data)
    try:
        return _parse(_resolve_entities(text)), f"{repaired} ({_message(first)})"
    except etree.XMLSyntaxError as error:
        raise RecordError("xml_invalid", _message(first)) from error


def _parse(data: bytes) -> etree._Element:
    parser = etree.XMLParser(
        load_dtd=False,
        no_network=True,
        resolve_entities="internal",
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    return etree.fromstring(data, parser)


def _message(error: etree.XMLSyntaxError) -> str:
    message = (error.msg or str(error)).split("\n")[0]
    if "amplification" in message or "entity nesting" in message:
        return "its entities expand beyond measure"
    return message[:200]


def _resolve_entities(data: bytes) -> bytes:
    """Replace named entities that no loaded DTD defines by the characters they stand for."""
    if not _FOREIGN_ENTITY.search(data):
        return data
    # The internal subset keeps its own references: they are resolved where they are used.
    end = data.find(b"]>") if b"<!ENTITY" in data else -1
    head, body = data[: end + 1], data[end + 1 :]
    declared = _PREDEFINED | set(_DECLARED.findall(head))

    def replacement(match: re.Match[bytes]) -> bytes:
        name = match.group(1)
        if name in declared:
            return match.group()
        characters = html.entities.html5.get(name.decode("ascii") + ";")
        if characters is None:
            return b"&amp;" + name + b";"
        return b"".join(b"&#%d;" % ord(c) for c in characters)

    out, start = [head], 0
    while start < len(body):  # text in CDATA sections is no markup
        cdata = body.find(b"<![CDATA[", start)
        if cdata < 0:
            out.append(_NAMED_ENTITY.sub(replacement, body[start:]))
            break
        closing = body.find(b"]]>", cdata)
        closing = len(body) if closing < 0 else closing
        out += (_NAMED_ENTITY.sub(replacement, body[start:cdata]), body[cdata:closing])
        start = closing
    return b"".join(out)


def _repair(data: bytes) -> tuple[bytes, str]:
    """Return the file with the commonest breaches of XML's rules mended, and which encoding was read."""
    text, encoding = _decode(data)
    text = _XML_DECLARATION.sub("", text.lstrip("\ufeff \t\r\n"), count=1)
    text = _FORBIDDEN.sub("", text)
    text = _CHARACTER_REFERENCE.sub(_legal_reference, text)
    text = _BARE_AMPERSAND.sub("&amp;", text)
    return _declare_prefixes(text).encode("utf-8"), f"repaired, read as {encoding}"


def _decode(data: bytes) -> tuple[str, str]:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace"), "utf-16"
    stated = _XML_ENCODING.match(data)
    names = [stated.group(1).decode("ascii")] if stated else []
    for name in [*names, "utf-8", "cp1252"]:
        try:
            return data.decode(name), name.lower()
        except (LookupError, UnicodeError):
            continue
    return data.decode("latin-1"), "latin-1"


def _legal_reference(match: re.Match[str]) -> str:
    number = int(match.group(1), 16) if match.group(1) else int(match.group(2))
    legal = number in (9, 10, 13) or 0x20 <= number <= 0xD7FF or 0xE000 <= number <= 0xFFFD
    return match.group() if legal or 0x10000 <= number <= 0x10FFFF else ""


def _declare_prefixes(text: str) -> str:
    """Declare on the root the namespace prefixes that the text uses without saying what they mean."""
    start = _START_TAG.search(text)
    if start is None:
        return text
    used = list(dict.fromkeys(_PREFIX.findall(text)))[:_MAX_PREFIXES]
    missing = [p for p in used if p not in ("xml", "xmlns") and f"xmlns:{p}=" not in text]
    declared = "".join(f' xmlns:{p}="{_NAMESPACES.get(p, f"urn:undeclared:{p}")}"' for p in missing)
    return text[: start.end()] + declared + text[start.end() :]
