"""A release's `report.html`: one self-contained page with figures and examples, the same bytes every time."""

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path

import duckdb
import pyarrow as pa

from schemas.license import POLICIES
from schemas.pair import CLASS_TITLES, SPLITS, SUBCATEGORIES
from schemas.paper import ABSTRACT_SOURCES
from warehouse.catalog import create_views
from warehouse.place import WarehouseError
from warehouse.releases import jumps, read_manifest
from warehouse.report.charts import CAPTION_STEP_SQL, Histogram, caption_histogram
from warehouse.report.classes import class_agreement
from warehouse.report.examples import CAPTION_CHARACTERS, cut, duplicate_groups, gallery
from warehouse.report.model import (
    Breakdown,
    CaptionStats,
    ClassLine,
    Fact,
    Headline,
    Policy,
    RejectLine,
    Report,
    Share,
)
from warehouse.report.templates import page_environment
from warehouse.sql import clean_text, sql_text
from warehouse.versions import damaged_release

PAGE = "page.html.j2"
DETAIL_CHARACTERS = 160


def write_report(release_dir: Path, *, earlier: Mapping[str, object] | None = None) -> Path:
    """Return the path of the page written for the release in a folder.

    The page needs no other file and no network; the same release gives the same bytes. `earlier` is the manifest
    of the release before it, against which its rejects are held.

    Raises:
        WarehouseError: a file of the release is missing or damaged, or the page cannot be written.
    """
    target = release_dir / "report.html"
    page = render(collect(release_dir, earlier=earlier))
    try:
        target.write_bytes(page)
    except OSError as error:
        raise WarehouseError(f"cannot write {target}: {error.strerror}") from error
    return target


def collect(release_dir: Path, *, earlier: Mapping[str, object] | None = None) -> Report:
    """Return the figures and examples of a release, read from its Parquet files and its manifest.

    Raises:
        WarehouseError: a file of the release is missing or damaged.
    """
    manifest = read_manifest(release_dir)
    try:
        with duckdb.connect() as con:
            create_views(con, release_dir, schema="main", location=sql_text(release_dir.resolve()))
            alerts = tuple(jump.sentence for jump in jumps(earlier or {}, manifest))
            return _collect(con, release_dir, manifest, alerts)
    except (duckdb.Error, pa.ArrowException) as error:
        raise damaged_release(release_dir, error) from error


def render(report: Report) -> bytes:
    """Return the page of a report as UTF-8 HTML; all text in it is escaped."""
    source = resources.files("warehouse.report").joinpath(PAGE).read_text(encoding="utf-8")
    template = page_environment({PAGE: source}).get_template(PAGE)
    return (template.render(report=report) + "\n").encode("utf-8")


def _collect(
    con: duckdb.DuckDBPyConnection, folder: Path, manifest: Mapping[str, object], alerts: tuple[str, ...]
) -> Report:
    headline = _headline(con)
    classes = _classes(con, headline.pairs)
    return Report(
        version=_string(manifest.get("version")) or folder.name,
        release_hash=_string(manifest.get("release_hash")),
        code_version=_string(manifest.get("code_version")),
        headline=headline,
        policy=_policy(con, manifest),
        alerts=alerts,
        classes=classes,
        agreement=class_agreement(manifest.get("class_scores"), CLASS_TITLES),
        splits=SPLITS,
        breakdowns=_breakdowns(con, headline.pairs),
        captions=_caption_stats(con),
        histogram=_histogram(con),
        rejects=_rejects(con),
        duplicate_tests=_shares(
            con.execute(
                "SELECT duplicate_test, count(*), count_if(cross_source) || ' across sources'"
                " FROM duplicates GROUP BY duplicate_test ORDER BY duplicate_test"
            ).fetchall()
        ),
        duplicates=duplicate_groups(con, folder),
        contamination=_shares(
            con.execute(
                "SELECT against, count(*),"
                " string_agg(DISTINCT contamination_test, ', ' ORDER BY contamination_test)"
                " FROM contamination GROUP BY against ORDER BY count(*) DESC, against"
            ).fetchall()
        ),
        gallery=gallery(con, folder, classes),
        facts=_facts(manifest),
    )


