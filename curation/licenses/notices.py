"""What a caption says of an image that is somebody else's: permission, reprint, credit, copyright, a licence."""

import itertools
import re
from dataclasses import dataclass

from curation.licenses.terms import facets

VERSION = "1"  # 1: permission, reprint, courtesy, ©, credit lines, adapted from a cited work, its licence

WORDING_CHARACTERS = 300
LICENSE_WITHIN = 200  # characters after the notice in which its licence is looked for

_REUSE = (
    r"(?:reproduced|reprinted|republished|adapted|adopted|modified|redrawn|taken|used|reused|published|shown"
    r"|borrowed)"
)
_PICTURE = (
    r"(?:figures?|figs?\.?|images?|pictures?|photo(?:graph)?s?|photography|maps?|diagrams?|drawings?|schematics?"
    r"|illustrations?|artwork|micrographs?|panels?|graphics?|screenshots?|schemes?)"
)
# A work that is cited: [12], (22), Smith et al., Smith and Jones (2010), ref. 5, "figure 3 of", an address.
_CITED = (
    r"(?:\[\s*[\w+,;–\-\s]{1,40}\]|\(\s*\d{1,3}\s*(?:[,–-]\s*\d{1,3}\s*)*\)|refs?\b\.?|references?\b|et\s+al\b"
    r"|\(?(?:19|20)\d\d[a-z]?\b|fig(?:ure|\.)?\s*\d+[a-z]?\s+(?:of|in|from)\b|https?://|doi\b)"
)
# What is taken over without the picture: an algorithm adapted from a paper is drawn anew.
_IDEA = (
    r"(?:algorithms?|approach|code|data|datasets?|definitions?|equations?|framework|hyperparameters?|implementation|"
    r"methods?|methodology|models?|numbers|notation|parameters?|procedures?|programs?|prompts?|protocols?|"
    r"questions?|results?|scripts?|settings?|sequences?|software|tasks?|values?|weights|wording)"
)
_SENTENCE_PART = r"[^.;\n]"  # "et al." ends such a part, which is why it counts as a citation by itself

_NOTICES = (
    re.compile(rf"\b{_REUSE}\b.{{0,300}}?\b(?:with|by|under)\b.{{0,40}}?\bpermissions?\b", re.I | re.S),
    re.compile(
        rf"\bpermission\b.{{0,60}}?\b(?:to|for)\b.{{0,20}}?\b(?:{_REUSE}|repro|reprint|reus)", re.I | re.S
    ),
    # Not "reproduced from results/table.csv" nor "reproduced from our own earlier run".
    re.compile(
        r"\b(?:reproduced|reprinted|republished)\b.{0,20}?\b(?:from|courtesy)\b"
        r"(?!\s+(?:our\b|this\b|the\s+same\b|\S{0,80}/\S{0,80}\.\w{1,5}\b(?<!html)))",
        re.I | re.S,
    ),
    re.compile(r"\bcourtesy\s+(?:of|by)\b", re.IGNORECASE),
    re.compile(
        r"(?:©|\(c\)\s*(?=(?:19|20)\d\d)|\bcopyright(?:ed)?\b(?=[\s:,]{0,3}(?:©|\(c\)|(?:19|20)\d\d|by\b|of\b|held\b"
        r"|holders?\b|owned\b|belongs\b|remains\b|protected\b))|\ball rights reserved\b)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b{_PICTURE}\s{{1,3}}credits?\b|(?:^|[.;:(]\s{{0,3}})(?:credits?|photos?)\s?:\s",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b{_PICTURE}\s{{1,3}}(?:is\s{{1,3}}|are\s{{1,3}})?(?:from|by|after)\b{_SENTENCE_PART}{{0,60}}?"
        r"(?:\[\s*\d{1,3}\s*\]|wikimedia|wikipedia|flickr|unsplash|shutterstock|getty)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b{_REUSE}\b{_SENTENCE_PART}{{0,200}}?\b(?:under|licen[sc]ed)\b{_SENTENCE_PART}{{0,60}}?"
        r"(?:\bCC[\s-]{0,3}(?:BY|0|zero)\b|creative\s+commons|creativecommons|public\s+domain|GNU\s+free)",
        re.IGNORECASE,
    ),
)
# These count unless an idea stands in front of the verb: "the protocol was adapted from [12]".
_BORROWED = (
    # Said of a picture, or without a subject at the beginning of a sentence, and of a work that is cited.
    re.compile(
        rf"(?:\b{_PICTURE}(?:\s{{1,3}}\(?\w{{1,12}}\)?){{0,4}}\s{{1,3}}|(?:^|[.;:(\])]\s{{0,3}}))"
        rf"(?:{_REUSE}|extracted|recreated)\b(?:\s{{1,3}}(?:and|with|by)\s{{1,3}}\w{{1,20}}){{0,2}}\s{{1,3}}"
        rf"(?:directly\s{{1,3}})?(?:from|after)\b{_SENTENCE_PART}{{0,120}}?{_CITED}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?<!\w)(?:adapted|redrawn|modified|re-?used)\s{{1,3}}(?:and\s{{1,3}}\w{{1,20}}\s{{1,3}})?(?:from|after)\b"
        rf"{_SENTENCE_PART}{{0,120}}?{_CITED}",
        re.IGNORECASE,
    ),
)
_BEFORE_IDEA = re.compile(
    rf"\b{_IDEA}(?:\s+(?:is|are|was|were|being|shown|here|slightly|directly|\w+ly))*\s*$", re.I
)
_SENTENCE_END = re.compile(
    r"(?:(?<=[a-z0-9\])”\"’][.!?])|(?<=[A-Z][A-Z][.]))(?<!\bal[.])(?<!\b(?i:fig)[.])\s+(?=[A-Z©(\[])"
)


