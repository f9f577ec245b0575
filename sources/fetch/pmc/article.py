"""What PMC says of one article version, and which versions the user's policy takes."""

import html
import json
import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from schemas.license import LicenseGroup
from sources.fetch.outcome import FetchError

COMMERCIAL = frozenset(("CC0", "CC BY", "CC BY-SA", "CC BY-ND"))
NONCOMMERCIAL = frozenset(("CC BY-NC", "CC BY-NC-SA", "CC BY-NC-ND"))
MEDIA = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".gif", ".webp", ".bmp", ".svg", ".eps")
DRAWINGS = (".pdf", ".ps", ".jp2", ".svgz", ".emf", ".wmf", ".epsi")  # figures only where the XML says so
GRAPHIC = re.compile(
    rb"""<(?:[\w-]+:)?(?:inline-)?graphic\b[^<>]{0,2000}?\bhref\s*=\s*["']([^"'<>]{1,500})["']"""
)
PLAIN_NAME = re.compile(r"[^/\\\x00-\x1f]{1,200}")
MD5 = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class PmcFile:
    """One file of an article: its key in the bucket, and its md5 where PMC states one."""

    key: str
    md5: str | None

    @property
    def name(self) -> str:
        """The file's name in the article's folder."""
        return posixpath.basename(self.key)


@dataclass(frozen=True, kw_only=True)
class PmcArticle:
    """One version of an article, as in `PMC11370360.1`, from its JSON file."""

    pmcid: str
    version: int
    xml: PmcFile
    media: tuple[PmcFile, ...]
    license_code: str | None
    is_manuscript: bool
    is_historical_ocr: bool
    is_retracted: bool

    @property
    def name(self) -> str:
        """The name of its folder."""
        return f"{self.pmcid}.{self.version}"

    @property
    def license_group(self) -> LicenseGroup:
        """What its licence allows; the article's XML has the last word."""
        code = " ".join((self.license_code or "").upper().split())
        if code in COMMERCIAL:
            return "commercial"
        return "noncommercial" if code in NONCOMMERCIAL else "other"

    @property
    def is_minable_only(self) -> bool:
        """Whether it may be mined and not passed on; no licence stated is no permission."""
        return (self.license_code or "TDM").strip().upper() == "TDM"


@dataclass(frozen=True, kw_only=True)
class PmcPolicy:
    """Which articles are fetched; everything but retracted articles by default, for private use."""

    retracted: bool = False
    tdm_only: bool = True
    license_groups: frozenset[LicenseGroup] = frozenset(("commercial", "noncommercial", "other"))

    def check(self, article: PmcArticle) -> None:
        """Compare an article.

        Raises:
            FetchError: `retracted`, `tdm_only` or `license_excluded` where it is not wanted.
        """
        if article.is_retracted and not self.retracted:
            raise FetchError("retracted", f"{article.name} is retracted")
        if article.is_minable_only and not self.tdm_only:
            raise FetchError("tdm_only", f"{article.name}: licence {article.license_code or 'not stated'}")
        if article.license_group not in self.license_groups:
            detail = (
                f"{article.name}: licence {article.license_code or 'not stated'} ({article.license_group})"
            )
            raise FetchError("license_excluded", detail)


def preferred(articles: Iterable[PmcArticle], policy: PmcPolicy) -> PmcArticle:
    """Return the version of an article to take: the published one before a manuscript, then the highest.

    A retraction of one version is one of the article: an older version or the manuscript is not taken instead.

    Raises:
        FetchError: the reason why the best version is not wanted, where none is; `not_found` without versions.
    """
    ranked = sorted(articles, key=lambda a: (a.is_manuscript, a.is_historical_ocr, -a.version))
    if not ranked:
        raise FetchError("not_found", "the article has no version in the bucket")
    retracted = next((article for article in ranked if article.is_retracted), None)
    if retracted is not None:
        policy.check(retracted)
    refusals: list[FetchError] = []
    for article in ranked:
        try:
            policy.check(article)
        except FetchError as error:
            refusals.append(error)
        else:
            return article
    raise refusals[0]


def parse_article(data: bytes, name: str) -> PmcArticle:
    """Return what the JSON file of a version says; `name` is the version that was asked for.

    Raises:
        FetchError: `bad_response` for a file of another form or of another article.
    """
    try:
        content: Any = json.loads(data)
        pmcid, version = str(content["pmcid"]), int(content["version"])
        pmcid = pmcid if pmcid.startswith("PMC") else f"PMC{pmcid}"
        xml = _file(content["xml_url"], name)
        media = [_file(url, name) for url in content.get("media_urls") or []]
        code = content.get("license_code")
        flags = [content.get(f) is True for f in ("is_manuscript", "is_historical_ocr", "is_retracted")]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FetchError("bad_response", f"{name}: not the metadata of an article ({error!r})") from error
    if f"{pmcid}.{version}" != name:
        raise FetchError("bad_response", f"{name}: the metadata are those of {pmcid[:20]}.{version}")
    return PmcArticle(
        pmcid=pmcid,
        version=version,
        xml=xml,
        media=tuple(media),
        license_code=code if isinstance(code, str) and code.strip() else None,
        is_manuscript=flags[0],
        is_historical_ocr=flags[1],
        is_retracted=flags[2],
    )


def wanted_media(article: PmcArticle, xml: bytes) -> tuple[PmcFile, ...]:
    """Return the images of an article, sorted by name, and what else its XML shows as a graphic.

    A GIF beside a larger image of its name is a thumbnail.
    """
    shown = {_stem(unquote(html.unescape(m[1].decode("utf-8", "replace")))) for m in GRAPHIC.finditer(xml)}
    files = {file.name: file for file in article.media}
    images = {name for name in files if _is_image(name) or _stem(name) in shown or name.lower() in shown}
    large = {_stem(name) for name in images if _is_image(name) and not name.lower().endswith(".gif")}
    thumbnails = {name for name in images if name.lower().endswith(".gif") and _stem(name) in large}
    return tuple(files[name] for name in sorted(images - thumbnails))


def _is_image(name: str) -> bool:
    return posixpath.splitext(name)[1].lower() in MEDIA


def _stem(name: str) -> str:
    """Return a file's name without folder and without the extension of an image, which links often lack."""
    stem, extension = posixpath.splitext(posixpath.basename(name).lower())
    return stem if extension in MEDIA or extension in DRAWINGS else stem + extension


def _file(url: object, name: str) -> PmcFile:
    """Return the file behind an address such as `s3://bucket/PMC1.1/a.jpg?md5=…`, if it is one of the article."""
    if not isinstance(url, str):
        raise ValueError("a file's address is no text")
    parts = urlsplit(url.replace("#", "%23"))
    key = unquote(parts.path).lstrip("/")
    folder, _, file = key.partition("/")
    if folder != name or not PLAIN_NAME.fullmatch(file) or file in (".", ".."):
        raise ValueError(f"{url[:200]} is no file of {name}")
    md5 = parse_qs(parts.query).get("md5", [""])[0]
    return PmcFile(key=key, md5=md5.lower() if MD5.fullmatch(md5) else None)
