"""Which sentences of a caption belong to which panels: what a letter heads is its own until the next one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from extractors.panels.captions.chains import (
    ALL,
    FUNCTION_WORDS,
    Owned,
    around,
    shared_out,
    stands_before,
    without_conjunction,
)
from extractors.panels.captions.choice import Chosen
from extractors.panels.captions.labels import LABELS, labels_of
from extractors.panels.captions.marks import PLACE, VERB, WORD, Mark
from extractors.panels.captions.sentences import sentence_spans, trimmed
from extractors.panels.contract import Span

# Sentences that speak of the whole figure wherever they stand.
_OF_ALL = re.compile(
    r"(?:\(?see also\b|(?:additional|further|more) (?:details|information)\b|(?:the )?(?:raw|source) data\b|"
    r"abbreviations?\b|in (?:all|each|every|both) (?:the )?(?:panels?|plots?|cases|figures?|images?|graphs?)\b|"
    r"all (?:panels|plots|figures|images|graphs)\b|(?:both|each) (?:panels?|plots?|figures?)\b|"
    r"(?:image|photo|figure)s? (?:credit|courtesy|source)|(?:reproduced|reprinted|adapted|modified|taken) "
    r"(?:with permission |by permission )?from\b|for interpretation of\b|supplementa\w+ (?:file|figure|table|data)|"
    r"[A-Z]\w{0,3} ?= ?\w+; ?[A-Z]\w{0,3} ?= ?\w+|[\w/]+, [^.;]{3,60}; [\w/^()+⁺]+, [^.;]{3,60}[;.]|"
    r"[^.]* (?:is|are) available (?:at|in|from|on)\b)",
    re.IGNORECASE,
)
# Sentences that do so at the end of a caption.
_AT_END = re.compile(
    r"(?:scale ?bars?\b|scales?:|bars? ?[:=]|maßstab|échelle|barra|data (?:are|is|were|represent)\b|"
    r"values (?:are|represent)\b|"
    r"results (?:are|were|represent)\b|presented are\b|(?:\w+ )?(?:biological |independent |technical )?replicates\b|"
    r"statistic|abbreviations|note:|notes:|all (?:data|values|experiments|results|error|scale)|"
    r"(?:the )?(?:mean|median)s? (?:±|represented|is|are)|\w+ are defined as\b|n ?= ?\d|for (?:all|each|both)\b)",
    re.IGNORECASE,
)
_SHOWN = re.compile(
    rf"\b(?:shown|displayed|presented|depicted|plotted|given|illustrated)(?: \w+){{0,6}}? in (?:{WORD} )?"
    rf"(?P<labels>{LABELS})(?![\w)’'-])"
)
_SUBJECT = re.compile(
    rf"^(?:[^.;:]{{0,150}}?\b(?:in|of|from|for)\s+)?(?:{WORD}\s+)?\(?(?P<labels>{LABELS})\)?(?:,|\s)\s*(?={VERB}\b)"
)
_IN_PANEL = re.compile(
    rf"\b(?:in|of|from)\s+(?:the\s+)?{WORD}\s+\(?(?P<labels>{LABELS})\)?(?![\w])|"
    rf"\((?:[^()]{{0,40}}\s)?in\s+(?:{WORD}\s+)?(?P<bracketed>{LABELS})\s*\)"
)


@dataclass
class Reading:
    """What was read of a caption so far: ranges with their owners, and who owns what follows."""

    owned: list[Owned] = field(default_factory=list)
    owner: frozenset[str] = ALL
    section: bool = False  # whether a letter heads what follows
    defined: set[str] = field(default_factory=set)

    def give(self, span: Span, labels: frozenset[str]) -> None:
        """Add a range and its owners."""
        self.owned.append((span, labels))


def own_words(caption: str, chosen: Chosen) -> list[Owned]:
    """Return the ranges of a caption with the labels that each belongs to; ALL where it belongs to all."""
    marks = list(chosen.marks)
    heads = [mark.start for mark in marks if _heads(caption, mark)]
    spans = sentence_spans(caption, heads, [(mark.start, mark.end) for mark in marks])
    reading = Reading()
    headed = {label for mark in marks if mark.start in heads for label in mark.labels}
    for span in spans:
        inside = [mark for mark in marks if span[0] <= mark.start < span[1]]
        _read(caption, span, inside, chosen, headed, reading)
    owned = [(without_conjunction(caption, span), labels) for span, labels in reading.owned]
    said = [(span, labels) for span, labels in owned if not _EMPTY.fullmatch(caption[slice(*span)])]
    return _without_common(caption, said)


_EMPTY = re.compile(r"\W*(?:respectively|vs|versus|in|for|and|or|while|with|the|a)?\W*", re.IGNORECASE)


def _heads(caption: str, mark: Mark) -> bool:
    """Return whether a sentence begins with a letter, though no full stop may stand before it."""
    if mark.style == "inside":
        return False
    before = caption[: mark.start].rstrip()
    if mark.heads and not mark.refers:
        return not before or before[-1] not in ":;；：" or mark.style not in ("bracket", "half")
    if mark.style == "word" and re.search(r"(?:[,;]|\b(?:while|whereas|and))$", before):
        return bool(re.match(rf"\s+{VERB}\b", caption[mark.end :]))
    if mark.style not in ("bracket", "half") or mark.refers:
        return False
    after = caption[mark.end :]
    begins = re.match(rf"\s+(?:[A-Z][\w-]*(?![\w-])(?!\s*\()|\((?:the\s+)?{PLACE}\b)", after) or _touches(
        caption, mark
    )
    return bool(begins) and not re.search(rf"(?:^|[,;:(]|\b(?:and|or|{FUNCTION_WORDS}))$", before)


def _touches(caption: str, mark: Mark) -> bool:
    """Return whether a letter stands right before its words, as in "(a)The first"."""
    return (
        bool(re.match(r"[A-Z][a-z]", caption[mark.end :])) and caption[mark.start - 1 : mark.start].isspace()
    )


def _read(
    caption: str, span: Span, marks: Sequence[Mark], chosen: Chosen, headed: set[str], reading: Reading
) -> None:
    first = marks[0] if marks else None
    if first is not None and first.style != "inside" and _begins(caption, span, first):
        _read_headed(caption, span, first, marks[1:], headed, chosen.labels, reading)
        return
    defining = [mark for mark in marks if _defines(mark, len(marks), headed, reading, chosen)]
    if not defining:
        _read_plain(caption, span, marks, chosen, headed, reading)
        return
    labels = frozenset(label for mark in defining for label in mark.labels)
    within = labels <= reading.owner
    if len(defining) == 1:
        for piece in around(caption, span, defining[0]):
            titles = piece[1] <= defining[0].start and caption[slice(*piece)].endswith(":")
            reading.give(piece, ALL if titles else labels)
    else:
        for piece, own in shared_out(caption, span, defining, labels):
            reading.give(piece, own)
    reading.defined |= labels
    if not within:
        goes_on = len(defining) == 1 and bool(re.search(r"\w", caption[defining[0].end : span[1]]))
        reading.owner = labels if reading.section or goes_on else ALL
        reading.section = reading.section or goes_on


def _begins(caption: str, span: Span, mark: Mark) -> bool:
    return not caption[span[0] : mark.start].strip(" \"“'*•–-")


def _read_headed(
    caption: str,
    span: Span,
    first: Mark,
    others: Sequence[Mark],
    headed: set[str],
    everyone: tuple[str, ...],
    reading: Reading,
) -> None:
    """Read a sentence that begins with a letter."""
    own = frozenset(first.labels)
    reading.section = True
    rest = (first.end if first.style != "word" or _names_only(caption, first) else first.start, span[1])
    inner = [mark for mark in others if set(mark.labels) <= own and len(mark.labels) < len(own)]
    if inner and inner[-1] is not others[-1]:
        more = [
            mark for mark in others if mark.start > inner[-1].start and not set(mark.labels) & reading.defined
        ]
        inner += [mark for mark in more if not set(mark.labels) & headed and not mark.refers]
        own |= {label for mark in inner for label in mark.labels}
    if inner:
        inner = sorted([*inner, *_shown(caption, rest, own, inner)], key=lambda mark: mark.start)
    if len(own) > 1 and inner and {label for mark in inner for label in mark.labels} >= own:
        for piece, labels in shared_out(caption, rest, inner, own):
            reading.give(piece, labels)
    else:
        chain = _chain(caption, span, first, others, headed, reading)
        own = frozenset(label for mark in chain for label in mark.labels)
        if len(chain) > 1:
            for piece, labels in shared_out(caption, span, chain, own):
                reading.give(piece, labels)
        else:
            reading.give(trimmed(caption, rest, ",:–-"), own)
    reading.owner = ALL if own == set(everyone) and len(others) else own
    reading.defined |= own


def _shown(caption: str, span: Span, own: frozenset[str], inner: Sequence[Mark]) -> list[Mark]:
    """Return the letters that a sentence names as in "is shown in D", where no other of its letters does."""
    named = {label for mark in inner for label in mark.labels}
    found = []
    for match in _SHOWN.finditer(caption, *span):
        labels = tuple(label.lower() for label in labels_of(match["labels"]) or ())
        if labels and set(labels) <= own - named:
            found.append(Mark(match.start("labels"), match.end("labels"), labels, "shown", False))
    return found


def _names_only(caption: str, mark: Mark) -> bool:
    """Return whether "Panel A" only names its words, as before a colon, and is not what the sentence is about."""
    return caption[mark.end - 1] in ".:," or bool(re.match(r"\s*[.:–-]", caption[mark.end :]))


def _chain(
    caption: str, span: Span, first: Mark, others: Sequence[Mark], headed: set[str], reading: Reading
) -> list[Mark]:
    """Return the letters of a sentence that go on from the one that heads it: "(a) first, (b) second"."""
    chain = [first]
    seen = set(first.labels) | reading.defined
    for mark in others:
        if mark.style == "inside" or set(mark.labels) & (seen | headed) or mark.refers:
            continue
        if min(mark.labels) > max(chain[-1].labels):
            chain.append(mark)
            seen |= set(mark.labels)
    return chain if len(chain) > 1 and stands_before(caption, span, chain) else [first]


def _defines(mark: Mark, among: int, headed: set[str], reading: Reading, chosen: Chosen) -> bool:
    """Return whether a letter inside a sentence says whose the words are."""
    labels = set(mark.labels)
    if labels == set(chosen.labels) and len(labels) > 1:
        return False  # "(A–D)": of all
    if mark.refers and (labels & reading.defined or reading.section):
        return False
    if labels <= reading.owner and len(reading.owner) > 1:
        return True
    in_title = not reading.section and not labels & reading.defined and among > 1
    return not (labels & headed and not in_title) and not reading.owner & labels


def _read_plain(
    caption: str, span: Span, marks: Sequence[Mark], chosen: Chosen, headed: set[str], reading: Reading
) -> None:
    """Read a sentence in which no letter says whose it is."""
    text = caption[slice(*span)]
    if _OF_ALL.match(text):
        reading.give(span, ALL)
        return
    referred = _referred(caption, span, chosen)
    if marks and marks[0].refers and re.match(rf"\s*{VERB}\b", caption[marks[0].end :]):
        referred = frozenset(marks[0].labels)
        if not referred & (reading.defined | headed):
            reading.give(span, referred)
            return
    if referred and referred < reading.owner and referred != set(chosen.labels):
        reading.give(span, referred)
        return
    if (
        referred
        and len(referred) < len(chosen.labels)
        and not referred <= reading.owner
        and (referred & reading.owner or not _is_middle(reading, chosen))
    ):
        reading.give(span, referred)
        return
    reading.give(span, ALL if referred == set(chosen.labels) else reading.owner)


def _is_middle(reading: Reading, chosen: Chosen) -> bool:
    """Return whether the words are those of a panel before the last one."""
    return bool(reading.owner) and chosen.labels[-1] not in reading.owner


def _referred(caption: str, span: Span, chosen: Chosen) -> frozenset[str]:
    """Return the panels that a sentence says it is about: "Axons in B and C are …", "(arrows in a and b)"."""
    text = caption[slice(*span)]
    found: set[str] = set()
    for pattern in (_SUBJECT, _SHOWN, _IN_PANEL):
        for match in pattern.finditer(text):
            printed = (
                match["labels"] if "labels" in match.groupdict() and match["labels"] else match["bracketed"]
            )
            labels = labels_of(printed) or ()
            cased = [label for label in labels if label.isupper() == _is_upper(caption, chosen)]
            found |= {label.lower() for label in cased} if len(cased) == len(labels) else set()
    return frozenset(found) if found <= set(chosen.labels) else ALL


def _is_upper(caption: str, chosen: Chosen) -> bool:
    """Return whether the panels' letters are capitals, as far as one of them heads a sentence."""
    headings = (caption[mark.start : mark.end] for mark in chosen.marks if mark.style != "inside")
    letters = [character for character in next(headings, "") if character.isalpha()]
    return bool(letters) and letters[-1].isupper()


def _without_common(caption: str, owned: Sequence[Owned]) -> list[Owned]:
    """Return the ranges with sentences at the end that speak of the whole figure given to all."""
    found = list(owned)
    at = len(found)
    while at > 0 and (found[at - 1][1] == ALL or _AT_END.match(caption[slice(*found[at - 1][0])])):
        at -= 1
    # A letter's first sentence is its own, however it begins.
    while (
        at < len(found)
        and found[at][1] != ALL
        and not any(labels == found[at][1] for _, labels in found[:at])
    ):
        at += 1
    return [*found[:at], *((span, ALL) for span, _ in found[at:])]
