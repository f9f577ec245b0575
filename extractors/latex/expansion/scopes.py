"""What names mean, where: definitions hold from there on, and until their group or environment ends."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

from extractors.latex.expansion.input import Frame, Input, open_group_end
from extractors.latex.expansion.macros import Printed
from extractors.latex.expansion.output import Output
from extractors.latex.source.groups import find_groups

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
    as_macro: Callable[[str], M]
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
        self.undo_declaration(name, self.meanings.get(name))
        self.meanings[name] = meaning

    def undo_later(self, name: str, old: M | Printed | None) -> None:
        """Remember what a name meant until the innermost group or environment ends.

        Groups inside environments are looked for only where a declaration changes: papers do that in figures,
        and the search is too dear for each of thousands of macros.
        """
        if isinstance(old, Printed):
            self.undo_declaration(name, old)
            return
        if self.open:
            self.open[-1][1].append((name, old))
            return
        frame = self.input.frames[-1] if self.input.frames and self.in_document else None
        end = open_group_end(frame.text, frame.pos) if frame is not None else -1
        if frame is not None and end >= 0 and (not frame.restores or frame.restores[-1][0] >= end):
            frame.restores.append((end, partial(self.put_back, name, old)))

    def undo_declaration(self, name: str, old: M | Printed | None) -> None:
        """Remember what was declared before until the group ends in which the declaration stands.

        The group may have begun outside the macro or file that is being read.
        """
        for frame in reversed(self.input.frames):
            groups = frame.groups if frame.file >= 0 else find_groups(frame.text)
            if groups is None:
                groups = frame.groups = find_groups(frame.text)
            found = groups.end(frame.pos)
            if found is None:
                continue
            if found[0] == "}":
                at = next((i for i, r in enumerate(frame.restores) if r[0] < found[1]), len(frame.restores))
                frame.restores.insert(at, (found[1], partial(self.put_back, name, old)))
            elif self.open:
                self.open[-1][1].append((name, old))
            return
        if self.open:
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
        if name.endswith("name"):  # \figurename in running text is a macro like others
            self.meanings.pop(name, None)
            if body is not None:
                self.meanings[name] = self.as_macro(body)
        if body is None:
            self.printed.pop(name, None)
            self.output.tell("\\scimmirdefault{" + name + "}")
        else:
            self.printed[name] = body
            self.output.tell("\\scimmirprinted{" + name + "}{" + body + "}")
