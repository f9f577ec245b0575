"""Articles of PubMed Central from its public bucket over HTTPS: folders that the inventory reads."""

import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sources.fetch.archive import INCOMING, LocalFiles, md5_of
from sources.fetch.http import TEMPORARY, Downloaded, Transport, disk_errors
from sources.fetch.outcome import Fetched, FetchError, FetchFailure, Outcome
from sources.fetch.pmc.article import PmcArticle, PmcFile, PmcPolicy, parse_article, preferred, wanted_media
from sources.fetch.pmc.inventory import PMC_BASE
from sources.fetch.s3 import list_bucket, object_url

PMC_ID = re.compile(r"(?:pmc:)?(?:PMC)?(\d{1,10})(?:\.(\d{1,4}))?", re.IGNORECASE)
# An article is worth having without a file that the bucket does not have as it says.
LOST_FOR_GOOD = ("not_found", "gone", "forbidden", "checksum_mismatch", "size_mismatch", "too_large")


@dataclass(frozen=True, kw_only=True)
class PmcParameters:
    """Where articles are asked for, and how much one file may have; images of more than that are no figures."""

    base: str = PMC_BASE
    json_bytes: int = 16 << 20
    xml_bytes: int = 512 << 20
    media_bytes: int = 512 << 20


@dataclass(frozen=True, kw_only=True)
class _Metadata:
    """The metadata of one version: what they say, the file they came as, and what the server said of it."""

    article: PmcArticle
    path: Path
    came: Downloaded


def fetch_pmc(
    transport: Transport,
    ids: Iterable[str],
    folder: Path,
    *,
    known: Callable[[str], Fetched | None] = lambda key: None,
    copy: Callable[[Path, str, Path], bool] | None = None,
    policy: PmcPolicy | None = None,
    parameters: PmcParameters | None = None,
) -> Iterator[Outcome]:
    """Yield what became of each article, once each and in order, and of each of its images that is lost for good.

    Articles lie in `folder/<last three digits>/PMC<id>.<version>/` with their XML, JSON and images. Keys name an
    article as it was asked for; `etag` and `last_modified` are those of its JSON, as in the bucket's inventory,
    `md5` is that of its XML.

    Args:
        transport: the client.
        ids: `PMC11370360` for the preferred version of an article, `PMC11370360.2` for this one.
        folder: where the articles go.
        known: returns what the archive holds of a key; where the bucket still has it as it is, only its JSON is
            asked for. What it returns under another key, such as a later version, takes the article's place.
        copy: copies a file of the archive to a path if it has this md5, and tells whether it did.
        policy: which articles are wanted.
        parameters: where to ask.
    """
    done: set[str] = set()
    for text in ids:
        match = PMC_ID.fullmatch(text.strip())
        if match is None or int(match[1]) == 0:
            detail = f"{text[:100]!r}: an identifier of PMC looks like PMC11370360 or PMC11370360.2"
            yield FetchFailure(key=f"pmc:{text.strip()[:100]}", reason="bad_id", detail=detail)
            continue
        asked = f"PMC{int(match[1])}" + (f".{int(match[2])}" if match[2] else "")
        if asked in done:
            continue
        done.add(asked)
        fetch = _Fetch(
            transport,
            asked,
            folder,
            policy or PmcPolicy(),
            parameters or PmcParameters(),
            copy or LocalFiles(folder).copy,
        )
        there = known(f"pmc:{asked}")
        if there is not None and there.key != f"pmc:{asked}":
            yield there
            continue
        try:
            outcomes = fetch.outcomes(there)
        except FetchError as error:
            stays = f"; an earlier copy stays: {fetch.shard.name}/{there.path.name}" if there else ""
            yield FetchFailure(key=f"pmc:{asked}", reason=error.reason, detail=error.detail + stays)
        else:
            yield from outcomes