def _headline(con: duckdb.DuckDBPyConnection) -> Headline:
    papers, floats = con.execute("SELECT count(*), coalesce(sum(floats_found), 0) FROM papers").fetchall()[0]
    rejected, rejects = con.execute(
        "SELECT count(DISTINCT paper_key) FILTER (pair_id IS NULL), count(pair_id) FROM rejects"
    ).fetchall()[0]
    pairs = con.execute("SELECT count(*) FROM pairs").fetchall()[0][0]
    return Headline(
        papers=papers, papers_rejected=rejected, floats_found=int(floats), pairs=pairs, rejects=rejects
    )


def _policy(con: duckdb.DuckDBPyConnection, manifest: Mapping[str, object]) -> Policy:
    stated = manifest.get("license_policy")
    name = _string(stated.get("name")) if isinstance(stated, dict) else ""
    rows = con.execute(
        "SELECT withheld, sum(pairs)::BIGINT, any_value(description) FROM license_mix"
        " GROUP BY withheld ORDER BY 2 DESC, 1"
    ).fetchall()
    whole = sum(row[1] for row in rows)
    withheld = [row for row in rows if row[0] is not None]
    return Policy(
        name=name or "research",
        use=POLICIES.get(name, POLICIES["research"]),
        images=whole - sum(row[1] for row in withheld),
        withheld=_shares(withheld, whole=whole),
    )


def _classes(con: duckdb.DuckDBPyConnection, pairs: int) -> tuple[ClassLine, ...]:
    counts = {
        (subcategory, split): count
        for subcategory, split, count in con.execute(
            "SELECT subcategory, split, count(*) FROM pairs GROUP BY subcategory, split"
        ).fetchall()
    }
    lines = []
    for name in SUBCATEGORIES:
        by_split = tuple(counts.get((name, split), 0) for split in SPLITS)
        total = Share(label=name, count=sum(by_split), percent=_percent(sum(by_split), pairs))
        lines.append(ClassLine(name=name, title=CLASS_TITLES[name], by_split=by_split, total=total))
    return tuple(lines)


def _breakdowns(con: duckdb.DuckDBPyConnection, pairs: int) -> tuple[Breakdown, ...]:
    papers = "count(DISTINCT paper_key) || if(count(DISTINCT paper_key) = 1, ' paper', ' papers')"
    queries = {
        "Split": f"split, count(*), {papers}",
        "Source": f"source, count(*), {papers}",
        "Image type": "coalesce(image_type, 'none (tables)'), count(*),"
        " coalesce('mean confidence ' || printf('%.2f', avg(image_type_confidence)), '')",
        "Licence group": "license_group, count(*), count_if(allows_redistribution) || ' may be passed on'",
        "Licence": "coalesce(license_code, 'not stated'), count(*), ''",
    }
    breakdowns = []
    for title, columns in queries.items():
        rows = con.execute(f"SELECT {columns} FROM pairs GROUP BY 1 ORDER BY 2 DESC, 1").fetchall()
        breakdowns.append(Breakdown(title=title, shares=_shares(rows, whole=pairs)))
    return tuple(breakdowns + _context_breakdowns(con, pairs) + _panel_breakdowns(con, pairs))


def _context_breakdowns(con: duckdb.DuckDBPyConnection, pairs: int) -> list[Breakdown]:
    """Return from where papers have their abstracts, and how many pairs the text refers to."""
    sources = con.execute(
        "SELECT abstract_source, count(*), '' FROM papers GROUP BY 1 ORDER BY 1 IS NULL, 2 DESC, 1"
    ).fetchall()
    abstracts = [(ABSTRACT_SOURCES.get(source, source or "none"), *rest) for source, *rest in sources]
    mentions = con.execute(
        "SELECT if(len(mentions) = 0, 'no paragraph', 'a paragraph or more') AS refers, count(*),"
        " if(sum(len(mentions)) = 0, '', sum(len(mentions)) || ' paragraphs, '"
        " || sum(len(list_filter(mention_sections, lambda title: title <> ''))) || ' below a heading')"
        " FROM pairs GROUP BY refers ORDER BY refers"
    ).fetchall()
    return [
        Breakdown(title="Papers by the source of their abstract", shares=_shares(abstracts)),
        Breakdown(title="Pairs by what the text says of them", shares=_shares(mentions, whole=pairs)),
    ]


