"""Pages that typst makes of a fixed template, shared by what sets tables and what draws SVG files."""

import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.reject import RecordError

if TYPE_CHECKING:
    import typst


def compile_png(
    template: str, inputs: dict[str, str], *, ppi: float, reason: str, fonts: Path | None = None
) -> bytes:
    """Return the PNG of the one page that a typst template makes of its inputs.

    Args:
        template: typst source; the inputs reach it as `sys.inputs`.
        inputs: strings by name.
        ppi: pixels per inch.
        reason: why a record is rejected that cannot be set.
        fonts: a folder with fonts beside the embedded ones.

    Raises:
        RecordError: the reason given, where typst reports an error or makes several pages.
    """
    import typst

    with _LOCK:
        try:
            png = _compiler(fonts).compile(input=template.encode(), format="png", ppi=ppi, sys_inputs=inputs)
        except typst.TypstError as error:
            raise RecordError(reason, str(error).split("\n")[0][:200]) from error
    if not isinstance(png, bytes):
        raise RecordError(reason, "more than one page")
    return png


_LOCK = threading.Lock()  # a compiler is made once, and its inputs change from call to call


@cache
def _compiler(fonts: Path | None) -> "typst.Compiler":
    import typst

    # The template reads no file; an empty folder as its root leaves it none to read.
    folders = [] if fonts is None else [str(fonts)]
    return typst.Compiler(root=_empty_folder().name, font_paths=folders, ignore_system_fonts=True)


@cache
def _empty_folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="scimmir-typst-")
