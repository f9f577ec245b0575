"""The stages that run shard by shard, in their order: each reads stage tables, works, and writes its own."""

import dataclasses
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from curation import alignment, class_rules, classify, embed
from extractors import extract, images, latex, ocr, typeset
from flows import work_on_papers as work
from flows.build_options import BuildOptions
from flows.plan_shards import Shard
from runtime.attempt import Failure, PoolParameters, attempt, attempt_batches, each, shared_pool
from runtime.logs import DETAILS, about
from runtime.memory import give_back
from runtime.progress import Advance
from schemas.annotations import ClassRow, EmbeddingRow, ImageRow, OcrRow
from schemas.columns import rows_of, table_of
from schemas.floats import Drawing, Float, Warned
from schemas.paper import PaperHeader
from schemas.reject import Reject
from sources import read
from sources.bucket import local_papers
from warehouse.stages.tables import Json, StageOutput, stage_key, stage_output, write_stage

T = TypeVar("T")
R = TypeVar("R")
Tables = dict[str, pa.Table]
details = logging.getLogger(DETAILS)

IMAGES_PER_BATCH = 16  # floats of one paper that share one reading of its archive
TABLES_PER_BATCH = 32
EMBEDDINGS_PER_BATCH = 16

LAST_READING = "typeset"  # stages after this one open no file that strangers made


@dataclass(frozen=True)
class ShardStage:
    """One stage: what determines its output, which stages it reads, and the work."""

    name: str
    version: str
    needs: tuple[str, ...]
    parameters: Callable[[BuildOptions], Mapping[str, Json]]
    compute: Callable[["ShardWork"], Tables]
    unit: str
    size: Callable[["ShardWork"], int]  # how many units a shard has, for the progress bar


@dataclass(frozen=True)
class ShardWork:
    """One stage to be run on one shard."""

    warehouse: Path
    options: BuildOptions
    stage: ShardStage
    shard: Shard
    advance: Advance = lambda count: None

    @property
    def output(self) -> StageOutput:
        """Where this stage's tables of this shard are, or will be."""
        return stage_output(self.warehouse, self.stage.name, self._key(self.stage))

    def needs(self, name: str) -> StageOutput:
        """Return the output of a stage that this one reads."""
        return stage_output(self.warehouse, name, self._key(SHARD_STAGES[name]))

    def _key(self, stage: ShardStage) -> str:
        inputs = [self._key(SHARD_STAGES[name]) for name in stage.needs] or [self.shard.key]
        return stage_key(stage.name, stage.version, stage.parameters(self.options), inputs)

    def counted_by(self, advance: Advance) -> "ShardWork":
        """Return the same work, reporting finished items to `advance`."""
        return dataclasses.replace(self, advance=advance)

    def run(self) -> StageOutput:
        """Return the stage's output, computed unless it is there."""
        output = self.output
        if not output.is_complete:
            tables = self.stage.compute(self)
            about: dict[str, Json] = {
                "stage": self.stage.name,
                "version": self.stage.version,
                "parameters": dict(self.stage.parameters(self.options)),
                "shard": self.shard.key,
            }
            write_stage(output, tables, about)
            del tables
            give_back()
        return output

    @property
    def readers(self) -> PoolParameters:
        """Processes that read untrusted files, their memory capped."""
        return reader_pool(self.options)

    @property
    def models(self) -> PoolParameters:
        """Processes that run models over images of our own making."""
        return PoolParameters(workers=self.options.workers, memory_bytes=None)

    def batches(
        self,
        fn: Callable[[tuple[T, Sequence[R]]], list],  # type: ignore[type-arg]
        batches: Iterable[tuple[T, Sequence[R]]],
        pool: PoolParameters,
    ) -> Iterator[tuple[R, object]]:
        """Yield each item with its result or failure, counting it as done."""
        limit = self.options.image_timeout_s
        results = attempt_batches(
            fn, batches, pool=shared_pool(pool), timeout_s=limit, batch_timeout_s=1.5 * limit
        )
        for item, result in results:
            self.advance(1)
            yield item, result


