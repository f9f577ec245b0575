"""Gives each float one of SciMMIR's five classes, by rule, with the rule's name, confidence and evidence."""

from curation.classes.features import ClassEvidence, TableFeatures, evidence_of
from curation.classes.rule import Rule, TableCondition
from curation.classes.rules import RULES, RULES_VERSION
from schemas.annotations import ClassRow
from schemas.floats import Float

VERSION = "1"  # 1: rules on caption, mentions, parent caption and table content

_EVIDENCE_CHARS = 120


def classify(item: Float) -> ClassRow:
    """Return the class of a float: that of the first rule that holds.

    The same float gives the same row always; there is no model and no state.

    Raises:
        ValueError: the float's kind is neither figure nor table.
    """
    if item.kind not in ("figure", "table"):
        raise ValueError(f"kind must be figure or table, not {item.kind!r}")
    evidence = evidence_of(item)
    for rule in RULES:
        found = match(rule, evidence)
        if found is not None:
            return ClassRow(
                pair_id=item.pair_id,
                subcategory=rule.subcategory,
                class_rule=rule.name,
                class_rules_version=RULES_VERSION,
                class_confidence=rule.confidence,
                class_evidence=found[:_EVIDENCE_CHARS],
            )
    raise AssertionError("the default rules hold for every figure and every table")


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
