"""What a caption writer would want to read of a pair: the paper, its words on it, what stands around."""

from dataclasses import asdict, dataclass
from pathlib import Path

from schemas.errors import UserError
from warehouse.query import run_query
from warehouse.sql import sql_text

Record = dict[str, object]


@dataclass(frozen=True)
class Mention:
    """A paragraph that refers to the pair, and the titles of its section ("" where none is known)."""

    section: str
    text: str


@dataclass(frozen=True)
class Neighbour:
    """Another pair of the paper; `relation` is before, after, panel, or figure: the whole that this is part of."""

    pair_id: str
    relation: str
    label: str
    caption: str


@dataclass(frozen=True, kw_only=True)
class Context:
    """A pair with what its paper says of it; what the paper or the release does not say is empty."""

    pair_id: str
    kind: str
    label: str
    title: str
    abstract: str
    abstract_source: str
    abstract_license: str
    license_code: str
    caption: str
    parent_caption: str
    mentions: tuple[Mention, ...]
    table_text: str
    neighbours: tuple[Neighbour, ...]

    def record(self) -> Record:
        """Return it as JSON has it."""
        return asdict(self)


def read_context(
    warehouse: Path, pair_id: str, *, release: str | None = None, neighbours: int = 2
) -> Context:
    """Return the context of a pair.

    Args:
        warehouse: the folder of the releases.
        pair_id: the pair's name.
        release: version of the release, the latest where None.
        neighbours: how many figures and tables before it, and how many after it.

    Raises:
        UserError: the release has no such pair; the message says what became of it.
    """

    def rows(sql: str) -> list[Record]:
        return run_query(warehouse, sql, release=release).records()

    name = sql_text(pair_id)
    found = rows(f"SELECT * FROM pairs WHERE pair_id = {name}")
    if not found:
        raise UserError(_absent(pair_id, rows(f"SELECT reason FROM rejects WHERE pair_id = {name} LIMIT 1")))
    pair = found[0]
    key = sql_text(str(pair["paper_key"]))
    papers = rows(f"SELECT * FROM papers WHERE paper_key = {key}")
    paper = papers[0] if papers else {}
    others = rows(f"SELECT pair_id, parent_id, label, caption FROM pairs WHERE paper_key = {key}")
    return Context(
        mentions=_mentions(pair),
        neighbours=_around(pair, others, neighbours),
        **{name: _text(paper, name) for name in ("abstract", "abstract_source", "abstract_license")},
        **{
            name: _text(pair, name)
            for name in (
                "pair_id",
                "kind",
                "label",
                "title",
                "caption",
                "parent_caption",
                "table_text",
                "license_code",
            )
        },
    )


def _absent(pair_id: str, rejects: list[Record]) -> str:
    if rejects:
        return f"{pair_id} is no pair of this release: it was rejected ({rejects[0]['reason']})"
    return f"{pair_id} is neither a pair nor a reject of this release; scimmir search finds pairs by words"


def _mentions(pair: Record) -> tuple[Mention, ...]:
    texts, sections = _texts(pair.get("mentions")), _texts(pair.get("mention_sections"))
    return tuple(Mention(sections[i] if i < len(sections) else "", text) for i, text in enumerate(texts))


def _around(pair: Record, others: list[Record], count: int) -> tuple[Neighbour, ...]:
    """Return the pair's figure or panels, then the whole figures and tables around it, in the paper's order."""
    whole_id = pair["parent_id"] or pair["pair_id"]
    of_figure = [
        _neighbour(row, "figure" if row["pair_id"] == whole_id else "panel")
        for row in others
        if row["pair_id"] != pair["pair_id"] and whole_id in (row["pair_id"], row["parent_id"])
    ]
    wholes = [row for row in others if row["parent_id"] is None or row["pair_id"] == pair["pair_id"]]
    places = [i for i, row in enumerate(wholes) if row["pair_id"] in (whole_id, pair["pair_id"])]
    before = wholes[max(0, places[0] - count) : places[0]]
    after = wholes[places[-1] + 1 : places[-1] + 1 + count]
    return (
        *of_figure,
        *(_neighbour(row, "before") for row in before),
        *(_neighbour(row, "after") for row in after),
    )


def _neighbour(row: Record, relation: str) -> Neighbour:
    return Neighbour(str(row["pair_id"]), relation, _text(row, "label"), _text(row, "caption"))


def _text(row: Record, name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value)


def _texts(value: object) -> list[str]:
    return [str(one or "") for one in value] if isinstance(value, list | tuple) else []