def _extract(task: ShardWork) -> Tables:
    headers: list[PaperHeader] = []
    floats: list[Float] = []
    rejects: list[Reject] = []
    warnings: list[Warned] = []
    limit = task.options.paper_timeout_s
    drawings: list[Drawing] = []
    parameters = extract.ExtractParameters(render_drawings=task.options.render_drawings)
    with local_papers(task.shard.papers) as papers:
        jobs = [(ref, parameters) for ref in papers]
        for outcome in attempt(work.extract_paper, jobs, pool=shared_pool(task.readers), timeout_s=limit):
            task.advance(1)
            key = outcome.item[0].key
            if outcome.value is None:
                failure = outcome.failure or Failure("unexpected", "no result")
                rejects.append(_paper_reject(key, failure))
                with about(paper=key):
                    details.info("paper rejected: %s (%s)", failure.reason, failure.detail)
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
    return Reject(paper_key=key, stage="extract", reason=failure.reason, detail=failure.detail)


def float_reject(item: Float, stage: str, failure: Failure) -> Reject:
    """Return the reject that stands for a float from here on."""
    return Reject(
        paper_key=item.paper_key,
        pair_id=item.pair_id,
        stage=stage,
        reason=failure.reason,
        detail=failure.detail,
        kind=item.kind,
        label=item.label,
        caption=item.caption,
        snippet=item.snippet,
    )


def _images(task: ShardWork) -> Tables:
    floats = [f for f in rows_of(Float, task.needs("extract").table("floats")) if f.graphics]
    shown = {f.paper_key for f in floats}
    parameters = image_parameters(task.options)
    drawings: dict[str, list[Drawing]] = {}
    for drawing in rows_of(Drawing, task.needs("extract").table("drawings")):
        drawings.setdefault(drawing.paper_key, []).append(drawing)
    limits = render_limits(task.options)
    with local_papers([ref for ref in task.shard.papers if ref.key in shown]) as papers:
        refs = {ref.key: ref for ref in papers}
        batches = [
            (work.ImagesOf(refs[key], parameters, tuple(drawings.get(key, ())), limits), part)
            for key, items in _by_paper(floats)
            for part in _parts(items, 1 if key in drawings else IMAGES_PER_BATCH)
        ]
        rows, failures = _sorted_out(task.batches(work.make_images, batches, task.readers), ImageRow)
    placeholders = _placeholders(floats, rows)
    failures += [(item, _PLACEHOLDER) for item in floats if item.pair_id in placeholders]
    return {
        "images": table_of(ImageRow, [row for row in rows if row.pair_id not in placeholders]),
        # A table whose graphic fails but which has markup is typeset instead: no reject here.
        "rejects": table_of(
            Reject, [float_reject(item, "images", f) for item, f in failures if item.table_html is None]
        ),
    }


_PLACEHOLDER = Failure("image_placeholder", "three or more floats of the paper show this same image")


def _placeholders(floats: Sequence[Float], rows: Sequence[ImageRow]) -> set[str]:
    pixels = {row.pair_id: row.pixel_sha256 for row in rows}
    found: set[str] = set()
    for _, items in _by_paper(floats):
        known = [(f.pair_id, f.caption, pixels[f.pair_id]) for f in items if f.pair_id in pixels]
        found |= images.find_placeholders(known)
    return found


def _typeset(task: ShardWork) -> Tables:
    have = set(task.needs("images").table("images", ["pair_id"]).column("pair_id").to_pylist())
    floats = [
        f
        for f in rows_of(Float, task.needs("extract").table("floats"))
        if f.table_html is not None and f.pair_id not in have
    ]
    parameters = typeset.TypesetParameters(max_side=task.options.max_side)
    batches = [(parameters, part) for part in _parts(floats, TABLES_PER_BATCH)]
    rows, failures = _sorted_out(task.batches(work.typeset_tables, batches, task.readers), ImageRow)
    rejects = [float_reject(item, "typeset", failure) for item, failure in failures]
    return {"images": table_of(ImageRow, rows), "rejects": table_of(Reject, rejects)}


def _ocr(task: ShardWork) -> Tables:
    if task.options.ocr_engine == "none":
        return {"ocr": table_of(OcrRow, [])}
    kinds = task.needs("extract").table("floats", ["pair_id", "kind"]).to_pylist()
    tables = {row["pair_id"] for row in kinds if row["kind"] == "table"}
    pictures = [p for p in _pictures(task) if p.pair_id in tables]
    context = (task.options.ocr_engine, ocr_parameters(task.options))
    batches = [(context, [picture]) for picture in pictures]
    rows, failures = _sorted_out(task.batches(work.read_text, batches, task.models), OcrRow)
    rows += [_ocr_failed(picture.pair_id, task.options, failure) for picture, failure in failures]
    return {"ocr": table_of(OcrRow, rows)}


