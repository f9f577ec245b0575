"""What a user can choose in a build: the flow's typed parameters, and so its configuration."""

import os
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class BuildOptions(BaseModel):
    """Choices of a build; all have defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_side: Annotated[
        int, Field(ge=64, le=8192, description="Longest side of stored images in pixels.")
    ] = 1024
    render_drawings: Annotated[
        bool,
        Field(description="Render figures drawn in TeX (tikz, pgfplots, …) with an installed TeX engine."),
    ] = False
    panels: Annotated[
        Literal["none", "lettered", "all"],
        Field(
            description="Panels to cut out of compound figures, besides the whole: none, those with letters, or also "
            "those that captions name by their places."
        ),
    ] = "lettered"
    ocr_engine: Annotated[
        str, Field(description="Engine that reads text in images: rapidocr, easyocr, or none for no OCR.")
    ] = "rapidocr"
    ocr_kinds: Annotated[
        Literal["table", "figure", "both"],
        Field(description="Whose images OCR reads: table, figure or both."),
    ] = "table"
    ocr_model_dir: Annotated[
        str | None, Field(description="Folder of EasyOCR's weights; its own default when not set.")
    ] = None
    embedder: Annotated[
        str,
        Field(
            description="Image embedding: clip (the shipped model), descriptor, onnx:<folder>, or "
            "open_clip:<model>/<tag or local checkpoint>."
        ),
    ] = "clip"
    device: Annotated[
        Literal["auto", "cpu", "cuda"],
        Field(
            description="Where OCR and embedder run: auto (a GPU where their libraries can use one, on one machine), "
            "cpu or cuda. Each GPU has one process."
        ),
    ] = "auto"
    class_model: Annotated[
        str | None,
        Field(
            description="Folder of a classifier that `scimmir train-classes` wrote; the shipped one by default."
        ),
    ] = None
    labels: Annotated[
        str | None,
        Field(
            description="CSV file of classes by hand (pair_id, subcategory, half): the release states how its "
            "classes agree with them."
        ),
    ] = None
    near_duplicate_threshold: Annotated[
        float | None,
        Field(gt=0, le=1, description="Cosine similarity of near duplicates; belongs to one embedder."),
    ] = None
    thresholds: Annotated[
        str | None,
        Field(description="File of thresholds that `scimmir calibrate` wrote for this embedder."),
    ] = None
    decontaminate: Annotated[
        tuple[str, ...],
        Field(description="Image sets to keep out: folders of images, Parquet files or WebDataset tars."),
    ] = ()
    classes: Annotated[
        tuple[str, ...],
        Field(description="Classes of the pairs that the release holds; all when none is named."),
    ] = ()
    image_types: Annotated[
        tuple[str, ...],
        Field(
            description="Image types, or groups of them (plot, drawing, picture, print), of the figures that the "
            "release holds; all when none is named. Tables have none and need none."
        ),
    ] = ()
    license_policy: Annotated[
        Literal["research", "redistributable", "commercial"],
        Field(
            description="Whose images the release holds: research takes all, for private use; redistributable "
            "those that may be passed on; commercial those that may also be used commercially."
        ),
    ] = "research"
    train_share: Annotated[float, Field(ge=0, le=1, description="Share of papers in train.")] = 0.8
    validation_share: Annotated[float, Field(ge=0, le=1, description="Share in validation.")] = 0.1
    test_share: Annotated[float, Field(ge=0, le=1, description="Share in test.")] = 0.1
    split_salt: Annotated[
        str, Field(description="Text mixed into the hash that assigns papers to splits.")
    ] = "scimmir"
    paper_timeout_s: Annotated[
        float,
        Field(gt=0, le=86_400, description="Time limit for extracting one paper, in seconds of a processor."),
    ] = 120.0
    image_timeout_s: Annotated[
        float,
        Field(
            gt=0,
            le=86_400,
            description="Time limit for one image, one table or one OCR, in seconds of a processor.",
        ),
    ] = 60.0
    worker_memory_gb: Annotated[
        float,
        Field(gt=0.5, le=1024, description="Address space of a process that reads untrusted files, in GiB."),
    ] = 4.0
    workers: Annotated[
        int, Field(ge=1, description="Processes at work at once; the number of cores by default.")
    ] = Field(default_factory=lambda: os.cpu_count() or 1)
    task_runner: Annotated[
        Literal["threads", "dask", "ray"],
        Field(
            description="Where shards are worked on: threads (this machine's processes), or a dask or ray cluster."
        ),
    ] = "threads"
    dask_address: Annotated[
        str | None,
        Field(description="Scheduler of the Dask cluster (tcp://host:8786); DASK_ADDRESS by default."),
    ] = Field(default_factory=lambda: os.environ.get("DASK_ADDRESS"))
    ray_address: Annotated[
        str | None,
        Field(description="Address of the Ray cluster (ray://host:10001); RAY_ADDRESS by default."),
    ] = Field(default_factory=lambda: os.environ.get("RAY_ADDRESS"))
    papers_per_shard: Annotated[
        int, Field(ge=1, description="Papers worked on and stored together, on average.")
    ] = 16
    log_format: Annotated[
        Literal["text", "json"], Field(description="Log as text, or as JSON lines with run, shard and paper.")
    ] = "text"
    metrics_dir: Annotated[
        str | None,
        Field(
            description="Folder for metrics.prom besides the warehouse: node_exporter's textfile collector."
        ),
    ] = None
    max_unexpected_share: Annotated[
        float,
        Field(ge=0, le=1, description="Share of floats rejected as unexpected above which a build fails."),
    ] = 0.02
