"""How much work a paper may cause: bounds on expansion, and what was spent of them."""

from dataclasses import dataclass, field

from schemas.reject import RecordError


@dataclass(frozen=True)
class Limits:
    """Bounds on expansion: a paper of a megabyte needs a few percent of them."""

    expansions: int = 1_500_000
    chars: int = 30_000_000
    chars_per_source_char: int = 6
    unclosed_groups: int = 20
    chars_after_unclosed: int = 1_000
    depth: int = 4_000
    expansions_per_call: int = 100_000


@dataclass
class Budget:
    """What was spent: expansions in all and since a file was read, characters, and groups that never close."""

    limits: Limits = field(default_factory=Limits)
    char_limit: int = 0
    expansions: int = 0
    since_file: int = 0
    chars: int = 0
    unclosed: int = 0

    def charge(self, chars: int) -> None:
        """Count characters of work.

        Raises:
            RecordError: tex_too_complex, there were too many.
        """
        self.chars += chars
        if self.chars > self.char_limit:
            raise RecordError("tex_too_complex", f"more than {self.char_limit} characters of expansion")

    def allows(self, *, in_file: bool) -> bool:
        """Count an expansion; False where one call has gone on for too long.

        Raises:
            RecordError: tex_too_complex, there were too many in all.
        """
        self.expansions += 1
        self.since_file = 0 if in_file else self.since_file + 1
        if self.since_file > self.limits.expansions_per_call:
            return False
        if self.expansions > self.limits.expansions:
            raise RecordError("tex_too_complex", f"more than {self.limits.expansions} expansions")
        return True