def _ocr_failed(pair_id: str, options: BuildOptions, failure: Failure) -> OcrRow:
    """Return the row of a table that OCR could not read: the pair is still good, so it is no reject."""
    engine = ocr.engine_identity(options.ocr_engine, ocr_parameters(options))
    return OcrRow(pair_id=pair_id, ocr_text="", ocr_engine=engine, ocr_boxes=(), ocr_error=failure.reason)


def reader_pool(options: BuildOptions) -> PoolParameters:
    """Return the parameters of the processes that read untrusted files."""
    memory = int(options.worker_memory_gb * (1 << 30))
    return PoolParameters(workers=options.workers, memory_bytes=memory)


def image_parameters(options: BuildOptions) -> images.ImageParameters:
    """Return the image parameters that the options stand for.

    Ghostscript ends well within an image's own time limit, so that its sandbox is cleared away.
    """
    limit = min(images.ImageParameters().ghostscript_timeout_s, 0.4 * options.image_timeout_s)
    return images.ImageParameters(max_side=options.max_side, ghostscript_timeout_s=limit)


def render_limits(options: BuildOptions) -> latex.RenderLimits:
    """Return the bounds on rendering one drawing: both tries end within an image's own time limit."""
    limit = min(latex.RenderLimits().timeout_s, 0.4 * options.image_timeout_s)
    return latex.RenderLimits(timeout_s=limit)


def ocr_parameters(options: BuildOptions) -> ocr.OcrParameters:
    """Return the OCR parameters that the options stand for."""
    if options.ocr_model_dir is None:
        return ocr.OcrParameters()
    return ocr.OcrParameters(model_dir=options.ocr_model_dir)


def _classify(task: ShardWork) -> Tables:
    floats = rows_of(Float, task.needs("extract").table("floats"))
    rows = []
    for item, result in zip(floats, each(classify.classify, floats), strict=True):
        task.advance(1)
        if isinstance(result, Failure):
            raise RuntimeError(f"the class rules fail on {item.pair_id}: {result.detail}")
        rows.append(result)
    return {"classes": table_of(ClassRow, rows)}


def _embed(task: ShardWork) -> Tables:
    floats = {f.pair_id: f for f in rows_of(Float, task.needs("extract").table("floats"))}
    batches = [(task.options.embedder, part) for part in _parts(_pictures(task), EMBEDDINGS_PER_BATCH)]
    rows, failures = _sorted_out(task.batches(work.embed_images, batches, task.models), EmbeddingRow)
    rejects = [float_reject(floats[picture.pair_id], "embed", failure) for picture, failure in failures]
    return {"embeddings": table_of(EmbeddingRow, rows), "rejects": table_of(Reject, rejects)}


def _pictures(task: ShardWork) -> list[work.Picture]:
    return [
        work.Picture(row["pair_id"], row["image"])
        for stage in ("images", "typeset")
        for row in task.needs(stage).table("images", ["pair_id", "image"]).to_pylist()
    ]


def _sorted_out(
    results: Iterable[tuple[T, object]], row_type: type[R]
) -> tuple[list[R], list[tuple[T, Failure]]]:
    rows: list[R] = []
    failures: list[tuple[T, Failure]] = []
    for item, result in results:
        if isinstance(result, Failure):
            failures.append((item, result))
        elif isinstance(result, row_type):
            rows.append(result)
        else:
            raise TypeError(f"a worker returned {type(result).__name__}, not {row_type.__name__}")
    return rows, failures


def _by_paper(floats: Sequence[Float]) -> list[tuple[str, list[Float]]]:
    papers: dict[str, list[Float]] = {}
    for item in floats:
        papers.setdefault(item.paper_key, []).append(item)
    return list(papers.items())


def _parts(items: Sequence[T], size: int) -> Iterator[list[T]]:
    for start in range(0, len(items), size):
        yield list(items[start : start + size])