@dataclass(frozen=True)
class _Fetch:
    """The fetch of one article, whose files come together in a folder that the inventory does not take for one."""

    transport: Transport
    asked: str
    folder: Path
    policy: PmcPolicy
    parameters: PmcParameters
    copy: Callable[[Path, str, Path], bool]

    @property
    def shard(self) -> Path:
        number = int(self.asked.partition(".")[0].removeprefix("PMC"))
        return self.folder / f"{number % 1000:03d}"

    @property
    def staging(self) -> Path:
        return self.shard / f".{self.asked}{INCOMING}"

    def outcomes(self, known: Fetched | None) -> list[Outcome]:
        """Return what became of the article.

        Raises:
            FetchError: it cannot be fetched, or is not wanted.
        """
        with self._alone():
            try:
                return self._outcomes(known)
            except FetchError as error:
                if error.reason not in TEMPORARY:  # what came so far is of no use later
                    self._clear()
                raise

    def _outcomes(self, known: Fetched | None) -> list[Outcome]:
        found = self._all_metadata()
        article = preferred([one.article for one in found], self.policy)
        chosen = next(one for one in found if one.article is article)
        if known is not None and self._is_current(known, chosen):
            self._clear()
            return [known]
        xml = self._file(article.xml, f"{article.name}.xml{INCOMING}", self.parameters.xml_bytes)
        lost: list[Outcome] = []
        kept = {chosen.path.name, xml.name}
        with disk_errors(xml):
            wanted = wanted_media(article, xml.read_bytes())
        for file in wanted:
            try:
                kept.add(self._file(file, file.name, self.parameters.media_bytes).name)
            except FetchError as error:
                if error.reason not in LOST_FOR_GOOD:
                    raise
                lost.append(error.failure(f"pmc:{article.name}/{file.name}"))
        return [self._place(chosen, xml, kept), *lost]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep everybody else on the machine away from the articles of the shard."""
        with disk_errors(self.shard):
            self.shard.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.shard, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _versions(self) -> list[str]:
        """Return the versions that there are, or the one that was asked for."""
        if "." in self.asked:
            return [self.asked]
        pages = list_bucket(self.transport, self.parameters.base, prefix=f"{self.asked}.", delimiter="/")
        names = [prefix.rstrip("/") for page in pages for prefix in page.prefixes]
        return [name for name in names if re.fullmatch(rf"{self.asked}\.\d{{1,4}}", name)]

    def _all_metadata(self) -> list[_Metadata]:
        """Return the metadata of every version that has some."""
        found, missing = [], None
        for name in self._versions():
            try:
                found.append(self._metadata(name))
            except FetchError as error:
                if error.reason != "not_found":
                    raise
                missing = error
        if missing is not None and not found:
            raise missing
        return found

    def _metadata(self, name: str) -> _Metadata:
        path = self.staging / f"{name}.json"
        url = object_url(self.parameters.base, f"metadata/{name}.json")
        came = self.transport.download(url, path, limit=self.parameters.json_bytes)
        with disk_errors(path):
            data = path.read_bytes()
        return _Metadata(article=parse_article(data, name), path=path, came=came)

    def _is_current(self, known: Fetched, chosen: _Metadata) -> bool:
        same = known.etag is not None and known.etag == _bare(chosen.came.etag)
        return same and known.path.name == chosen.article.name

    def _file(self, file: PmcFile, name: str, limit: int) -> Path:
        """Return a file of the article in the staging folder: from there or from an earlier copy if that is it."""
        path = self.staging / name
        if file.md5 is not None:
            earlier = self.shard / file.key.partition("/")[0] / file.name
            if (path.is_file() and md5_of(path) == file.md5) or self.copy(earlier, file.md5, path):
                return path
        self.transport.download(object_url(self.parameters.base, file.key), path, md5=file.md5, limit=limit)
        return path

    def _place(self, chosen: _Metadata, xml: Path, kept: set[str]) -> Fetched:
        """Move the complete article to its place; what makes it one, the XML file, gets its name last."""
        final = self.shard / chosen.article.name
        with disk_errors(final):
            for path in self.staging.iterdir():
                if path.name not in kept:
                    path.unlink()
            md5, size = md5_of(xml), sum(path.stat().st_size for path in self.staging.iterdir())
            if final.exists():
                (final / f"{final.name}.xml").unlink(missing_ok=True)
                shutil.rmtree(final)
            self.staging.rename(final)
            (final / xml.name).rename(final / xml.name.removesuffix(INCOMING))
        return Fetched(
            key=f"pmc:{self.asked}",
            path=final,
            size=size,
            md5=md5,
            etag=_bare(chosen.came.etag),
            last_modified=chosen.came.last_modified,
        )

    def _clear(self) -> None:
        with disk_errors(self.staging):
            if self.staging.exists():
                shutil.rmtree(self.staging)


def _bare(etag: str | None) -> str | None:
    return etag.strip('"') if etag else None
