"""The form of one class rule, how its patterns are written, and whether it holds."""

import re
from dataclasses import dataclass

from curation.classes.features import ClassEvidence, TableFeatures


@dataclass(frozen=True, kw_only=True)
class TableCondition:
    """What must hold of a table's content; patterns are searched in header and body, shares are 0 to 1."""

    header: re.Pattern[str] | None = None
    body: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    min_rows: int = 2
    min_numeric_share: float = 0.0
    max_numeric_share: float = 1.0
    min_plus_minus_share: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule: it holds where `pattern` is found in the text `where`, `unless` is not, and `table` holds.

    `where` is head (first sentence of the caption), caption, mentions or parent (head of the parent's
    caption). A rule with neither pattern nor table holds always.
    """

    name: str
    kind: str
    subcategory: str
    confidence: float
    where: str = "head"
    pattern: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    table: TableCondition | None = None


def words(*alternatives: str) -> re.Pattern[str]:
    """Return a pattern of whole words found anywhere, in any case."""
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b", re.IGNORECASE)


def opening(*alternatives: str) -> re.Pattern[str]:
    """Return a pattern of whole words that open the text, after an article or a plain adjective at most."""
    before = (
        r"(?:(?:an?|the|our|proposed|general|overall|simplified|detailed|typical|simple|representative|possible|"
        r"two|three|four|some|selected|schematic|graphical|visual|summary of the|"
        r"um|uma|un|una|el|la|o|os|as)\s+)"
    )
    return re.compile(rf"^\W*{before}{{0,3}}(?:{'|'.join(alternatives)})\b", re.IGNORECASE)


# Up to n words, none of which may hold the punctuation that ends a phrase.
GAP2 = r"(?:[\w/'’-]+ ){0,2}"
GAP5 = r"(?:[\w/'’-]+ ){0,5}"


def match(rule: Rule, evidence: ClassEvidence) -> str | None:
    """Return the words or figures by which a rule holds, or None where it does not; a default gives ""."""
    if rule.kind != evidence.kind:
        return None
    shown: list[str] = []
    text = _text(rule.where, evidence)
    if rule.unless is not None and rule.unless.search(text):
        return None
    if rule.pattern is not None:
        hit = rule.pattern.search(text)
        if hit is None:
            return None
        shown.append(f"{rule.where}: {hit.group().strip()}")
    if rule.table is not None:
        content = _holds(rule.table, evidence.table)
        if content is None:
            return None
        shown.append(content)
    return "; ".join(shown)


def _text(where: str, evidence: ClassEvidence) -> str:
    return {
        "head": evidence.head,
        "caption": evidence.caption,
        "mentions": evidence.mentions,
        "parent": evidence.parent_head,
    }[where]


def _holds(condition: TableCondition, table: TableFeatures) -> str | None:
    if table.rows < condition.min_rows or not (
        condition.min_numeric_share <= table.numeric_share <= condition.max_numeric_share
    ):
        return None
    if table.plus_minus_share < condition.min_plus_minus_share:
        return None
    if condition.unless is not None and condition.unless.search(f"{table.header} | {table.body}"):
        return None
    shown = []
    for name, pattern, text in (
        ("header", condition.header, table.header),
        ("cells", condition.body, table.body),
    ):
        if pattern is not None:
            hit = pattern.search(text)
            if hit is None:
                return None
            shown.append(f"{name}: {hit.group().strip()}")
    shown.append(f"numeric {table.numeric_share:.0%}")
    return ", ".join(shown)
