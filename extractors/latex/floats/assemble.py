"""Turns what was found into floats and rejects."""

from dataclasses import dataclass, field, replace

from extractors.latex.expansion.output import Flat
from extractors.latex.floats.grouping import found_in, printed_name
from extractors.latex.floats.headings import Headings
from extractors.latex.floats.picture_tables import settle_pictures
from extractors.latex.floats.pieces import caption_pieces
from extractors.latex.floats.tables import float_table
from extractors.latex.source.finding import path_by_name, stored_path
from extractors.latex.source.graphics import graphic
from extractors.latex.source.project import Project
from extractors.latex.tables.float_tables import Markup
from extractors.latex.text.mentions import RunningText, mentions
from extractors.latex.text.renderer import Renderer
from extractors.latex.walk.document import Caption, FloatBody, Found, GraphicItem, Panel, Tabular
from extractors.latex.walk.state import Walk
from schemas.floats import Drawing, Float, Graphic
from schemas.ids import pair_id
from schemas.reject import Reject

SNIPPET_CHARS = 2000
MAX_CAPTION_CHARS = 20_000


@dataclass
class Assembly:
    """The floats and rejects of one paper as they are made."""

    key: str
    project: Project
    flat: Flat
    walk: Walk
    to: Renderer
    running: RunningText
    floats: list[Float] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    paragraphs: dict[int, str] = field(default_factory=dict)
    render_drawings: bool = False
    drawings: list[Drawing] = field(default_factory=list)
    paths: dict[tuple[str, str, int, bool], str | None] = field(default_factory=dict)
    rightly: frozenset[str] | None = None
    shown_before: frozenset[str] = frozenset()
    ordinals: dict[str, int] = field(default_factory=lambda: {"figure": 0, "table": 0})

    def __post_init__(self) -> None:
        self.headings = Headings(self.walk.text, self.walk.headings, self.walk.abstract, self.to, self.at)

    def run(self) -> None:
        """Make every float of the document, in order; `ordinals` count on from the documents before."""
        for body in self.walk.floats:
            if body.graphics and body.tabulars:
                settle_pictures(self.to, self.walk.text, body)
        found = [f for body in self.walk.floats for f in found_in(body)]
        found.sort(key=lambda f: (f.start, f.caption.pos if f.caption else 0))
        for one in found:
            self.ordinals[one.kind] += 1
            self.add(one, self.ordinals[one.kind])

    def add(self, found: Found, ordinal: int) -> None:
        """Make one float with its panels."""
        name = pair_id(self.key, found.kind, ordinal)
        caption = found.caption
        number = caption.number if caption is not None and caption.number else None
        label = self.label(found, number)
        text = self.render(caption)
        snippet_file, snippet = self.flat.source(found.start, found.end, self.project.text)
        shown, missing = self.graphics(found.graphics)
        table, problem = self.table(found) if not found.graphics or found.tabulars else (None, "")
        panels = self.panels(found, text)
        reason, detail = self.fault(found, caption, text, shown, missing, table, problem)
        if reason == "drawn_in_tex" and self.render_drawings:
            reason, shown = "", (self.drawing(f"drawn-in-tex/{found.kind}-{ordinal}.pdf", snippet),)
        printed = self.to.plain(printed_name(self.walk.style, self.walk.names, found))
        common = _Common(
            name, found.kind, number, label, text, snippet_file, snippet[:SNIPPET_CHARS], printed, found.start
        )
        if reason:
            self.reject(common.name, reason, detail, common)
        else:
            if missing:
                self.warnings.append(f"{name}: of its graphics, not in the archive: {', '.join(missing[:5])}")
            keys = tuple(dict.fromkeys([*found.labels, *(k for p in found.panels for k in p.labels)]))
            self.floats.append(
                self.float(
                    common, caption, graphics=shown, table=table,
                    keys=tuple(dict.fromkeys(found.labels)), mention_keys=keys),
                )  # fmt: skip
        groups: dict[int, list[GraphicItem]] = {}
        for item in found.graphics if panels else ():
            groups.setdefault(id(item.panel), []).append(item)
        for index, (panel, letter, panel_text) in enumerate(panels, 1):
            items = [g for g in groups.get(id(panel), ()) if g.panel is panel]
            self.add_panel(common, found.body, items, index, panel, letter, panel_text)

    def drawing(self, path: str, source: str) -> Graphic:
        """Keep what it takes to render a float's drawing; return the graphic that stands for it."""
        main = self.project.text(self.project.main)
        preamble = main[: max(0, main.find("\\begin{document}"))]
        self.drawings.append(
            Drawing(
                paper_key=self.key, path=path, preamble=preamble, source=source, folder=self.project.main_dir
            )
        )
        return Graphic(path=path, page=1, angle=0.0, row=0)

    def label(self, found: Found, number: str | None) -> str | None:
        """Return the printed label with its number, None where the caption has none."""
        if number is None or found.caption is None:
            return None
        self.at(found.caption.pos)
        return self.to.plain(found.caption.label).rstrip(" .:,;–—-") or None  # the separator is no part of it

    def at(self, pos: int) -> None:
        """Render from here on as at a place of the text: its language, its labels of lists."""
        self.to.at(self.walk.timeline.at(pos))

    def language(self, pos: int) -> str | None:
        """Return the language in which the document stands at a place, None where it declares none."""
        return self.walk.timeline.at(pos).get("language", self.walk.language) or None

    def render(self, caption: Caption | None) -> str:
        """Return a caption as readable text."""
        if caption is None:
            return ""
        self.at(caption.pos)
        return self.to.plain(caption.tex[:MAX_CAPTION_CHARS])

    def graphics(self, items: list[GraphicItem]) -> tuple[tuple[Graphic, ...], list[str]]:
        """Return the files shown, in rows, and the names for which there is no file."""
        shown: list[Graphic] = []
        missing: list[str] = []
        for item in sorted(items, key=lambda g: g.row):
            path = self.path(item)
            by_name = path is None
            if path is None:
                path = path_by_name(self.project, item.shown.name, self.named_rightly())
            if path is None:
                missing.append(item.shown.name)
            else:
                shown.append(graphic(path, item.shown, item.row, by_name=by_name))
        rows = {row: i for i, row in enumerate(sorted({g.row for g in shown}))}
        return tuple(replace(g, row=rows[g.row]) for g in shown), missing

    def path(self, item: GraphicItem) -> str | None:
        """Return the file that a graphic's name means where it stands."""
        place = (item.folder, item.shown.name, item.settings, item.shown.svg)
        if place not in self.paths:
            settings = self.project.graphics[item.settings]
            self.paths[place] = stored_path(
                self.project, item.shown.name, settings, folder=item.folder, svg=item.shown.svg
            )
        return self.paths[place]

    def named_rightly(self) -> frozenset[str]:
        """Return the files that floats of this document and of those before name as they lie."""
        if self.rightly is None:
            paths = (self.path(item) for body in self.walk.floats for item in body.graphics)
            self.rightly = self.shown_before.union(path for path in paths if path is not None)
        return self.rightly

    def table(self, found: Found) -> tuple[Markup | None, str]:
        """Return the table that a float's tabulars make, or why there is none."""
        if found.tabulars:
            self.at(found.tabulars[0].pos)
        return float_table(self.to, self.walk, found)

    def fault(
        self,
        found: Found,
        caption: Caption | None,
        text: str,
        shown: tuple[Graphic, ...],
        missing: list[str],
        table: Markup | None,
        problem: str,
    ) -> tuple[str, str]:
        """Return why a float cannot become a pair, nothing where it can."""
        if caption is None:
            return "caption_missing", f"{found.body.environment or 'float'} without \\caption"
        if not text:
            return "caption_empty", "the caption prints nothing"
        if shown or table is not None:
            return "", ""
        if missing:
            return "image_missing", ", ".join(missing)
        if found.drawings:
            return "drawn_in_tex", f"{found.drawings} drawing(s) made by TeX commands"
        if problem:
            return problem, f"{len(found.tabulars)} tabular(s) without readable cells"
        return "graphic_not_named", "no graphics file and no table in it"

    def panels(self, found: Found, text: str) -> list[tuple[Panel, str, str]]:
        """Return panels with letter and caption: real ones, or images that the caption's pieces describe."""
        pieces = caption_pieces(text, len(found.panels) or len(found.graphics))
        if found.panels:
            out = []
            for i, panel in enumerate(found.panels):
                own = self.render(panel.caption)
                letter = panel.letter
                if not own and pieces:
                    letter = letter or pieces[i][0]
                    own = pieces[i][1]
                out.append((panel, letter, own))
            return out
        if len(found.graphics) < 2 or not pieces:
            return []
        out = []
        for item, (letter, piece) in zip(found.graphics, pieces, strict=True):
            panel = Panel(item.pos, item.box, end=item.pos, letter=letter)
            item.panel = panel
            out.append((panel, letter, piece))
        return out

    def add_panel(
        self,
        parent: "_Common",
        body: FloatBody,
        items: list[GraphicItem],
        index: int,
        panel: Panel,
        letter: str,
        text: str,
    ) -> None:
        """Make one panel of a float."""
        name = f"{parent.name}:panel-{index}"
        shown, missing = self.graphics(items)
        start, end = panel.start, max(panel.end, panel.start)
        file, snippet = (
            self.flat.source(start, end, self.project.text) if end > start else (parent.file, parent.snippet)
        )
        whole = parent.number or panel.number
        number = f"{whole}{letter}" if whole and letter else whole or None
        label = parent.label or (f"{parent.name_printed} {whole}" if whole and not parent.number else None)
        label = f"{label or ''}({letter})" if letter and whole else label
        common = _Common(name, parent.kind, number, label, text, file, snippet[:SNIPPET_CHARS], pos=start)
        table = None
        if not items:
            table, _ = self.table(self.panel_found(parent, body, panel))
        if not text:
            self.reject(name, "caption_missing", "a panel without caption of its own", common)
        elif not shown and table is None and missing:
            self.reject(name, "image_missing", ", ".join(missing), common)
        elif not shown and table is None:
            drawn = any(start <= p < end for p in body.drawings)
            reason = "drawn_in_tex" if drawn else "graphic_not_named"
            self.reject(name, reason, "the panel names no graphics file", common)
        else:
            keys = tuple(dict.fromkeys(panel.labels))
            self.floats.append(
                self.float(common, panel.caption, graphics=shown, table=table, keys=keys, mention_keys=keys,
                           parent=parent, letter=letter)
            )  # fmt: skip

    def panel_found(self, parent: "_Common", body: FloatBody, panel: Panel) -> Found:
        """Return what a panel holds, as if it were a float."""
        tabulars: list[Tabular] = [
            t
            for t in body.tabulars
            if panel.start <= t.pos < panel.end and not t.nested and not t.has_graphics
        ]
        return Found(parent.kind, body, panel.caption, [], [], tabulars, [], 0, "", panel.start, panel.end)

    def float(
        self,
        common: "_Common",
        caption: Caption | None,
        *,
        graphics: tuple[Graphic, ...],
        table: Markup | None,
        keys: tuple[str, ...],
        mention_keys: tuple[str, ...],
        parent: "_Common | None" = None,
        letter: str = "",
    ) -> Float:
        """Return the row of a float or panel."""
        raw = "" if caption is None else self.flat.source(caption.start, caption.end, self.project.text)[1]
        said = mentions(
            self.running,
            self.to,
            keys=mention_keys,
            kind=common.kind,
            number=common.number if parent is None or letter else None,
            cache=self.paragraphs,
            at=self.at,
        )
        return Float(
            pair_id=common.name,
            paper_key=self.key,
            kind=common.kind,
            parent_id=parent.name if parent else None,
            number=common.number,
            label=common.label,
            panel=letter or None,
            ref_keys=keys,
            caption=common.text,
            caption_raw=raw.strip() or (common.text if parent else ""),
            parent_caption=(parent.text or None) if parent else None,
            mentions=tuple(said),
            mention_sections=tuple(map(self.headings.over, said.values())),
            graphics=graphics,
            table_html=table.html if table is not None else None,
            table_text=table.text if table is not None else None,
            language=self.language(caption.pos if caption is not None else common.pos),
            source_file=common.file,
            snippet=common.snippet,
        )

    def reject(self, name: str, reason: str, detail: str, common: "_Common") -> None:
        """Keep a float that cannot become a pair."""
        self.rejects.append(
            Reject(
                paper_key=self.key,
                pair_id=name,
                stage="extract",
                reason=reason,
                detail=detail[:500],
                kind=common.kind,
                label=common.label,
                caption=common.text or None,
                snippet=common.snippet,
            )
        )


@dataclass(frozen=True)
class _Common:
    name: str
    kind: str
    number: str | None
    label: str | None
    text: str
    file: str
    snippet: str
    name_printed: str = ""
    pos: int = 0
