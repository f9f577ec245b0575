"""What the reader of the page asked for: read from an address, written as one, and as SQL."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from warehouse.sql import sql_text

NOT_STATED = "(not stated)"

MAX_TERMS = 12  # words of one search; each costs a pass over the captions
MAX_VALUES = 200  # values chosen in all facets together
MAX_LIKE = 1000  # characters of what pairs are to be near to: a sentence or two

# The words of a caption in lower case, a space before each: SQL over `caption`.
WORDS_OF = r"regexp_replace(' ' || lower(caption), '[^\p{L}\p{N}]+', ' ', 'g')"

_TERM = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


@dataclass(frozen=True, kw_only=True)
class Facet:
    """A property by which pairs can be chosen.

    `expression` is SQL over the view `pairs`.
    """

    key: str
    title: str
    expression: str
    is_list: bool = False


FACETS = (
    Facet(key="class", title="Class", expression="subcategory"),
    Facet(key="type", title="Image type", expression="image_type"),
    Facet(key="source", title="Source", expression="source"),
    Facet(key="use", title="Use allowed", expression="license_group"),
    Facet(key="license", title="Licence", expression="license_code"),
    Facet(key="category", title="Category", expression="categories", is_list=True),
    Facet(key="year", title="Year", expression="left(published, 4)"),
    Facet(key="split", title="Split", expression="split"),
)
FACET_OF = {facet.key: facet for facet in FACETS}


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which pairs are wanted.

    `chosen` holds (facet key, value) in the order of FACETS and of the values; `words` is the caption search as
    it was typed; `paper` names one paper; `like` what the pairs are to be near to: `pair:<pair_id>`,
    `image:<name>` or `text:<words>`. The last three may be empty; `like` orders and does not filter, but for the
    phrases of a text and the words that it excludes.
    """

    chosen: tuple[tuple[str, str], ...] = ()
    words: str = ""
    paper: str = ""
    like: str = ""

    def values(self, key: str) -> tuple[str, ...]:
        """Return the values chosen of a facet."""
        return tuple(value for name, value in self.chosen if name == key)

    def toggled(self, key: str, value: str) -> "Filter":
        """Return the filter with this value chosen, or no longer so."""
        item = (key, value)
        left = [other for other in self.chosen if other != item]
        return replace(self, chosen=_in_order(left if len(left) < len(self.chosen) else [*left, item]))

    def without_words(self) -> "Filter":
        """Return the filter without its caption search."""
        return replace(self, words="")

    def without_paper(self) -> "Filter":
        """Return the filter over all papers."""
        return replace(self, paper="")

    def without_like(self) -> "Filter":
        """Return the filter in the order of the release."""
        return replace(self, like="")

    def texts(self, *, but: str = "") -> list[tuple[str, str]]:
        """Return what is asked for besides facets by its name in addresses, that of one name left out."""
        stated = (("paper", self.paper), ("q", self.words), ("like", self.like))
        return [(name, value) for name, value in stated if value and name != but]

    def query_string(self, **more: str | int) -> str:
        """Return the filter as the part of an address after the question mark, `more` at its end."""
        items: list[tuple[str, str | int]] = [*self.chosen]
        items += self.texts()
        return urlencode([*items, *more.items()])


def parse_filter(items: Iterable[tuple[str, str]]) -> Filter:
    """Return the filter that an address states; names that it does not know are left out."""
    chosen: list[tuple[str, str]] = []
    words, paper, like = "", "", ""
    for name, value in items:
        if name in FACET_OF and value and len(chosen) < MAX_VALUES:
            chosen.append((name, value))
        elif name == "q":
            words = " ".join(value.replace("\x00", "").split())[:500]
        elif name == "paper":
            paper = value.strip()
        elif name == "like":
            like = value.strip()[:MAX_LIKE]
        elif name == "find" and value.strip():
            like = f"text:{' '.join(value.split())}"[:MAX_LIKE]
    return Filter(chosen=_in_order(chosen), words=words, paper=paper, like=like)


def conditions(wanted: Filter) -> list[str]:
    """Return the SQL conditions of a filter over the view `pairs`, all of which must hold."""
    found = [facet_condition(facet, wanted.values(facet.key)) for facet in FACETS if wanted.values(facet.key)]
    return [*found, *fixed_conditions(wanted)]


def where_sql(parts: Sequence[str]) -> str:
    """Return the clause that asks for all conditions, nothing where there are none."""
    return f" WHERE {' AND '.join(parts)}" if parts else ""


