"""What an enrichment may cost: a number of pairs, and a number of tokens that is never exceeded by what is known."""

import threading
from dataclasses import dataclass


@dataclass
class Budget:
    """Bounds of a run; None does not bound. Safe to use from several threads.

    A request is only begun where the longest prompt so far and a whole answer still fit beside all requests that are
    on their way. Of the first prompt nothing is known, so it goes alone.
    """

    max_items: int | None = None
    max_tokens: int | None = None
    answer_tokens: int = 512
    tokens: int = 0  # what earlier runs have spent
    longest_prompt: int | None = None  # of these, in tokens

    def __post_init__(self) -> None:
        self.items = 0
        self._under_way = 0
        self._changed = threading.Condition()

    def begin(self) -> bool:
        """Take a place for one request; False where the budget has none left."""
        with self._changed:
            while self._knows_too_little():
                self._changed.wait()
            if not self._fits():
                return False
            self._under_way += 1
            self.items += 1
            return True

    def end(self, prompt_tokens: int, completion_tokens: int) -> None:
        """Give the place back and count what the request has cost."""
        with self._changed:
            self._under_way -= 1
            self.tokens += prompt_tokens + completion_tokens
            self.longest_prompt = max(self.longest_prompt or 0, prompt_tokens)
            self._changed.notify_all()

    def _knows_too_little(self) -> bool:
        """Tell whether what is on its way decides whether another request fits."""
        if self.max_tokens is None or not self._under_way:
            return False
        return self.longest_prompt is None or (self._fits_alone() and not self._fits())

    def _fits(self) -> bool:
        if self.max_items is not None and self.items >= self.max_items:
            return False
        return self.max_tokens is None or self.tokens + self._reserve(self._under_way + 1) <= self.max_tokens

    def _fits_alone(self) -> bool:
        return self.max_tokens is None or self.tokens + self._reserve(1) <= self.max_tokens

    def _reserve(self, requests: int) -> int:
        return requests * ((self.longest_prompt or 0) + self.answer_tokens)
