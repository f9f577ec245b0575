"""What TeX left behind a compilation: captions, labels, graphics by float, files read, errors."""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_KINDS = {"lof": "figure", "lot": "table"}
_FATAL = re.compile(
    r"^(?:! Emergency stop|! ?==> Fatal error|.*That makes 100 errors|! TeX capacity exceeded.*)", re.M
)
_END = re.compile(r"^ ?Here is how much of \w*TeX's memory", re.M)
_ERROR = re.compile(r"^! .+", re.M)
_MISSING = re.compile(
    r"^! (?:LaTeX|Package pdftex\.def|Package \S+) Error: (?:File|Cannot determine size of graphic in) [`']?([^']*)",
    re.M,
)
_WRITTEN = re.compile(r"\\@writefile\s*\{(lof|lot)\}\s*")
_GROUP = re.compile(r"[^{}\\]+|\\.|[{}]", re.S)
_IMAGES = (
    ".pdf",
    ".png",
    ".jpg",
    ".jpeg",
    ".eps",
    ".ps",
    ".jp2",
    ".bmp",
    ".gif",
    ".svg",
    ".tif",
    ".tiff",
    ".jb2",
)


@dataclass(frozen=True)
class Listed:
    """A caption as TeX lists it: `text` is TeX source, `number` as printed, empty where it has none."""

    kind: str
    number: str
    text: str


@dataclass(frozen=True)
class Opened:
    """A graphics file that TeX opened: its path in the paper, and the captions of the float around it."""

    path: str
    kind: str  # the float's, "" outside floats
    place: int  # which float of the run, counted from 1
    captions: tuple[str, ...] = ()  # kinds of the captions in that float, in order


