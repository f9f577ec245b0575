"""The stage `extract`: every figure, table and panel of each paper, as a float or as a reject."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import overload

from extractors import extract
from flows.build_options import BuildOptions
from flows.shards import ShardInputs, ShardStage, Tables, reader_pool
from runtime.attempt import Failure, attempt, shared_pool
from runtime.logs import DETAILS, about
from runtime.progress import Advance
from schemas.columns import table_of
from schemas.floats import Drawing, Extraction, Float, Warned
from schemas.paper import PaperHeader, PaperRef
from schemas.reject import Reject
from sources import read
from sources.bucket import local_papers
from warehouse.stages import Json

details = logging.getLogger(DETAILS)


def parameters(options: BuildOptions) -> Mapping[str, Json]:
    """Return what decides on an extraction beside the paper."""
    return {
        "readers": read.VERSION,
        "extractors": dict(sorted(extract.versions().items())),
        "render_drawings": options.render_drawings,
        "timeout_s": options.paper_timeout_s,
        "memory_gb": options.worker_memory_gb,
    }


def size(inputs: ShardInputs, options: BuildOptions) -> int:
    """Return the number of papers."""
    return len(inputs.papers)


def compute(inputs: ShardInputs, options: BuildOptions, advance: Advance) -> Tables:
    """Return the tables `papers`, `floats`, `rejects`, `warnings` and `drawings`."""
    headers: list[PaperHeader] = []
    floats: list[Float] = []
    rejects: list[Reject] = []
    warnings: list[Warned] = []
    drawings: list[Drawing] = []
    chosen = extract.ExtractParameters(render_drawings=options.render_drawings)
    pool, limit = shared_pool(reader_pool(options)), options.paper_timeout_s
    with local_papers(inputs.papers) as papers:
        jobs = [(ref, chosen) for ref in papers]
        for outcome in attempt(extract_paper, jobs, pool=pool, timeout_s=limit):
            advance(1)
            key = outcome.item[0].key
            if outcome.value is None:
                rejects.append(_paper_reject(key, outcome.failure or Failure("unexpected", "no result")))
                continue
            headers.append(outcome.value.header)
            floats += outcome.value.floats
            rejects += outcome.value.rejects
            warnings += [Warned(paper_key=key, warning=text) for text in outcome.value.warnings]
            drawings += outcome.value.drawings
    return {
        "papers": table_of(PaperHeader, headers),
        "floats": table_of(Float, floats),
        "rejects": table_of(Reject, rejects),
        "warnings": table_of(Warned, warnings),
        "drawings": table_of(Drawing, drawings),
    }


def _paper_reject(key: str, failure: Failure) -> Reject:
    with about(paper=key):
        details.info("paper rejected: %s (%s)", failure.reason, failure.detail)
    return Reject(paper_key=key, stage="extract", reason=failure.reason, detail=failure.detail)


def extract_paper(job: tuple[PaperRef, extract.ExtractParameters]) -> Extraction:
    """Return the figures and tables of one paper, each as a float or as a reject; this runs in a worker."""
    ref, parameters = job
    paper = read.read_paper(ref)
    extraction = extract.extract(paper, ref.source, parameters)
    _check(extraction)
    return Extraction(
        replace(
            extraction.header,
            title=_plain(extraction.header.title),
            abstract=_plain(extraction.header.abstract),
        ),
        tuple(_readable(item) for item in extraction.floats),
        tuple(replace(r, label=_plain(r.label), caption=_plain(r.caption)) for r in extraction.rejects),
        (*extraction.warnings, *paper.skipped),
        extraction.drawings,
    )


def _readable(item: Float) -> Float:
    """Return the float with nothing in its readable texts that would steer a terminal or turn text around."""
    return replace(
        item,
        label=_plain(item.label),
        caption=_plain(item.caption),
        parent_caption=_plain(item.parent_caption),
        mentions=tuple(_plain(text) for text in item.mentions),
        mention_sections=tuple(_plain(text) for text in item.mention_sections),
        table_text=_plain(item.table_text),
    )


@overload
def _plain(text: str) -> str: ...
@overload
def _plain(text: str | None) -> str | None: ...
def _plain(text: str | None) -> str | None:
    return None if text is None else text.translate(_CONTROLS)


# Control characters but tab and newline, and the marks that turn the direction of text.
_CONTROLS = dict.fromkeys(
    [*range(9), *range(11, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
)


def _check(extraction: Extraction) -> None:
    """Refuse an extraction in which a float is lost, doubled or without a caption."""
    names = [f.pair_id for f in extraction.floats] + [r.pair_id for r in extraction.rejects if r.pair_id]
    if len(names) != len(set(names)):
        doubled = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"floats found twice: {', '.join(doubled[:5])}")
    for item in extraction.floats:
        if not item.caption.strip():
            raise ValueError(f"{item.pair_id} has no caption and is no reject")
        if not item.graphics and item.table_html is None:
            raise ValueError(f"{item.pair_id} has neither graphics nor table and is no reject")


STAGE = ShardStage("extract", extract.VERSION, (), "papers", parameters, size, compute)