def _panel_breakdowns(con: duckdb.DuckDBPyConnection, pairs: int) -> list[Breakdown]:
    """Return where panels come from, and why figures stayed whole; nothing where there is neither."""
    came = "if(panel_box IS NULL, 'given by the source', 'cut out of figures')"
    figures = "count(DISTINCT figure_id) || if(count(DISTINCT figure_id) = 1, ' figure', ' figures')"
    panels = con.execute(f"SELECT {came}, count(*), {figures} FROM panels GROUP BY 1 ORDER BY 2 DESC, 1")
    found = [Breakdown(title="Panels", shares=_shares(panels.fetchall(), whole=pairs))]
    whole = con.execute(
        "SELECT reason, sum(figures)::BIGINT, any_value(description) FROM whole_figures GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    found.append(Breakdown(title="Figures not cut up", shares=_shares(whole.fetchall())))
    return [breakdown for breakdown in found if breakdown.shares]


def _caption_stats(con: duckdb.DuckDBPyConnection) -> tuple[CaptionStats, ...]:
    rows = con.execute(
        "SELECT kind, count(*), min(length(caption)), quantile_disc(length(caption), 0.5),"
        " quantile_disc(length(caption), 0.9), max(length(caption)) FROM pairs GROUP BY kind ORDER BY kind"
    ).fetchall()
    return tuple(
        CaptionStats(kind=kind, pairs=n, shortest=low, median=mid, ninetieth=high, longest=top)
        for kind, n, low, mid, high, top in rows
    )


def _histogram(con: duckdb.DuckDBPyConnection) -> Histogram:
    return caption_histogram(
        con.execute(
            f"SELECT {CAPTION_STEP_SQL} AS step, count_if(kind <> 'table'), count_if(kind = 'table')"
            " FROM pairs GROUP BY step ORDER BY step"
        ).fetchall()
    )


def _rejects(con: duckdb.DuckDBPyConnection) -> tuple[RejectLine, ...]:
    rows = con.execute(
        """
        WITH numbered AS (
            SELECT *, row_number() OVER (
                PARTITION BY reason ORDER BY paper_key, pair_id, stage, detail
            ) AS place
            FROM rejects
        )
        SELECT
            numbered.reason, count(*), any_value(reasons.description),
            string_agg(DISTINCT stage, ', ' ORDER BY stage),
            any_value(coalesce(pair_id, paper_key)) FILTER (place = 1),
            any_value(detail) FILTER (place = 1),
            any_value(coalesce(label || '. ', '') || coalesce(caption, '')) FILTER (place = 1)
        FROM numbered LEFT JOIN reasons USING (reason)
        GROUP BY numbered.reason ORDER BY count(*) DESC, numbered.reason
        """
    ).fetchall()
    whole = sum(row[1] for row in rows)
    return tuple(
        RejectLine(
            share=Share(label=reason, count=count, percent=_percent(count, whole)),
            description=description or "",
            stages=stages,
            example_place=clean_text(place),
            example_detail=cut(detail, DETAIL_CHARACTERS),
            example_caption=cut(caption, DETAIL_CHARACTERS),
        )
        for reason, count, description, stages, place, detail, caption in rows
    )


def _facts(manifest: Mapping[str, object]) -> tuple[tuple[str, tuple[Fact, ...]], ...]:
    titles = {
        "stages": "Stage versions",
        "engines": "Engines and models",
        "thresholds": "Thresholds",
        "parameters": "Parameters",
    }
    found = []
    for key, title in titles.items():
        lines = tuple(Fact(name=name, value=value) for name, value in _leaves(manifest.get(key), ""))
        if lines:
            found.append((title, lines))
    return tuple(found)


def _leaves(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key in sorted(value):
            yield from _leaves(value[key], f"{path}.{key}" if path else str(key))
    elif value is not None or path:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        yield path, cut(text, CAPTION_CHARACTERS)


def _shares(rows: list[tuple[str, int, str]], *, whole: int | None = None) -> tuple[Share, ...]:
    total = sum(count for _, count, _ in rows) if whole is None else whole
    return tuple(
        Share(label=clean_text(label), count=count, percent=_percent(count, total), note=note)
        for label, count, note in rows
    )


def _percent(count: int, whole: int) -> float:
    return round(100 * count / whole, 1) if whole else 0.0


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
