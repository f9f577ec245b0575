"""Results of several evaluations side by side in the layout of SciMMIR's tables: Markdown, LaTeX and plots."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from evaluation.plots import bar_chart
from evaluation.published_scores import POOL_SIZES, SOURCE, published_scores
from evaluation.results import ARROWS, POOL_NAMES, named, percent
from schemas.errors import UserError
from schemas.retrieval import DIRECTIONS, GROUPS, RetrievalRow

MEASURES = ("MRR", "Hits@10")
LATEX_ARROWS = {"txt2img": "txt$\\to$img", "img2txt": "img$\\to$txt"}
_LATEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"} | {
    character: f"\\{character}" for character in "&%$#_{}"
}

Scores = dict[tuple[str, str], tuple[float, float]]  # MRR and Hits@10 as shares, by direction and group


@dataclass(frozen=True)
class Line:
    """A model in one setting, with its scores."""

    model: str
    training: str
    ocr: bool
    scores: Scores


@dataclass(frozen=True)
class Section:
    """Lines that can be compared: of the same pairs, among the same candidates."""

    title: str
    name: str
    lines: tuple[Line, ...]
    rows: tuple[RetrievalRow, ...] = ()


def read_results(folders: Sequence[Path]) -> list[RetrievalRow]:
    """Return the scores of all evaluations in or below some folders, each setting once.

    Raises:
        UserError: a folder holds no results.parquet, or one that cannot be read.
    """
    found: dict[RetrievalRow, None] = {}
    for folder in folders:
        paths = sorted(folder.rglob("results.parquet"))
        if not paths:
            raise UserError(f"{folder} holds no results.parquet: scimmir evaluate writes one")
        for path in paths:
            found.update(dict.fromkeys(_rows(path)))
    return list(found)


def sections(rows: Sequence[RetrievalRow]) -> list[Section]:
    """Return the scores in groups of what can be compared, in the order in which they come."""
    kinds = list(dict.fromkeys(_kind(row) for row in rows))
    names = [f"{benchmark}-{pool}" for benchmark, _, pool, _ in kinds]
    made = []
    for (benchmark, digest, pool, size), name in zip(kinds, names, strict=True):
        own = tuple(row for row in rows if _kind(row) == (benchmark, digest, pool, size))
        # Two versions of a benchmark's pairs are told apart by what they hold.
        version = f" ({digest[:8]})" if names.count(name) > 1 else ""
        slug = re.sub(r"[^\w.-]+", "-", name + (f"-{digest[:8]}" if version else ""))
        title = f"{benchmark}{version}: {size:,} candidates ({POOL_NAMES[pool]})"
        made.append(Section(title, slug, _lines(own), own))
    return made


def published_sections() -> list[Section]:
    """Return the published scores of each pool."""
    known = published_scores()
    made = []
    for pool, size in POOL_SIZES.items():
        settings = dict.fromkeys((s.model, s.training, s.ocr) for s in known if s.pool == pool)
        lines = tuple(
            Line(
                *setting,
                {
                    (s.direction, s.group): (s.mrr / 100, s.hits_10 / 100)
                    for s in known
                    if (s.model, s.training, s.ocr, s.pool) == (*setting, pool)
                },
            )
            for setting in settings
        )
        title = f"Published, not computed here: {size:,} candidates ({POOL_NAMES[pool]}), {SOURCE}"
        made.append(Section(title, f"published-{pool}", lines))
    return made


def markdown(found: Sequence[Section]) -> str:
    """Return the sections as Markdown, a table for each direction, in percent; the best of a column is bold."""
    lines = []
    for section in found:
        lines += [f"### {section.title}", ""]
        for direction in DIRECTIONS:
            groups = _groups(section)
            head = ["Model", "Training", "OCR", *(f"{group} {name}" for group in groups for name in MEASURES)]
            lines += [ARROWS[direction], "", _line(head), "|" + "---|" * len(head)]
            lines += [_line(cells) for cells in _cells(section, direction, groups, "**{}**")]
            lines.append("")
    return "\n".join(lines)


def latex(found: Sequence[Section]) -> str:
    """Return the sections as LaTeX tables for the package booktabs, in percent."""
    lines = ["% needs \\usepackage{booktabs}"]
    for section in found:
        for direction in DIRECTIONS:
            groups = _groups(section)
            spans = " & ".join(f"\\multicolumn{{2}}{{c}}{{{_escaped(group)}}}" for group in groups)
            lines += [
                "",
                "\\begin{table}",
                f"\\caption{{{_escaped(section.title)}, {LATEX_ARROWS[direction]}, in percent.}}",
                f"\\begin{{tabular}}{{lll{'rr' * len(groups)}}}",
                "\\toprule",
                f" & & & {spans} \\\\",
                " & ".join(["Model", "Training", "OCR", *MEASURES * len(groups)]) + " \\\\",
                "\\midrule",
            ]
            for cells in _cells(section, direction, groups, "\\textbf{{{}}}", escape=True):
                lines.append(" & ".join(cells) + " \\\\")
            lines += ["\\bottomrule", "\\end{tabular}", "\\end{table}"]
    return "\n".join(lines) + "\n"


def write_comparison(folder: Path, found: Sequence[Section], published: Sequence[Section] = ()) -> None:
    """Write tables.md, tables.tex and a plot of each section of results; published scores are in no plot."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tables.md").write_text(markdown([*found, *published]), encoding="utf-8")
    (folder / "tables.tex").write_text(latex([*found, *published]), encoding="utf-8")
    for section in found:
        (folder / f"{section.name}.svg").write_text(bar_chart(section.rows), encoding="utf-8")


