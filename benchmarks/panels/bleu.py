"""How alike texts are by BLEU, as those who divide captions report it."""

import math
import re
from collections import Counter
from collections.abc import Iterable

LONGEST = 4  # words of a run
_TOKEN = re.compile(r"\w+|[^\w\s]")


def corpus_bleu(pairs: Iterable[tuple[str, str]]) -> float:
    """Return BLEU, 0 to 1, of pairs of a text that is wanted and the one that was made.

    As Papineni, Roukos, Ward and Zhu define it in "BLEU: a Method for Automatic Evaluation of Machine Translation"
    (ACL 2002, section 2.3), with one reference: the geometric mean of the modified precisions of runs of one to four
    tokens, counted over all pairs, times the brevity penalty. Tokens are words, in lower case, and single marks;
    nothing is smoothed, and lengths of runs that no text has are left out.
    """
    right, made_runs = [0] * LONGEST, [0] * LONGEST
    wanted_length = made_length = 0
    for wanted, made in pairs:
        want, have = tokens(wanted), tokens(made)
        wanted_length += len(want)
        made_length += len(have)
        for size in range(1, LONGEST + 1):
            known, own = _runs(want, size), _runs(have, size)
            right[size - 1] += (known & own).total()
            made_runs[size - 1] += own.total()
    shares = [good / total for good, total in zip(right, made_runs, strict=True) if total]
    if not shares or min(shares) == 0:
        return 0.0
    brevity = min(0.0, 1 - wanted_length / made_length)
    return math.exp(brevity + sum(map(math.log, shares)) / len(shares))


def tokens(text: str) -> list[str]:
    """Return the words of a text in lower case, and its marks one by one."""
    return _TOKEN.findall(text.lower())


def _runs(words: list[str], size: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[at : at + size]) for at in range(len(words) - size + 1))
