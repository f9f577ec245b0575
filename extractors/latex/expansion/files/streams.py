r"""Files that a document reads line by line or as a whole: \openin and \read, \CatchFileDef and its kin."""

import re

from extractors.latex.expansion.expander import Expander, Handler
from extractors.latex.expansion.files.inputs import find_input
from extractors.latex.expansion.files.names import read_name

STREAM = re.compile(r"[ \t\n]*(?:\\([A-Za-z@]+)|(\d{1,2}))[ \t]*=?[ \t]*")
TO = re.compile(r"[ \t\n]*to[ \t\n]*")
MAX_STREAMS = 50
MAX_CHARS = 400_000


def stream_name(ex: Expander) -> str:
    """Return the name or the number of the stream that follows."""
    match = ex.input.top().take(STREAM)
    return (match[1] or match[2]) if match else ""


def new_read(ex: Expander, name: str) -> None:
    r"""Read \newread\name."""
    ex.input.read_control()


def open_in(ex: Expander, name: str) -> None:
    r"""Read \openin\name=file: its lines wait to be read."""
    stream, wanted = stream_name(ex), read_name(ex)
    path = find_input(ex, wanted) if wanted else None
    if path is None or len(ex.reading.streams) >= MAX_STREAMS:
        ex.reading.streams.pop(stream, None)
        return
    text = ex.project.text(path)[:MAX_CHARS]
    ex.budget.charge(len(text))
    ex.reading.streams[stream] = text.rstrip("\n").split("\n")[::-1]


def close_in(ex: Expander, name: str) -> None:
    r"""Read \closein\name."""
    ex.reading.streams.pop(stream_name(ex), None)


def read_line(ex: Expander, name: str) -> None:
    r"""Read \read\name to\line: the next line, and more where its braces are open, becomes the macro's text."""
    stream = stream_name(ex)
    ex.input.top().take(TO)
    defined = ex.input.read_control()
    lines = ex.reading.streams.get(stream)
    text = lines.pop() if lines else ""
    while lines and name == "read" and text.count("{") > text.count("}"):
        text += "\n" + lines.pop()
    if defined is not None:
        ex.input.push(f"\\def\\{defined}{{{text} }}")


def at_end(ex: Expander) -> bool:
    r"""Return what \ifeof asks of the stream that follows: whether nothing more comes from it."""
    return not ex.reading.streams.get(stream_name(ex))


def catch_file(ex: Expander, name: str) -> None:
    r"""Read catchfile's \CatchFileDef\name{file}{setup}: the file's text becomes a macro's."""
    defined, wanted = ex.input.read_control(), read_name(ex)
    ex.input.read_argument()
    path = find_input(ex, wanted) if wanted else None
    if defined is not None and path is not None:
        ex.input.push(f"\\def\\{defined}{{{ex.project.text(path)[:MAX_CHARS]}}}")


def tagged_part(ex: Expander, name: str) -> None:
    r"""Read catchfilebetweentags' \ExecuteMetaData[file]{tag}: the part of a file between %<*tag> and %</tag>."""
    ex.input.read_star()
    wanted, tag = ex.input.read_optional(), ex.input.read_argument()
    path = find_input(ex, wanted.strip()) if wanted else None
    if path is None or tag is None:
        return
    text = ex.project.text(path)[:MAX_CHARS]
    parts = re.findall(rf"%<\*{re.escape(tag.strip())}>([^\n]*\n.*?)%</{re.escape(tag.strip())}>", text, re.S)
    ex.input.push("".join(parts))


STREAM_HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("read", "readline"), read_line),
    **dict.fromkeys(("CatchFileDef", "CatchFileEdef", "xCatchFileDef"), catch_file),
    "newread": new_read,
    "openin": open_in,
    "closein": close_in,
    "ExecuteMetaData": tagged_part,
}
