"""Describes Parquet files as a Croissant dataset: what machines read to find, check and load them.

Croissant 1.0 (https://docs.mlcommons.org/croissant/docs/croissant-spec.html) with the fields of its vocabulary on
responsible AI (https://docs.mlcommons.org/croissant/docs/croissant-rai-spec.html). There is no date in it, because
the same papers must give the same bytes.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from schemas.license import POLICIES
from warehouse.stages import Json

CROISSANT_JSON = "croissant.json"
CONTEXT: dict[str, Json] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
RESPONSIBLE_AI: dict[str, Json] = {
    "rai:dataCollection": "Figures, tables and captions are taken from the LaTeX sources and PDFs that authors gave "
    "to arXiv and from the JATS articles of PubMed Central's open access subset.",
    "rai:dataCollectionType": ["Secondary Data Analysis"],
    "rai:dataCollectionMissingData": "What was found and is no pair stands with its reason in rejects.parquet.",
    "rai:dataPreprocessingProtocol": [
        "Vector graphics are drawn as pictures; tables that exist as markup are typeset; tables are read by OCR.",
        "Copies are removed, and what resembles the evaluation sets that the build was given; see the manifest.",
    ],
    "rai:dataAnnotationProtocol": [
        "The five classes are given by machine with a confidence; no pair of a build is labelled by hand."
    ],
    "rai:dataBiases": [
        "Fields of science stand in it as in the papers that it was built from; most captions are in English."
    ],
    "rai:dataLimitations": [
        "Captions are the authors' own and may name what the picture does not show.",
        "OCR is unreliable for superscripts and Greek letters.",
    ],
    "rai:dataUseCases": ["Training and evaluation of retrieval between scientific pictures and texts."],
    "rai:personalSensitiveInformation": [
        "Pictures of articles in medicine may show patients, as they were published with the article's consent."
    ],
}
_TYPES = {"bool": "sc:Boolean", "float": "sc:Float", "double": "sc:Float", "string": "sc:Text"}


@dataclass(frozen=True)
class Records:
    """One table: its name, what it holds, its file or the pattern of its files, and its columns.

    `split_of` is a regular expression that finds the split in a file's path; where it is given, `split` is a column
    that stands in no file.
    """

    name: str
    description: str
    files: str
    schema: pa.Schema
    descriptions: Mapping[str, str]
    split_of: str | None = None


@dataclass(frozen=True)
class Described:
    """What is said of the dataset as a whole: its version, the hash of its content, its policy and licences."""

    version: str
    release_hash: str
    policy: str
    license_urls: Sequence[str]


def described_files(
    about: Described, files: Mapping[str, Json], tables: Sequence[Records]
) -> dict[str, Json]:
    """Return the description as JSON-LD.

    Args:
        about: the dataset.
        files: of each file, by its path from the dataset's folder, `sha256` and `bytes`.
        tables: its tables.
    """
    distribution = [_file(path, entry) for path, entry in files.items() if path.endswith(".parquet")]
    distribution += [_file_set(table) for table in tables if "*" in table.files]
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [
            "http://mlcommons.org/croissant/1.0",
            "http://mlcommons.org/croissant/RAI/1.0",
        ],
        "name": "scientific-figures-and-tables",
        "description": "Figures and tables of scientific papers with their captions, in SciMMIR's five classes. "
        f"Licence policy {about.policy}: {POLICIES[about.policy]}.",
        "version": about.version,
        "identifier": about.release_hash,
        "license": [url for url in about.license_urls if url],
        "keywords": ["science", "figures", "tables", "captions", "retrieval", "image-text pairs"],
        "isBasedOn": ["https://arxiv.org", "https://pmc.ncbi.nlm.nih.gov"],
        "isLiveDataset": False,
        "distribution": distribution,
        "recordSet": [_record_set(table) for table in tables],
        **RESPONSIBLE_AI,
    }


def descriptions(schema: pa.Schema) -> dict[str, str]:
    """Return what a declared table's columns hold, by name."""
    return {field.name: field.metadata[b"description"].decode() for field in schema}


def as_bytes(described: Mapping[str, Json]) -> bytes:
    """Return the description as the file's content."""
    return (json.dumps(described, indent=1, ensure_ascii=False) + "\n").encode()


def _file(path: str, entry: Json) -> Json:
    assert isinstance(entry, dict)
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": path,
        "contentUrl": path,
        "contentSize": f"{entry['bytes']} B",
        "encodingFormat": "application/x-parquet",
        "sha256": entry["sha256"],
    }


def _file_set(table: Records) -> Json:
    return {
        "@type": "cr:FileSet",
        "@id": f"{table.name}-files",
        "name": f"{table.name}-files",
        "description": f"The files of {table.name}.",
        "encodingFormat": "application/x-parquet",
        "includes": table.files,
    }


def _record_set(table: Records) -> Json:
    fields: Iterable[Json] = (
        _field(table, f"{table.name}/{field.name}", field.name, field.type, table.descriptions[field.name])
        for field in table.schema
    )
    split = [] if table.split_of is None else [_split_field(table)]
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": table.description,
        "field": [*split, *fields],
    }


def _split_field(table: Records) -> Json:
    return {
        "@type": "cr:Field",
        "@id": f"{table.name}/split",
        "name": "split",
        "description": table.descriptions["split"],
        "dataType": ["sc:Text", "cr:Split"],
        "source": {
            **_place(table),
            "extract": {"fileProperty": "fullpath"},
            "transform": {"regex": table.split_of},
        },
    }


def _place(table: Records) -> dict[str, Json]:
    """Return where the values of a table stand."""
    if "*" in table.files:
        return {"fileSet": {"@id": f"{table.name}-files"}}
    return {"fileObject": {"@id": table.files}}


def _field(table: Records, name: str, column: str, kind: pa.DataType, description: str) -> dict[str, Json]:
    """Return a column as a field; of structs, and of lists of structs, each part is a field of its own below it."""
    field: dict[str, Json] = {
        "@type": "cr:Field",
        "@id": name,
        "name": name.partition("/")[2],
        "description": description,
    }
    inner = kind
    if pa.types.is_list(kind):
        field["repeated"] = True
        inner = kind.value_type
    if pa.types.is_struct(inner):
        field["subField"] = [_part(table, name, column, part, description) for part in inner]
        return field
    source: dict[str, Json] = {**_place(table), "extract": {"column": column}}
    return {**field, "dataType": _data_type(inner), "source": source}


def _part(table: Records, name: str, column: str, part: pa.Field, description: str) -> Json:
    is_picture = pa.types.is_binary(part.type)
    return {
        "@type": "cr:Field",
        "@id": f"{name}/{part.name}",
        "name": f"{name.partition('/')[2]}/{part.name}",
        "description": f"{part.name}: {description}",
        "dataType": "sc:ImageObject" if is_picture else _data_type(part.type),
        "source": {**_place(table), "extract": {"column": column}, "transform": {"jsonPath": part.name}},
    }


def _data_type(kind: pa.DataType) -> str:
    return "sc:Integer" if pa.types.is_integer(kind) else _TYPES[str(kind)]
