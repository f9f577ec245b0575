"""arXiv's bulk manifest: which tars there are, and which of them hold the months or papers wanted."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from schemas.errors import UserError

TAR_NAME = re.compile(r"(?:src|pdf)/arXiv_(?:src|pdf)_\d{4}_\d{3,5}\.tar")
MD5 = re.compile(r"[0-9a-f]{32}")
MONTH = re.compile(r"(?P<month>\d{4}-(?:0[1-9]|1[0-2]))(?:-(?:0[1-9]|[12]\d|3[01]))?")
NEW_ID = re.compile(r"(?P<yymm>\d{4})\.(?P<number>\d{4,5})(?:v\d+)?")
OLD_ID = re.compile(
    r"(?P<archive>[a-z][a-z-]*)(?:\.[a-z]{2})?/?(?P<yymm>\d{4})(?P<number>\d{3})(?:v\d+)?", re.I
)
FIRST_YEAR = 91  # arXiv began in 1991-08: "91" to "99" are of the last century


class ManifestError(UserError):
    """The manifest or the selection cannot be used; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class BulkTar:
    """One tar of the bucket as the manifest describes it; `month` is the papers', such as 2026-01."""

    name: str
    month: str
    number: int
    items: int
    first_item: str
    last_item: str
    size: int
    md5: str
    timestamp: str


@dataclass(frozen=True)
class Manifest:
    """The tars in the order of their months, and the entries that are no usable description of one."""

    tars: tuple[BulkTar, ...]
    unusable: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class BulkSelection:
    """Which tars are wanted: those of every criterion that is given; without one, all of them.

    `months` are such as 2026-01; `since` and `until` are months or dates, both included, where the whole month
    of a date counts, because tars hold the papers of one month by their ids; `items` are arXiv ids or names
    of tars.
    """

    months: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    items: tuple[str, ...] = ()


def parse_manifest(xml: bytes) -> Manifest:
    """Return the tars of a manifest; entities in it are not expanded.

    Raises:
        ManifestError: it is no manifest of arXiv's bulk sources.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise ManifestError(f"the manifest is no XML ({error}); it may be truncated: fetch again") from error
    if root.tag not in ("arXivSRC", "arXivPDF"):
        raise ManifestError(
            f"<{root.tag}> is no manifest of arXiv's bulk tars: check bucket and manifest name"
        )
    tars: dict[str, BulkTar] = {}
    unusable = []
    for entry in root.iter("file"):
        fields = {child.tag: (child.text or "").strip() for child in entry}
        tar = _tar(fields)
        if tar is None:
            unusable.append(fields.get("filename") or "an entry without a name")
        else:
            tars[tar.name] = tar
    return Manifest(tuple(sorted(tars.values(), key=lambda t: (t.month, t.number, t.name))), tuple(unusable))


def _tar(fields: dict[str, str]) -> BulkTar | None:
    """Return the tar that an entry describes, or None where it lacks what a safe download needs."""
    month = month_of(fields.get("yymm", ""))
    numbers = [fields.get(name, "") for name in ("size", "seq_num", "num_items")]
    md5 = fields.get("md5sum", "").lower()
    name = fields.get("filename", "")
    # The name becomes a path on disk, so only the known form will do.
    usable = TAR_NAME.fullmatch(name) and MD5.fullmatch(md5) and all(n.isdecimal() for n in numbers)
    if month is None or not usable:
        return None
    size, number, items = (int(n) for n in numbers)
    return BulkTar(
        name=name,
        month=month,
        number=number,
        items=items,
        first_item=fields.get("first_item", ""),
        last_item=fields.get("last_item", ""),
        size=size,
        md5=md5,
        timestamp=fields.get("timestamp", ""),
    )


def month_of(yymm: str) -> str | None:
    """Return arXiv's yymm as a month that sorts: "9108" is 1991-08 and "0001" is 2000-01."""
    if not re.fullmatch(r"\d{2}(?:0[1-9]|1[0-2])", yymm, re.ASCII):
        return None
    century = "19" if int(yymm[:2]) >= FIRST_YEAR else "20"
    return f"{century}{yymm[:2]}-{yymm[2:]}"


def select_tars(manifest: Manifest, selection: BulkSelection) -> tuple[tuple[BulkTar, ...], tuple[str, ...]]:
    """Return the wanted tars in the manifest's order, and the wanted items that no tar holds.

    Raises:
        ManifestError: a month, a date or an item is none, or months are named that have no tar.
    """
    months = {_month(month) for month in selection.months}
    since = _month(selection.since) if selection.since else ""
    until = _month(selection.until) if selection.until else "9999-12"
    if since > until:
        raise ManifestError(f"no month lies between {since} and {until}: exchange the two")
    tars = [t for t in manifest.tars if since <= t.month <= until and (not months or t.month in months)]
    if absent := sorted(months - {t.month for t in manifest.tars}):
        last = manifest.tars[-1].month if manifest.tars else "none"
        raise ManifestError(f"the manifest has no tar of {', '.join(absent)}; its last month is {last}")
    return _holding(tars, selection.items) if selection.items else (tuple(tars), ())


def _month(text: str) -> str:
    match = MONTH.fullmatch(text)
    if match is None:
        raise ManifestError(f"{text!r} is no month or date: write it as 2026-01 or 2026-01-31")
    return match["month"]


def _holding(tars: Iterable[BulkTar], items: Iterable[str]) -> tuple[tuple[BulkTar, ...], tuple[str, ...]]:
    by_month: dict[str, list[BulkTar]] = {}
    for tar in tars:
        by_month.setdefault(tar.month, []).append(tar)
    wanted: dict[str, BulkTar] = {}
    missing = []
    for item in items:
        found = _tars_of(by_month, item.strip())
        wanted.update((tar.name, tar) for tar in found)
        if not found:
            missing.append(item.strip())
    return tuple(t for month in by_month.values() for t in month if t.name in wanted), tuple(missing)


def _tars_of(by_month: dict[str, list[BulkTar]], item: str) -> list[BulkTar]:
    """Return the tars that hold an item; more than one where the manifest's ranges overlap."""
    if item.endswith(".tar"):
        return [t for tars in by_month.values() for t in tars if item in (t.name, t.name.rpartition("/")[2])]
    place = _place(item)
    if place is None:
        raise ManifestError(
            f"{item!r} is no arXiv id and no bulk tar: write 2601.00001, math/0309136 or a name"
        )
    month, *order = place
    found = []
    for tar in by_month.get(month or "", ()):
        first, last = _place(tar.first_item), _place(tar.last_item)
        if first and last and list(first[1:]) <= order <= list(last[1:]):
            found.append(tar)
    return found


def _place(item: str) -> tuple[str | None, str, int] | None:
    """Return an id as month, archive and number, which is the order in which tars hold papers."""
    item = item.removeprefix("arXiv:")
    if match := NEW_ID.fullmatch(item):
        return month_of(match["yymm"]), "", int(match["number"])
    if match := OLD_ID.fullmatch(item):
        return month_of(match["yymm"]), match["archive"].lower(), int(match["number"])
    return None
