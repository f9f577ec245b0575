"""Harvests arXiv's metadata over OAI-PMH: pages of records, in the form of the Kaggle snapshot's rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from lxml import etree

from schemas.errors import UserError
from sources.fetch.http import Transport
from sources.fetch.outcome import FetchError, FetchFailure

VERSION = "1"  # 1: arXivRaw and arXiv as rows of the Kaggle snapshot

OAI = "{http://www.openarchives.org/OAI/2.0/}"
IDENTIFIER = "oai:arXiv.org:"
DAY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
SET = re.compile(r"[A-Za-z0-9-]+(?::[A-Za-z0-9.-]+)*")
NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# Errors that say that the question was wrong; the others say that the answer is empty or that a token is old.
WRONG_QUESTION = ("badArgument", "badVerb", "cannotDisseminateFormat", "noSetHierarchy", "idDoesNotExist")


@dataclass(frozen=True, kw_only=True)
class OaiParameters:
    """What to harvest: one set or all, changed from one day to another (both included).

    `arXivRaw` has the history of versions; `arXiv` has the authors' names in parts instead.
    """

    prefix: Literal["arXivRaw", "arXiv"] = "arXivRaw"
    set: str | None = None
    since: str | None = None
    until: str | None = None
    base: str = "https://oaipmh.arxiv.org/oai"
    restarts: int = 3  # of a list whose token has expired: tokens live until the end of the day
    attempts: int = 3  # for an answer that is no OAI-PMH

    def __post_init__(self) -> None:
        """Refuse what the server would."""
        for name, day in (("from", self.since), ("until", self.until)):
            if day is not None and not DAY.fullmatch(day):
                raise UserError(f"the day {day!r} of `{name}` is not of the form 2026-01-31")
        if self.since and self.until and self.since > self.until:
            raise UserError(f"nothing lies between {self.since} and {self.until}: `from` is after `until`")
        if self.set is not None and not SET.fullmatch(self.set):
            raise UserError(
                f"the set {self.set!r} is none of arXiv's: they look like cs, cs:cs:AI, physics:hep-th"
            )


@dataclass(frozen=True, kw_only=True)
class OaiRecord:
    """One record: the paper's row in the form of the Kaggle snapshot, or None where it was deleted; its sets."""

    paper_id: str
    datestamp: str
    row: dict[str, Any] | None
    sets: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OaiPage:
    """One answer: its records, what in it could not be read, and the token for the next one; None at the end."""

    records: tuple[OaiRecord, ...]
    failures: tuple[FetchFailure, ...]
    token: str | None
    response_date: str | None


def harvest(
    transport: Transport, parameters: OaiParameters, *, token: str | None = None
) -> Iterator[OaiPage]:
    """Yield the pages of a list, from its beginning or from where a token of an earlier harvest left off.

    Where a token has expired the list begins anew, so that records may come twice.

    Raises:
        FetchError: any reason of the network; `bad_response` where the server does not speak OAI-PMH.
        UserError: the server refuses the question.
    """
    restarts = 0
    while True:
        page = _page(transport, parameters, token)
        if page is None:
            restarts += 1
            if token is None or restarts > parameters.restarts:
                raise FetchError("bad_response", f"{parameters.base}: its resumption tokens expire at once")
            token = None
            continue
        yield page
        if page.token is None:
            return
        if page.token == token:
            raise FetchError("bad_response", f"{parameters.base}: the list leads back to itself")
        token = page.token


def _page(transport: Transport, parameters: OaiParameters, token: str | None) -> OaiPage | None:
    """Return one page; None where the token has expired."""
    url = f"{parameters.base}?{urlencode(_question(parameters, token))}"
    return transport.get_parsed(url, parse_page, attempts=parameters.attempts)


def _question(parameters: OaiParameters, token: str | None) -> dict[str, str]:
    if token is not None:
        return {"verb": "ListRecords", "resumptionToken": token}
    asked = {
        "metadataPrefix": parameters.prefix,
        "set": parameters.set,
        "from": parameters.since,
        "until": parameters.until,
    }
    return {"verb": "ListRecords"} | {name: value for name, value in asked.items() if value is not None}


