"""What a licence lets users do, read from its address or its wording."""

import re
from dataclasses import dataclass

VERSION = "1"  # 1: Creative Commons, public domain, arXiv's own, TDM

_CC_URL = re.compile(
    r"creativecommons\.org/(licen[sc]es|publicdomain)/([a-z+-]{2,20})(?:/([1-4]\.[05]))?", re.IGNORECASE
)
_ARXIV_URL = re.compile(r"arxiv\.org/licen[sc]es/(nonexclusive-distrib|assumed)", re.IGNORECASE)
_SHORT = re.compile(
    r"\bCC[\s-]{0,3}BY((?:[\s/-]{0,3}(?:NC|ND|SA)\b)*)(?:[\s-]{0,3}v?\.?([1-4]\.[05]))?", re.IGNORECASE
)
_CONDITION = r"non[\s-]?commercial|no[\s-]?deriv(?:ative)?s?(?:\s+works?)?|share[\s-]?alike"
_LONG = re.compile(
    rf"\battribution((?:[\s,/&()–—-]{{0,4}}(?:and\s+)?(?:{_CONDITION})\b)*)(?:[\s,()-]{{0,4}}v?\.?([1-4]\.[05]))?",
    re.IGNORECASE,
)
_ZERO = re.compile(r"\bCC[\s-]?(?:0\b|zero\b)|creative commons zero|public domain dedication", re.IGNORECASE)
_PUBLIC_DOMAIN = re.compile(
    r"\b(?:is|are|work|article) (?:in|of) the public domain|^public domain", re.IGNORECASE
)
_VERSION_NEAR = re.compile(r"\b(?:v|version\s*)?([1-4]\.[05])\b", re.IGNORECASE)
_TDM = re.compile(r"^\s*TDM\s*$|\btext[ -]and[ -]data[ -]mining\b", re.IGNORECASE)
_ARXIV_WORDS = re.compile(
    r"non-?exclusive(?: license)? to distribute|nonexclusive-distrib|arXiv-nonexclusive", re.I
)


@dataclass(frozen=True, kw_only=True)
class LicenseFacets:
    """What a licence says; `license_group` is commercial, noncommercial or other."""

    license_code: str | None
    license_group: str
    allows_redistribution: bool
    allows_derivatives: bool
    share_alike: bool


def facets(license_url: str | None, license_text: str | None, source: str) -> LicenseFacets:
    """Return what a licence allows; without a known one nothing is allowed.

    The address decides before addresses inside the wording, and these before the wording itself. An article's
    own licence is preferred to a waiver for its data that the same wording names. `license_text` may also be
    a short code such as PMC's `license_code`. Jurisdiction and IGO ports count as their version.
    """
    url, text = (license_url or "").strip(), (license_text or "").strip()
    statement = f"{url}\n{text}"
    found = _from_url(url) or _from_url(text) or _from_words(url) or _from_words(text)
    if found is not None:
        conditions, version = found
        return _creative_commons(conditions, version or _version_in(text, conditions))
    if _ARXIV_URL.search(statement) or (source == "arxiv" and _ARXIV_WORDS.search(statement)):
        assumed = "assumed" in statement and "nonexclusive" not in statement
        return _closed("arXiv-assumed" if assumed else "arXiv-nonexclusive")
    if _TDM.search(text) or _TDM.search(url):
        return _closed("TDM")
    if _PUBLIC_DOMAIN.search(text):
        return _creative_commons(("mark",), None)
    return _closed(None)


def _from_url(text: str) -> tuple[tuple[str, ...], str | None] | None:
    """Return conditions and version of the first Creative Commons licence whose address stands in a text."""
    matches = list(_CC_URL.finditer(text))
    matches.sort(key=lambda match: match[1].lower() == "publicdomain")
    for match in matches:
        conditions = _ordered(match[2].lower().strip("-").split("-"))
        if conditions is not None:
            return conditions, match[3]
    return None


def _ordered(parts: list[str]) -> tuple[str, ...] | None:
    if parts in (["zero"], ["mark"]):
        return (parts[0],)
    if parts in (["publicdomain"], ["certification"]):
        return ("mark",)
    if "by" not in parts or not set(parts) <= {"by", "nc", "nd", "sa"}:
        return None
    return tuple(part for part in ("by", "nc", "nd", "sa") if part in parts)


def _from_words(text: str) -> tuple[tuple[str, ...], str | None] | None:
    """Return conditions and version that the wording names; code and long name together, so none is lost."""
    short = _SHORT.search(text)
    long = _LONG.search(text) if _names_licence(text) else None
    if short is None and long is None:
        return (("zero",), None) if _ZERO.search(text) else None
    parts = {"by"}
    for match in (short, long):
        if match is not None:
            words = re.sub(r"[^a-z]", "", match[1].lower())
            parts |= {"nc"} if "nc" in words or "noncommercial" in words else set()
            parts |= {"nd"} if "nd" in words.replace("and", "") or "noderiv" in words else set()
            parts |= {"sa"} if "sa" in words or "sharealike" in words else set()
    version = next((match[2] for match in (short, long) if match is not None and match[2]), None)
    return tuple(part for part in ("by", "nc", "nd", "sa") if part in parts), version


def _names_licence(text: str) -> bool:
    lowered = text.lower()
    return "creative commons" in lowered or lowered.startswith("attribution")


def _version_in(text: str, conditions: tuple[str, ...]) -> str | None:
    """Return a version that stands within 80 characters after the licence's name."""
    if conditions[0] != "by":
        return None
    named = [match for match in (_SHORT.search(text), _LONG.search(text)) if match is not None]
    for match in named:
        if match[2]:
            return match[2]
    start = max((match.end() for match in named), default=len(text))
    found = _VERSION_NEAR.search(text[start : start + 80])
    return found[1] if found else None


def _creative_commons(conditions: tuple[str, ...], version: str | None) -> LicenseFacets:
    if conditions == ("mark",):
        code = "public domain"
    elif conditions == ("zero",):
        code = "CC0 1.0"
    else:
        code = "CC " + "-".join(conditions).upper() + (f" {version}" if version else "")
    return LicenseFacets(
        license_code=code,
        license_group="noncommercial" if "nc" in conditions else "commercial",
        allows_redistribution=True,
        allows_derivatives="nd" not in conditions,
        share_alike="sa" in conditions,
    )


def _closed(code: str | None) -> LicenseFacets:
    return LicenseFacets(
        license_code=code,
        license_group="other",
        allows_redistribution=False,
        allows_derivatives=False,
        share_alike=False,
    )