def _extract_parameters(options: BuildOptions) -> Mapping[str, Json]:
    return {
        "readers": read.VERSION,
        "extractors": dict(sorted(extract.versions().items())),
        "render_drawings": options.render_drawings,
        "timeout_s": options.paper_timeout_s,
        "memory_gb": options.worker_memory_gb,
    }


def _image_parameters(options: BuildOptions) -> Mapping[str, Json]:
    return {
        "image": dataclasses.asdict(image_parameters(options)),
        "libraries": dict(images.library_versions()),
        "tex": latex.engine_identity() if options.render_drawings else None,
        "timeout_s": options.image_timeout_s,
        "memory_gb": options.worker_memory_gb,
    }


def _typeset_parameters(options: BuildOptions) -> Mapping[str, Json]:
    return {
        "typeset": dataclasses.asdict(typeset.TypesetParameters(max_side=options.max_side)),
        "libraries": dict(typeset.library_versions()),
        "timeout_s": options.image_timeout_s,
    }


def _ocr_parameters(options: BuildOptions) -> Mapping[str, Json]:
    if options.ocr_engine == "none":
        return {"engine": None}
    identity = ocr.engine_identity(options.ocr_engine, ocr_parameters(options))
    return {"engine": identity, "timeout_s": options.image_timeout_s}


def _embed_parameters(options: BuildOptions) -> Mapping[str, Json]:
    return {"embedder": embed.embedder_identity(options.embedder), "thumbnails": alignment.VERSION}


def _no_parameters(options: BuildOptions) -> Mapping[str, Json]:
    return {}


def _papers_in(task: ShardWork) -> int:
    return len(task.shard.papers)


def _floats_in(task: ShardWork) -> int:
    return len(_float_ids(task, lambda row: True))


def _floats_with_graphics(task: ShardWork) -> int:
    return len(_float_ids(task, lambda row: row["graphics"] > 0))


def _floats_to_typeset(task: ShardWork) -> int:
    have = _ids_of(task.needs("images"))
    return len(_float_ids(task, lambda row: row["has_table"]) - have)


def _images_in(task: ShardWork) -> int:
    return len(_ids_of(task.needs("images")) | _ids_of(task.needs("typeset")))


def _tables_in(task: ShardWork) -> int:
    if task.options.ocr_engine == "none":
        return 0
    images_made = _ids_of(task.needs("images")) | _ids_of(task.needs("typeset"))
    return len(_float_ids(task, lambda row: row["kind"] == "table") & images_made)


def _float_ids(task: ShardWork, wanted: Callable[[dict[str, Any]], bool]) -> set[str]:
    table = task.needs("extract").table("floats", ["pair_id", "kind", "graphics", "table_html"])
    rows = {
        "pair_id": table.column("pair_id").to_pylist(),
        "kind": table.column("kind").to_pylist(),
        "graphics": pc.list_value_length(table.column("graphics")).to_pylist(),
        "has_table": pc.is_valid(table.column("table_html")).to_pylist(),
    }
    records = (dict(zip(rows, values, strict=True)) for values in zip(*rows.values(), strict=True))
    return {record["pair_id"] for record in records if wanted(record)}


def _ids_of(output: StageOutput) -> set[str]:
    return set(output.table("images", ["pair_id"]).column("pair_id").to_pylist())


SHARD_STAGES = {
    stage.name: stage
    for stage in (
        ShardStage("extract", extract.VERSION, (), _extract_parameters, _extract, "papers", _papers_in),
        ShardStage(
            "images",
            images.VERSION,
            ("extract",),
            _image_parameters,
            _images,
            "floats",
            _floats_with_graphics,
        ),
        ShardStage(
            "typeset",
            typeset.VERSION,
            ("extract", "images"),
            _typeset_parameters,
            _typeset,
            "tables",
            _floats_to_typeset,
        ),
        ShardStage(
            "ocr", ocr.VERSION, ("extract", "images", "typeset"), _ocr_parameters, _ocr, "tables", _tables_in
        ),
        ShardStage(
            "classify",
            class_rules.RULES_VERSION,
            ("extract",),
            _no_parameters,
            _classify,
            "floats",
            _floats_in,
        ),
        ShardStage(
            "embed",
            embed.VERSION,
            ("extract", "images", "typeset"),
            _embed_parameters,
            _embed,
            "images",
            _images_in,
        ),
    )
}