def parse_page(data: bytes) -> OaiPage | None:
    """Return what an answer to ListRecords holds; None where it says that its token has expired.

    Raises:
        FetchError: `bad_response` for what is no OAI-PMH answer.
        UserError: the answer says that the question was wrong.
    """
    root = _parse(data)
    date = _text(root, f"{OAI}responseDate")
    for error in root.iter(f"{OAI}error"):
        code = error.get("code") or ""
        if code == "badResumptionToken":
            return None
        if code == "noRecordsMatch":
            return OaiPage(records=(), failures=(), token=None, response_date=date)
        if code in WRONG_QUESTION:
            said = " ".join("".join(error.itertext()).split())[:300]
            raise UserError(f"arXiv's OAI-PMH server refuses the question ({code}): {said}")
        raise FetchError("bad_response", f"OAI-PMH error {code!r}")
    found = root.find(f"{OAI}ListRecords")
    if found is None:
        raise FetchError("bad_response", "the answer holds no list of records")
    records, failures = [], []
    for number, element in enumerate(found.findall(f"{OAI}record"), start=1):
        try:
            records.append(_record(element, number))
        except FetchError as wrong:
            key = _text(element, f"{OAI}header/{OAI}identifier") or f"record {number}"
            failures.append(wrong.failure(f"arxiv:{key.removeprefix(IDENTIFIER)}"))
    return OaiPage(
        records=tuple(records),
        failures=tuple(failures),
        token=_text(found, f"{OAI}resumptionToken"),
        response_date=date,
    )


def _parse(data: bytes) -> Any:
    """Return the root of an answer; characters that XML forbids, and abstracts hold, are left out."""
    for candidate in (data, NOT_XML.sub(b"", data)):
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
        )
        try:
            root = etree.fromstring(candidate, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            problem = error
            continue
        if root is None or root.tag != f"{OAI}OAI-PMH":
            raise FetchError("bad_response", "the answer is no OAI-PMH")
        return root
    raise FetchError("bad_response", f"the answer is no XML: {problem}")


def _record(element: Any, number: int) -> OaiRecord:
    header = element.find(f"{OAI}header")
    name = _text(header, f"{OAI}identifier") if header is not None else None
    if header is None or name is None or not name.startswith(IDENTIFIER):
        raise FetchError("bad_response", f"record {number} has no identifier of arXiv")
    paper_id = name.removeprefix(IDENTIFIER)
    datestamp = (_text(header, f"{OAI}datestamp") or "")[:10]
    found = (" ".join((element.text or "").split()) for element in header.findall(f"{OAI}setSpec"))
    sets = tuple(sorted({name for name in found if SET.fullmatch(name)}))
    if header.get("status") == "deleted":
        return OaiRecord(paper_id=paper_id, datestamp=datestamp, row=None, sets=sets)
    metadata = element.find(f"{OAI}metadata")
    content = next(iter(metadata), None) if metadata is not None else None
    if content is None:
        raise FetchError("bad_response", f"the record of {paper_id} has no metadata")
    row = _row(content, paper_id, datestamp)
    return OaiRecord(paper_id=paper_id, datestamp=datestamp, row=row, sets=sets)


def _row(content: Any, paper_id: str, datestamp: str) -> dict[str, Any]:
    """Return a row with the snapshot's names, the identifier first; what a prefix does not have is null or empty."""
    space = content.tag.rpartition("}")[0] + "}"

    def text(name: str) -> str | None:
        return _text(content, f"{space}{name}")

    names = [
        [_text(author, f"{space}{part}") or "" for part in ("keyname", "forenames", "suffix")]
        for author in content.findall(f"{space}authors/{space}author")
    ]
    joined = ", ".join(" ".join(filter(None, (first, last, suffix))) for last, first, suffix in names)
    return {
        "id": paper_id,
        "submitter": text("submitter"),
        "authors": joined or text("authors"),
        "title": text("title"),
        "comments": text("comments"),
        "journal-ref": text("journal-ref"),
        "doi": text("doi"),
        "report-no": text("report-no"),
        "categories": text("categories"),
        "license": text("license"),
        "abstract": text("abstract"),
        "versions": _versions(content, space),
        "update_date": datestamp or None,
        "authors_parsed": names,
    }


def _versions(content: Any, space: str) -> list[dict[str, str | None]]:
    """Return the history, oldest first; `source_type` has an I where a version was withdrawn (inferred)."""
    found = [
        {
            "version": version.get("version"),
            "created": _text(version, f"{space}date"),
            "size": _text(version, f"{space}size"),
            "source_type": _text(version, f"{space}source_type"),
        }
        for version in content.findall(f"{space}version")
        if re.fullmatch(r"v\d{1,4}", version.get("version") or "")
    ]
    return sorted(found, key=lambda version: int(str(version["version"])[1:]))


def _text(element: Any, path: str) -> str | None:
    found = element.find(path)
    return " ".join("".join(found.itertext()).split()) or None if found is not None else None