def _rows(path: Path) -> list[RetrievalRow]:
    try:
        table = pq.read_table(path, partitioning=None)
    except (OSError, pa.ArrowException) as error:
        raise UserError(f"{path} cannot be read: {error}") from error
    names = [field.name for field in fields(RetrievalRow)]
    # Evaluations of earlier versions put nothing in another order.
    missing = [name for name in names if name not in table.column_names and name != "reranked"]
    if missing:
        raise UserError(f"{path} lacks the columns {', '.join(missing)}: evaluate again")
    return [
        RetrievalRow(**({"reranked": 0} | {name: row[name] for name in names if name in row}))
        for row in table.to_pylist()
    ]


def _kind(row: RetrievalRow) -> tuple[str, str, str, int]:
    return (row.benchmark, row.benchmark_sha256, row.pool, row.pool_size)


def _lines(rows: Sequence[RetrievalRow]) -> tuple[Line, ...]:
    settings: dict[tuple[str, int, str, bool, str], Scores] = {}
    for row in rows:
        if row.queries:
            key = (row.model, row.reranked, row.training, row.ocr, row.model_space)
            settings.setdefault(key, {})[row.direction, row.group] = (row.mrr, row.hits_10)
    shown = [key[:4] for key in settings]
    lines = []
    for (model, reranked, training, ocr, space), scores in settings.items():
        name = named(model, reranked)
        if shown.count((model, reranked, training, ocr)) > 1:  # other weights under one name
            name += f" ({hashlib.sha256(space.encode()).hexdigest()[:8]})"
        lines.append(Line(name, training, ocr, scores))
    return tuple(lines)


def _groups(section: Section) -> list[str]:
    there = {group for line in section.lines for _, group in line.scores}
    return [group for group in GROUPS if group in there]


def _cells(
    section: Section, direction: str, groups: Sequence[str], bold: str, *, escape: bool = False
) -> list[list[str]]:
    """Return the cells of one direction's table, without those lines that have no score in it."""
    lines = [line for line in section.lines if any(one == direction for one, _ in line.scores)]
    columns = [(direction, group) for group in groups]
    best = {
        (column, measure): max(line.scores[column][measure] for line in lines if column in line.scores)
        for column in columns
        for measure in range(len(MEASURES))
        if len(lines) > 1 and any(column in line.scores for line in lines)
    }
    made = []
    for line in lines:
        cells = [line.model, line.training, "yes" if line.ocr else "no"]
        cells = [_escaped(cell) for cell in cells] if escape else cells
        for column in columns:
            for measure in range(len(MEASURES)):
                value = line.scores.get(column, (None, None))[measure]
                text = "–" if value is None else percent(value)
                is_best = value is not None and value == best.get((column, measure))
                cells.append(bold.format(text) if is_best else text)
        made.append(cells)
    return made


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _escaped(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in text)
