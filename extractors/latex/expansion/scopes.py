"""What names mean, where: definitions hold from there on, and until their group or environment ends."""

import re
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

from extractors.latex.expansion.input import Frame, Input, open_group_end
from extractors.latex.expansion.macros import Printed
from extractors.latex.expansion.output import Output

GROUP_REACH = 20_000
ENVIRONMENT_EDGE = re.compile(r"\\(begin|end)\s*\{")
M = TypeVar("M")  # what a name can mean: the expander says it, here meanings are only kept and put back


@dataclass
class Scopes(Generic[M]):
    r"""The meaning of each name, how \\the<counter> and float names print, and what open environments change.

    `open` has the environments under way, each with what names meant before it; `in_document` is true from
    \\begin{document} on.
    """

    input: Input
    output: Output
    meanings: dict[str, M]
    printed: dict[str, str] = field(default_factory=dict)
    open: list[tuple[str, list[tuple[str, M | Printed | None]]]] = field(default_factory=list)
    in_document: bool = False

    def restore(self, frame: Frame, pos: int) -> None:
        """Undo the definitions of the groups that ended before a position."""
        while frame.restores and frame.restores[-1][0] < pos:
            frame.restores.pop()[1]()

    def define(self, name: str, meaning: M | None) -> None:
        """Give a name its meaning, to be undone at the end of the innermost group or environment."""
        self.undo_later(name, self.meanings.get(name))
        if meaning is None:
            self.meanings.pop(name, None)
        else:
            self.meanings[name] = meaning

    def define_here(self, name: str, meaning: M) -> None:
        """Give a name its meaning as `define` does, but look for the group that ends it in environments, too.

        For what is seldom said and often inside a group: column types, settings of numbers.
        """
        frame = self.input.frames[-1] if self.input.frames and self.in_document else None
        end = open_group_end(frame.text, frame.pos, GROUP_REACH) if frame is not None else -1
        if (
            frame is None
            or end < 0
            or not environments_close(frame.text[frame.pos : end])
            or (frame.restores and frame.restores[-1][0] < end)
        ):
            self.define(name, meaning)
            return
        frame.restores.append((end, partial(self.put_back, name, self.meanings.get(name))))
        self.meanings[name] = meaning

    def undo_later(self, name: str, old: M | Printed | None) -> None:
        """Remember what a name meant until the innermost group or environment ends.

        Groups inside environments are looked for only where a number's format changes: papers do that in
        figures, and the search is too dear for each of thousands of macros.
        """
        if self.open and not isinstance(old, Printed):
            self.open[-1][1].append((name, old))
            return
        frame = self.input.frames[-1] if self.input.frames and self.in_document else None
        end = open_group_end(frame.text, frame.pos) if frame is not None else -1
        inside = frame is not None and end >= 0 and (not frame.restores or frame.restores[-1][0] >= end)
        if frame is not None and inside and "\\end{" not in frame.text[frame.pos : end if self.open else 0]:
            frame.restores.append((end, partial(self.put_back, name, old)))
        elif self.open:
            self.open[-1][1].append((name, old))

    def put_back(self, name: str, old: M | Printed | None) -> None:
        """Give a name back what it meant before."""
        if isinstance(old, Printed):
            self.note(name, old.body)
        elif old is None:
            self.meanings.pop(name, None)
        else:
            self.meanings[name] = old

    def note(self, name: str, body: str | None) -> None:
        """Tell the later stages how a number or a float's name is printed from here on."""
        if body is None:
            self.printed.pop(name, None)
            self.output.tell("\\scimmirdefault{" + name + "}")
        else:
            self.printed[name] = body
            self.output.tell("\\scimmirprinted{" + name + "}{" + body + "}")


def environments_close(text: str) -> bool:
    """Return whether a text ends no environment that it did not begin."""
    depth = 0
    for match in ENVIRONMENT_EDGE.finditer(text):
        depth += 1 if match[1] == "begin" else -1
        if depth < 0:
            return False
    return True
