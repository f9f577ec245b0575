"""PMC's public bucket on loopback: articles, listings and inventories in their present layout."""

import csv
import gzip
import hashlib
import io
import json
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape

from sources.fetch.pmc.articles import PmcParameters
from sources.fetch.pmc.inventory import INVENTORIES

JATS = b"<article><body><fig><caption><p>C</p></caption><graphic href='a-g001'/></fig></body></article>"


def md5_of(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


class Bucket:
    """A public bucket: objects by key, listings of two entries a page, ETags as S3 gives them."""

    def __init__(self, loopback, reply) -> None:
        self.objects: dict[str, bytes] = {}
        self.faults: dict[str, list] = {}
        self.reply, self.loopback = reply, loopback
        self.parameters = PmcParameters(base=loopback.url)
        loopback.answer = self.answer

    def answer(self, path: str, headers: dict[str, str]):
        parts = urlsplit(path)
        key = unquote(parts.path).lstrip("/")
        if self.faults.get(key):
            return self.faults[key].pop(0)
        if not key:
            return self.reply(self.listing({k: v[0] for k, v in parse_qs(parts.query).items()}))
        if key not in self.objects:
            return self.reply(b"<Error><Code>NoSuchKey</Code></Error>", 404)
        body = self.objects[key]
        at = "Mon, 02 Nov 2026 10:00:00 GMT"
        return self.reply(body, headers={"ETag": f'"{md5_of(body)}"', "Last-Modified": at})

    def listing(self, asked: dict[str, str]) -> bytes:
        assert asked["list-type"] == "2"
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter")
        entries: dict[str, str] = {}
        for key in sorted(k for k in self.objects if k.startswith(prefix)):
            head, found, _ = key[len(prefix) :].partition(delimiter or "\0")
            if delimiter and found:
                name = quote(prefix + head + found, safe="/")
                entries[prefix + head + found] = (
                    f"<CommonPrefixes><Prefix>{escape(name)}</Prefix></CommonPrefixes>"
                )
            else:
                body = self.objects[key]
                entries[key] = (
                    f"<Contents><Key>{escape(quote(key, safe='/'))}</Key><Size>{len(body)}</Size>"
                    f"<ETag>&quot;{md5_of(body)}&quot;</ETag>"
                    "<LastModified>2026-11-02T10:00:00.000Z</LastModified></Contents>"
                )
        start = int(asked.get("continuation-token", "0"))
        page = list(entries.values())[start : start + 2]
        more = start + 2 < len(entries)
        token = f"<NextContinuationToken>{start + 2}</NextContinuationToken>" if more else ""
        return (
            '<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<EncodingType>url</EncodingType><IsTruncated>{str(more).lower()}</IsTruncated>{token}"
            f"{''.join(page)}</ListBucketResult>"
        ).encode()

    def add(
        self, name: str, media: dict[str, bytes] | None = None, xml: bytes = JATS, **fields: object
    ) -> None:
        """Put an article version into the bucket, in its present layout."""
        files = {f"{name}.xml": xml, f"{name}.txt": b"text", **(media or {})}
        for file, data in files.items():
            self.objects[f"{name}/{file}"] = data
        pmcid, _, version = name.partition(".")

        def url(file: str) -> str:
            return f"s3://pmc-oa-opendata/{name}/{file}?md5={md5_of(files[file])}"

        content = {
            "pmcid": pmcid,
            "version": int(version),
            "is_pmc_openaccess": True,
            "is_manuscript": False,
            "is_historical_ocr": False,
            "is_retracted": False,
            "license_code": "CC BY",
            "xml_url": url(f"{name}.xml"),
            "text_url": url(f"{name}.txt"),
            "media_urls": [url(file) for file in media or {}],
            **fields,
        }
        self.objects[f"metadata/{name}.json"] = self.objects[f"{name}/{name}.json"] = json.dumps(
            content
        ).encode()

    def add_inventory(self, day: str, *, encode=lambda key: key) -> None:
        rows = io.StringIO()
        writer = csv.writer(rows, quoting=csv.QUOTE_ALL)
        for key, body in self.objects.items():
            if key.startswith("metadata/"):
                writer.writerow(["pmc-oa-opendata", encode(key), f"{day}T10:00:00.000Z", md5_of(body)])
        packed = gzip.compress(rows.getvalue().encode(), mtime=0)
        data = f"{INVENTORIES}data/{day}.csv.gz"
        manifest = {
            "fileSchema": "Bucket, Key, LastModifiedDate, ETag",
            "files": [{"key": data, "size": len(packed), "MD5checksum": md5_of(packed)}],
        }
        self.objects[data] = packed
        self.objects[f"{INVENTORIES}{day}T01-00Z/manifest.json"] = json.dumps(manifest).encode()
        self.objects[f"{INVENTORIES}hive/dt={day}/symlink.txt"] = b""

    @property
    def asked(self) -> list[str]:
        return [unquote(urlsplit(seen.path).path).lstrip("/") for seen in self.loopback.log]
