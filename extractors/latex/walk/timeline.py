"""What the document has declared at each place: names, languages, labels of lists and captions."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

NOTHING: Mapping[str, str] = {}


@dataclass
class Timeline:
    """The declarations that hold from each place on, as the expander noted them."""

    places: list[int] = field(default_factory=list)
    states: list[Mapping[str, str]] = field(default_factory=list)

    @property
    def now(self) -> Mapping[str, str]:
        """What holds behind the last change."""
        return self.states[-1] if self.states else NOTHING

    def at(self, pos: int) -> Mapping[str, str]:
        """Return what holds at a place."""
        i = bisect_right(self.places, pos) - 1
        return self.states[i] if i >= 0 else NOTHING

    def change(self, pos: int, name: str, value: str | None) -> None:
        """Note a declaration from a place on, or with None that nothing is declared any more."""
        state = dict(self.now)
        if value is None:
            state.pop(name, None)
        else:
            state[name] = value
        if self.places and self.places[-1] == pos:
            self.states[-1] = state
            return
        self.places.append(pos)
        self.states.append(state)
