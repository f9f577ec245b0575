"""Texts on their way into SQL, and out of it to a terminal or a page."""

import unicodedata
from pathlib import Path


def one_line(error: BaseException | str) -> str:
    """Return an error's text as one line, without DuckDB's excerpt of the statement."""
    text = str(error).split("\n\nLINE ")[0]
    return " ".join(text.split())


def sql_text(value: str | Path) -> str:
    """Return a text as an SQL literal."""
    return "'" + str(value).replace("'", "''") + "'"


def sql_name(name: str) -> str:
    """Return a name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def clean_text(text: str) -> str:
    """Return a text without control and formatting characters, which terminals and pages would act on."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
