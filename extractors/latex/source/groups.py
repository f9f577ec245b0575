r"""Where the groups and environments of a text end, so that what was said within holds until there."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field

# All between two borders is passed over within one match: a text has many commands for each of its groups.
EVENT = re.compile(
    r"(?:[^\\{}%]+|%[^\n]*"
    r"|\\(?!(?:begin|end)\s*\{[^{}]{1,80}\}|(?:begingroup|endgroup|bgroup|egroup)(?![A-Za-z@])).)*+"
    r"(\\begin\s*\{([^{}]{1,80})\}|\\end\s*\{([^{}]{1,80})\}"
    r"|\\(begingroup|endgroup|bgroup|egroup)(?![A-Za-z@])|([{}])|\\?\Z)",
    re.S,
)
GROUP_WORDS = {"begingroup": "endgroup", "bgroup": "egroup"}
MAX_LOOK = 60
OPEN_END = -1


@dataclass
class Groups:
    """The groups of one text: after each of its `places`, which is innermost, and how and where each ends."""

    places: list[int] = field(default_factory=list)
    innermost: list[int] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def end(self, pos: int) -> tuple[str, int] | None:
        """Return what ends the innermost group or environment at a position, `}` or `end`, and where it stands.

        None where no group of this text is open there, or where its end is missing.
        """
        i = bisect_right(self.places, pos) - 1
        group = self.innermost[i] if i >= 0 else OPEN_END
        if group == OPEN_END or self.ends[group] < 0:
            return None
        return ("}" if self.kinds[group] == "}" else "end"), self.ends[group]


def find_groups(text: str) -> Groups:
    """Return the groups of a text; what is not balanced is closed by the next border around it."""
    found = Groups()
    stack: list[int] = []
    for match in EVENT.finditer(text):
        _, begun, ended, word, brace = match.groups()
        if begun == "document" or ended == "document":
            continue
        opens = brace == "{" or begun is not None or word in GROUP_WORDS
        if opens:
            stack.append(len(found.kinds))
            found.kinds.append("}" if brace else begun or GROUP_WORDS[word])
            found.ends.append(-1)
        elif brace or ended is not None or word:
            close(found, stack, "}" if brace else ended or word, match.start(1))
        else:
            continue
        found.places.append(match.end())
        found.innermost.append(stack[-1] if stack else OPEN_END)
    return found


def close(found: Groups, stack: list[int], kind: str, pos: int) -> None:
    """Close the innermost open group of a kind and those left open within, if there is one near."""
    for depth in range(1, min(len(stack), MAX_LOOK) + 1):
        if found.kinds[stack[-depth]] == kind:
            found.ends[stack[-depth]] = pos
            del stack[-depth:]
            return