@dataclass(frozen=True)
class ThirdPartyNotice:
    """Words of a caption by which an image is somebody else's, and the open licence that they name."""

    wording: str
    license_code: str | None


def third_party_notice(*texts: str | None) -> ThirdPartyNotice | None:
    """Return the first notice in a caption (or in those of its figure and its own licence), None without one.

    A caption that merely says under which licence the authors publish their own figure is no notice. The
    wording is the sentence, on one line, cut to 300 characters.
    """
    for text in texts:
        if text:
            span = _first(text)
            if span is not None:
                return ThirdPartyNotice(_wording(text, span), _license(text, span))
    return None


def _first(text: str) -> tuple[int, int] | None:
    """Return where the first notice of a text begins and ends."""
    matches = [match for pattern in _NOTICES if (match := pattern.search(text))]
    for pattern in _BORROWED:
        found = (m for m in pattern.finditer(text) if not _says_what_is_no_picture(text, m))
        matches += itertools.islice(found, 1)
    spans = [(m.start() + len(m[0]) - len(m[0].lstrip(".;:)( ]\n")), m.end()) for m in matches]
    return min(spans, default=None)


def _says_what_is_no_picture(text: str, match: re.Match[str]) -> bool:
    return _BEFORE_IDEA.search(text[max(0, match.start() - 80) : _verb_at(match)]) is not None


def _verb_at(match: re.Match[str]) -> int:
    """Return where the verb of a match stands; a picture or a bracket may come before it."""
    verb = re.search(rf"\b(?:{_REUSE}|extracted|recreated)\b", match[0], re.IGNORECASE)
    return match.start() + (verb.start() if verb else 0)


def _wording(text: str, span: tuple[int, int]) -> str:
    starts = [end.end() for end in _SENTENCE_END.finditer(text, max(0, span[0] - 2000), span[0] + 1)]
    start = max((place for place in starts if place <= span[0]), default=max(0, span[0] - 2000))
    following = _SENTENCE_END.search(text, span[1])
    sentence = " ".join(text[start : following.start() if following else len(text)].split())
    if len(sentence) <= WORDING_CHARACTERS:
        return sentence
    # A long sentence is shown from shortly before the words that count.
    lead = len(" ".join(text[start : span[0]].split()))
    first = max(0, min(lead - 40, len(sentence) - WORDING_CHARACTERS))
    return sentence[first : first + WORDING_CHARACTERS].strip()


def _license(text: str, span: tuple[int, int]) -> str | None:
    """Return the open licence named within the notice or shortly after it."""
    found = facets(None, text[span[0] : span[1] + LICENSE_WITHIN], "")
    return found.license_code if found.allows_redistribution else None