def fixed_conditions(wanted: Filter) -> list[str]:
    """Return the conditions of a filter that belong to no facet: the paper and the caption search."""
    paper = [paper_condition(wanted)] if wanted.paper else []
    return [*paper, *word_conditions(wanted.words)]


def paper_condition(wanted: Filter) -> str:
    """Return the condition that a pair is of the paper that the filter names."""
    return f"paper_key = {sql_text(wanted.paper)}"


def facet_condition(facet: Facet, values: Sequence[str]) -> str:
    """Return the condition that one of the values holds."""
    stated = [sql_text(value) for value in values if value != NOT_STATED]
    parts = []
    if stated and facet.is_list:
        parts.append(f"list_has_any({facet.expression}, [{', '.join(stated)}])")
    elif stated:
        listed = f"IN ({', '.join(stated)})" if len(stated) > 1 else f"= {stated[0]}"
        parts.append(f"{facet.expression} {listed}")
    if NOT_STATED in values:
        parts.append(f"len({facet.expression}) = 0" if facet.is_list else f"{facet.expression} IS NULL")
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def word_conditions(words: str) -> list[str]:
    """Return the conditions of a caption search: each word begins a word of the caption, `-word` none.

    A phrase stands in quotation marks. Case does not matter.
    """
    return [
        f"NOT ({term.condition()})" if term.excluded else term.condition() for term in search_terms(words)
    ]


@dataclass(frozen=True)
class Term:
    """One word or phrase of a search, in lower case as the database writes it."""

    text: str
    excluded: bool

    def condition(self) -> str:
        """Return the SQL condition, over the view `pairs`, that a caption has the term; `excluded` or not."""
        # The plain search is four times as fast as the pattern, which then looks at few captions.
        like = self.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        escape = " ESCAPE '\\'" if like != self.text else ""
        return f"caption ILIKE {sql_text(f'%{like}%')}{escape} AND {self._by_pattern()}"

    def positions_sql(self) -> str:
        """Return SQL for the places of the pairs that have the term, over a copy's `pairs` and `words`.

        The table `words` answers for one word; for others the column `words` tells which captions to look at.
        """
        inside = "".join(c if _in_word(c) else " " for c in self.text).split()
        # A character that this Python does not know may be a letter to the database: no word of it is sure.
        is_sure = all(unicodedata.category(c) != "Cn" for c in self.text)
        if is_sure and inside == [self.text]:
            until = sql_text(self.text + chr(0x10FFFF))
            return f"SELECT position FROM words WHERE word >= {sql_text(self.text)} AND word < {until}"
        likely = f"contains(words, {sql_text(' ' + ' '.join(inside))}) AND " if is_sure and inside else ""
        return f"SELECT position FROM pairs WHERE {likely}{self._by_pattern()}"

    def _by_pattern(self) -> str:
        pattern = r"(^|[^\p{L}\p{N}])" + _re2_escape(self.text)
        return f"regexp_matches(lower(caption), {sql_text(pattern)})"


def search_terms(words: str) -> tuple[Term, ...]:
    """Return the terms of a search as it was typed, as many as are searched for."""
    found = []
    for minus, phrase, word in _TERM.findall(words)[:MAX_TERMS]:
        term = " ".join(_lower(phrase or word).split())
        if term:
            found.append(Term(term, bool(minus)))
    return tuple(found)


def _lower(text: str) -> str:
    """Return a text in lower case, character by character as DuckDB does; Python makes two of one here and there."""
    return "".join(c.lower() if len(c.lower()) == 1 else c.lower()[0] for c in text)


def _in_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LN"


def select_sql(wanted: Filter, *, count: bool) -> str:
    """Return one statement for `scimmir query` that counts or lists the pairs of a filter."""
    head = (
        "SELECT count(*) AS pairs" if count else "SELECT pair_id, subcategory, split, license_code, caption"
    )
    parts = conditions(wanted)
    where = "\nWHERE " + "\n  AND ".join(parts) if parts else ""
    return f"{head}\nFROM pairs{where}"


def _re2_escape(text: str) -> str:
    return (
        re.sub(r"([^\w\s])", r"\\\1", text)
        if text.isascii()
        else re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", text)
    )


def _in_order(items: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    order = {facet.key: number for number, facet in enumerate(FACETS)}
    return tuple(sorted(set(items), key=lambda item: (order[item[0]], item[1])))