@dataclass(frozen=True)
class Record:
    """Everything that one compilation says of a paper."""

    engine: str
    folder: str
    ended: bool
    problem: str = ""
    errors: int = 0
    missing: tuple[str, ...] = ()
    avoidable: int = 0  # of those missing, how many the paper has in a form that this engine does not read
    captions: tuple[Listed, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    anchors: Mapping[str, str] = field(default_factory=dict)
    graphics: tuple[Opened, ...] = ()
    read: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[bool, int, int]:
        """The smaller the better: whether it failed, and how much went wrong."""
        return (not self.ended, self.avoidable, self.errors)


def read_outputs(
    outputs: Mapping[str, bytes], *, engine: str, folder: str, stem: str, names: frozenset[str]
) -> Record:
    """Return the record of a compilation from its log, list of files and `.aux` files.

    Args:
        outputs: those files by path under the folder in which TeX ran.
        engine: the program that ran.
        folder: that folder in the paper, `.` for the paper's own.
        stem: the job's name.
        names: the paper's files.
    """
    log = _text(outputs.get(f"{stem}.log", b""))
    stems = {_stem(name) for name in names if name.lower().endswith((".eps", ".ps"))}
    aux = _aux(outputs, f"{stem}.aux", set())
    ended = _END.search(log) is not None and not _FATAL.search(log)
    errors = _ERROR.findall(log)
    listed, announced = _listed(aux), _announced(log)
    missing = tuple(dict.fromkeys(_MISSING.findall(log)))
    problem = _text(outputs.get("problem", b"")) or ("" if ended else " ".join(errors[-2:]) or "no end")
    return Record(
        engine=engine,
        folder=folder,
        ended=ended,
        problem=problem[:200],
        errors=len(errors),
        missing=missing,
        avoidable=sum(_stem(name) in stems for name in missing),
        captions=tuple(announced if len(announced) > len(listed) else listed),
        labels={key: number for key, number, _ in _labels(aux)},
        anchors={key: anchor for key, _, anchor in _labels(aux)},
        graphics=tuple(_graphics(log, folder, names)),
        read=tuple(sorted(_read_files(_text(outputs.get(f"{stem}.fls", b"")), folder, names))),
    )


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _stem(path: str) -> str:
    name = posixpath.basename(path.replace('"', ""))
    name = re.sub(r"\.(?:pdf|eps|ps|png|jpe?g)$", "", name, flags=re.I)
    return name.removesuffix("-eps-converted-to")


def _aux(outputs: Mapping[str, bytes], name: str, seen: set[str]) -> str:
    """Return an `.aux` file with those that it reads in their places."""
    if name in seen or name not in outputs:
        return ""
    seen.add(name)
    pieces = re.split(r"\\@input\{([^{}]*)\}", _text(outputs[name]))
    return "".join(
        _aux(outputs, posixpath.normpath(p.strip('"')), seen) if n % 2 else p for n, p in enumerate(pieces)
    )


def group(text: str, start: int) -> tuple[str, int]:
    """Return the braced group that begins at or after a place, without its braces, and the place behind it."""
    while start < len(text) and text[start] in " \n%\t":
        start += 1
    if start >= len(text) or text[start] != "{":
        return "", start
    depth = 0
    for token in _GROUP.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(token.group(), 0)
        if depth == 0:
            return text[start + 1 : token.start()], token.end()
    return text[start + 1 :], len(text)


def _listed(aux: str) -> list[Listed]:
    """Return the captions for whose lists there are lines in `.aux` files."""
    found = []
    for match in _WRITTEN.finditer(aux):
        line, _ = group(aux, match.end())
        line = line.strip()
        if line.startswith("\\contentsline"):
            counter, at = group(line, len("\\contentsline"))
            if counter.strip() == _KINDS[match.group(1)]:
                found.append(_entry(counter.strip(), group(line, at)[0]))
    return found


def _announced(log: str) -> list[Listed]:
    """Return the captions that were to be listed: some classes let no list be written."""
    lines = [
        line.partition("TRUTH|listed|")[2].split("|", 2)
        for line in log.splitlines()
        if "TRUTH|listed|" in line
    ]
    return [_entry(counter, entry) for list_, counter, entry in lines if _KINDS.get(list_) == counter]


def _entry(kind: str, entry: str) -> Listed:
    number = ""
    numbered = re.search(r"\\numberline\s*", entry)
    if numbered:
        number, at = group(entry, numbered.end())
        entry = entry[at:]
    text = group(entry, 0)[0] if entry.lstrip().startswith("{") else entry
    return Listed(kind, plain_number(number), text.strip().removeprefix("\\ignorespaces").strip())


def plain_number(tex: str) -> str:
    """Return a printed number without the commands and braces around it; "" for what prints no number.

    Such are labels that stand before their caption (`caption` writes a warning in their place) and those of plots.
    """
    if "caption@xref" in tex or "pgfplots@" in tex:
        return ""
    text = re.sub(
        r"\\(?:[A-Za-z@]+\s*|.)", lambda m: m.group()[1:] if m.group() in ("\\_", "\\&") else "", tex
    )
    return text.replace("{", "").replace("}", "").replace("~", " ").replace("$", "").strip()


def _labels(aux: str) -> list[tuple[str, str, str]]:
    found = []
    for match in re.finditer(r"\\newlabel\s*(?=\{)", aux):
        key, at = group(aux, match.end())
        value, _ = group(aux, at)
        number, at = group(value, 0)
        fields = []
        while at < len(value):
            piece, after = group(value, at)
            if after == at:
                break
            fields.append(piece)
            at = after
        if not key.endswith("@cref"):
            found.append((key, plain_number(number), fields[2] if len(fields) > 2 else ""))
    return found


def _graphics(log: str, folder: str, names: frozenset[str]) -> list[Opened]:
    place, depth = 0, 0
    found: list[tuple[str, str, int]] = []
    captions: dict[int, list[str]] = {}
    for line in log.splitlines():
        if "TRUTH|" not in line:
            continue
        what, *rest = line[line.index("TRUTH|") + 6 :].split("|", 3)
        if what == "begin":
            place += depth == 0
            depth += 1
        elif what == "finish":
            depth = max(0, depth - 1)
            place += depth == 0
        elif what == "listed" and _KINDS.get(rest[0]) == rest[1]:
            captions.setdefault(place, []).append(rest[1])
        elif what == "graphic":
            path = in_paper(rest[1], folder)
            if path in names and path.lower().endswith(_IMAGES):
                found.append((path, rest[0], place))
    return [Opened(p, kind, n, tuple(captions.get(n, ()))) for p, kind, n in dict.fromkeys(found)]


def in_paper(path: str, folder: str) -> str:
    """Return a path as TeX names it, as one from the paper's own folder."""
    return posixpath.normpath(posixpath.join(folder, path.strip().replace('"', "")))


def _read_files(recorded: str, folder: str, names: frozenset[str]) -> set[str]:
    inputs = {line[6:] for line in recorded.splitlines() if line.startswith("INPUT ")}
    return {path for path in (in_paper(i, folder) for i in inputs) if path in names}
