"""Figures of one build in Prometheus' text format, for node_exporter's textfile collector or a curious eye."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

from flows.build_options import BuildOptions
from schemas.errors import UserError

FILE = "metrics.prom"


def metrics_folders(warehouse: Path, options: BuildOptions) -> list[Path]:
    """Return where a build's figures go: its warehouse, and the folder that its options name."""
    return [warehouse, *([Path(options.metrics_dir).expanduser()] if options.metrics_dir else [])]


class Meter:
    """Counts a build's seconds by stage, and writes them with what came out."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.items: dict[str, int] = {}
        self._start = time.monotonic()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the block as a stage; times of the same stage add up."""
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - start

    def count(self, stage: str, items: int) -> None:
        """Add to the records that a stage worked on in this build; what an earlier build did does not count."""
        self.items[stage] = self.items.get(stage, 0) + items

    def write(self, folders: list[Path], manifest: Mapping[str, object] | None, alerts: int = 0) -> None:
        """Write metrics.prom into each folder, whole or not at all.

        Args:
            folders: the warehouse, and the collector's folder where one is set.
            manifest: that of the release; None where the build failed.
            alerts: reject reasons that jumped.

        Raises:
            UserError: a folder cannot be written to.
        """
        registry = CollectorRegistry()
        self._times(registry, succeeded=manifest is not None)
        if manifest is not None:
            _counts(registry, manifest)
            _gauge(registry, "alerts", "reject reasons whose share jumped").set(alerts)
        for folder in folders:
            try:
                write_to_textfile(str(folder / FILE), registry)
            except OSError as error:
                raise UserError(f"metrics cannot be written to {folder}: {error.strerror}") from error

    def _times(self, registry: CollectorRegistry, *, succeeded: bool) -> None:
        _gauge(registry, "success", "1 where the last build published a release, 0 where it failed").set(
            succeeded
        )
        _gauge(registry, "finished_timestamp_seconds", "when the last build ended").set_to_current_time()
        _gauge(registry, "seconds", "how long it took").set(round(time.monotonic() - self._start, 3))
        seconds = _gauge(registry, "stage_seconds", "of that, by stage", ["stage"])
        for name, value in self.seconds.items():
            seconds.labels(name).set(round(value, 3))
        items = _gauge(registry, "stage_items", "papers, floats or images that a stage worked on", ["stage"])
        for name, count in self.items.items():
            items.labels(name).set(count)


def _counts(registry: CollectorRegistry, manifest: Mapping[str, object]) -> None:
    counts, policy = manifest["counts"], manifest["license_policy"]
    assert isinstance(counts, dict) and isinstance(policy, dict)
    _gauge(registry, "papers", "papers in the release").set(counts["papers"])
    _gauge(registry, "floats", "figures, tables and panels found in them").set(counts["floats_found"])
    _gauge(registry, "pairs", "of those, pairs").set(counts["pairs"])
    _gauge(registry, "images", "of the pairs, those with their image").set(policy["images"])
    rejects = _gauge(registry, "rejects", "floats and papers rejected, by reason", ["reason"])
    for reason, count in counts["rejects_by_reason"].items():
        rejects.labels(reason).set(count)
    names = ("version", "code_version", "release_hash")
    info = _gauge(registry, "release_info", "the release", list(names))
    info.labels(*(str(manifest[name]) for name in names)).set(1)


def _gauge(registry: CollectorRegistry, name: str, text: str, labels: list[str] | None = None) -> Gauge:
    return Gauge(f"scimmir_build_{name}", text, labels or [], registry=registry)
