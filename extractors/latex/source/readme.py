"""What a submission's 00README says: which files are documents, which are to be ignored, how they are compiled."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

NAMES = ("00README.json", "00README.yaml", "00README.yml", "00README.XXX", "00README.txt", "00README")
DIRECTIVE = re.compile(r"^[ \t]*(\S+)[ \t]+(toplevelfile|ignore|include)\b", re.M)
ENTRY = re.compile(r"^[ \t]*-[ \t]", re.M)
FILENAME = re.compile(r"\bfilename[ \t]*:[ \t]*[\"']?([^\n\"'#}]+?)[\"']?[ \t]*(?:[\n#},]|\Z)")
USAGE = re.compile(r"\busage[ \t]*:[ \t]*[\"']?(\w+)")
COMPILER = re.compile(r"\bcompiler[ \t]*:[ \t]*[\"']?([\w+]+)")
DVIPS = re.compile(r"dvips|\Alatex\Z")


@dataclass
class Readme:
    """The files that a 00README names by what they are for, as it names them, and the compiler."""

    toplevel: list[str] = field(default_factory=list)
    ignored: set[str] = field(default_factory=set)
    compiler: str = ""

    @property
    def dvips(self) -> bool:
        """Whether pictures go through dvips."""
        return DVIPS.search(self.compiler) is not None

    def use(self, name: str, usage: str) -> None:
        """Take note of one file."""
        if usage in {"toplevel", "toplevelfile"}:
            self.toplevel.append(name)
        elif usage == "ignore":
            self.ignored.add(name)


def read_readme(stored: Callable[[str], str | None], text: Callable[[str], str]) -> Readme:
    """Return what the first 00README of a submission says; an empty one where there is none or none is readable.

    Args:
        stored: gives the path under which a file is stored, None where there is none.
        text: gives a stored file's text.
    """
    for name in NAMES:
        path = stored(name)
        if path is not None:
            found = from_json(text(path)) if name.endswith(".json") else from_text(text(path))
            if found.toplevel or found.ignored or found.compiler:
                return found
    return Readme()


def from_json(text: str) -> Readme:
    """Return what the JSON form says: a list `sources` of objects with `filename` and `usage`."""
    found = Readme()
    try:
        read: Any = json.loads(text)
    except (ValueError, RecursionError):
        return found
    if not isinstance(read, Mapping):
        return found
    sources = read.get("sources")
    for source in sources if isinstance(sources, list) else ():
        if isinstance(source, Mapping) and isinstance(source.get("filename"), str):
            found.use(source["filename"], str(source.get("usage", "")))
    process = read.get("process")
    if isinstance(process, Mapping):
        found.compiler = str(process.get("compiler", ""))
    return found


def from_text(text: str) -> Readme:
    """Return what the other forms say: lines of a file and a directive, or YAML as the JSON form has it."""
    found = Readme()
    for match in DIRECTIVE.finditer(text):
        found.use(match[1], match[2])
    for entry in ENTRY.split(text)[1:]:
        named, usage = FILENAME.search(entry), USAGE.search(entry)
        if named and usage:
            found.use(named[1].strip(), usage[1])
    compiler = COMPILER.search(text)
    found.compiler = compiler[1] if compiler else ""
    return found
