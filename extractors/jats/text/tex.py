"""TeX formulae of `<tex-math>` as readable Unicode."""

import re
from functools import cache

from extractors.jats.text.maths import (
    Item,
    accented,
    fraction,
    identifier,
    in_script,
    join,
    operator,
    root,
    scripted,
)
from extractors.jats.text.tex_symbols import (
    ACCENTS,
    DROPPED,
    DROPPED_WITH_ARGUMENT,
    FUNCTIONS,
    SPACES,
    SYMBOLS,
    TEXT_COMMANDS,
    UPRIGHT,
)

MAX_DEPTH = 40
MAX_LENGTH = 20_000  # a longer formula is cut

_BODY = re.compile(r"\\begin\s*\{document\}(.*?)(?:\\end\s*\{document\}|\Z)", re.DOTALL)
_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|%[^\n]*\n?|\s+|\d+(?:\.\d+)?|.", re.DOTALL)


def tex_text(tex: str) -> str:
    """Return a TeX formula, or a whole TeX document around one, as one line of readable Unicode."""
    tex = tex[: 5 * MAX_LENGTH]
    body = _BODY.search(tex)
    text = (body.group(1) if body else tex).strip()[:MAX_LENGTH]
    tokens = [t for t in _TOKEN.findall(text) if not t.startswith("%")]
    tokens.reverse()  # a stack: the next token is the last
    items: list[Item] = []
    while tokens:
        items += _items(tokens, 0)
        if tokens:
            tokens.pop()  # a closing brace without its opening
    return join(items)


def _items(tokens: list[str], depth: int) -> list[Item]:
    """Read items up to the end or to a closing brace, which stays on the stack."""
    items: list[Item] = []
    while tokens and tokens[-1] != "}":
        token = tokens.pop()
        if token in ("^", "_", "'"):
            _attach(token, items, tokens, depth)
        elif token == "{":
            items += _group(tokens, depth)
        else:
            items += _item(token, tokens, depth)
    return items


def _item(token: str, tokens: list[str], depth: int) -> list[Item]:
    if token[0] == "\\":
        return _command(token[1:], tokens, depth)
    if token.isspace() or token in "$&~":
        return [Item("space", " ")] if token in "&~" else []
    if token[0].isdigit():
        return [Item("number", token)]
    if token.isalpha():
        return [identifier(token)]
    return [operator("−" if token == "-" else token)]


def _group(tokens: list[str], depth: int) -> list[Item]:
    if depth > MAX_DEPTH:
        return _flat_group(tokens)
    items = _items(tokens, depth + 1)
    if tokens:
        tokens.pop()
    return items


def _flat_group(tokens: list[str]) -> list[Item]:
    level, kept = 1, []
    while tokens and level:
        token = tokens.pop()
        level += (token == "{") - (token == "}")
        if token.isalnum():
            kept.append(token)
    return [Item("text", "".join(kept))]


def _argument(tokens: list[str], depth: int) -> list[Item]:
    while tokens and tokens[-1].isspace():
        tokens.pop()
    if not tokens or tokens[-1] == "}":
        return []
    token = tokens.pop()
    if token == "{":
        return _group(tokens, depth + 1)
    if token[0].isdigit() and len(token) > 1:  # TeX takes one digit
        tokens.append(token[1:])
        token = token[0]
    if depth > MAX_DEPTH:
        return []
    return _item(token, tokens, depth + 1)


def _attach(token: str, items: list[Item], tokens: list[str], depth: int) -> None:
    while items and items[-1].kind == "space":
        items.pop()
    base = items.pop() if items else Item("x", "")
    if token == "'":
        items.append(Item(base.kind, (base.text + "′").replace("′′", "″")))
        return
    script = in_script(join(_argument(tokens, depth)))
    items.append(scripted(base, above=script) if token == "^" else scripted(base, below=script))


def _raw_argument(tokens: list[str]) -> str:
    """Read the next braced argument as it stands, spaces kept."""
    while tokens and tokens[-1].isspace():
        tokens.pop()
    if not tokens or tokens[-1] != "{":
        return ""
    tokens.pop()
    level, kept = 1, []
    while tokens:
        token = tokens.pop()
        level += (token == "{") - (token == "}")
        if level == 0:
            break
        kept.append(token)
    return "".join(kept)


def _command(name: str, tokens: list[str], depth: int) -> list[Item]:
    plain = name.rstrip("*")
    if plain in TEXT_COMMANDS:
        return _text(_raw_argument(tokens))
    if plain in UPRIGHT:
        return _upright(_argument(tokens, depth))
    if plain in ("frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"):
        top = join(_argument(tokens, depth))
        return [Item("fraction", fraction(top, join(_argument(tokens, depth))))]
    if plain in ("binom", "dbinom", "tbinom"):
        top = join(_argument(tokens, depth))
        return [Item("x", f"({top} choose {join(_argument(tokens, depth))})")]
    if plain == "sqrt":
        index = _optional_argument(tokens)
        return [Item("x", root(join(_argument(tokens, depth)), index))]
    if plain in ACCENTS:
        base = join(_argument(tokens, depth))
        return [Item("x", accented(base, ACCENTS[plain]) or base)]
    if plain in ("overset", "underset", "stackrel"):
        script = join(_argument(tokens, depth))
        base_items = _argument(tokens, depth)
        base_item = base_items[0] if len(base_items) == 1 else Item("x", join(base_items))
        below, above = (script, "") if plain == "underset" else ("", script)
        return [scripted(base_item, below=below, above=above)]
    if plain in ("begin", "end"):
        environment = _raw_argument(tokens)
        if plain == "begin" and environment.rstrip("*") in ("array", "tabular", "alignat"):
            _raw_argument(tokens)
        return []
    return _symbol(name, tokens)


def _upright(items: list[Item]) -> list[Item]:
    """Upright letters make one word; whatever else stands among them stays as it is."""
    text = "".join(i.text for i in items)
    if all(i.kind == "x" and i.text.isalpha() for i in items):
        return [Item("function" if len(text) > 1 else "x", text)]
    return items


def _optional_argument(tokens: list[str]) -> str:
    if not tokens or tokens[-1] != "[":
        return ""
    tokens.pop()
    kept = []
    while tokens and tokens[-1] not in ("]", "}"):
        kept.append(tokens.pop())
    if tokens and tokens[-1] == "]":
        tokens.pop()
    return "".join(kept).strip()


def _text(raw: str) -> list[Item]:
    inner = raw.replace("$", "").replace("~", " ").replace("{", "").replace("}", "")
    inner = re.sub(r"\\([A-Za-z]+)\s?", lambda m: _symbol_text(m.group(1)), inner).replace("\\", "")
    lead = [Item("space", " ")] if inner[:1].isspace() else []
    tail = [Item("space", " ")] if inner[-1:].isspace() else []
    return [*lead, Item("text", " ".join(inner.split())), *tail]


def _symbol(name: str, tokens: list[str]) -> list[Item]:
    plain = name.rstrip("*")
    if plain in DROPPED:
        if plain in DROPPED_WITH_ARGUMENT:
            _raw_argument(tokens)
        if plain in ("left", "right") and tokens and tokens[-1] == ".":
            tokens.pop()
        return []
    if plain in SPACES:
        return [Item("space", " ")]
    if plain in ("\\", "cr", "newline"):
        return [operator(";")] if tokens and any(not t.isspace() for t in tokens[-3:]) else []
    if plain in FUNCTIONS:
        return [Item("function", plain)]
    text = _symbol_text(plain)
    if len(text) == 1 and (text.isalpha() or text in "∂∇∞ℓ∅"):
        return [Item("x", text)]
    return [operator(text)]


@cache
def _symbol_text(name: str) -> str:
    known = SYMBOLS.get(name)
    if known is not None:
        return known
    if len(name) == 1:
        return name if not name.isalpha() else ""
    from pylatexenc import latex2text

    spec = latex2text.get_default_latex_context_db().get_macro_spec(name)
    repl = spec.simplify_repl if spec is not None else ""
    # A name that nobody knows keeps its letters, so that no text is lost.
    return repl if isinstance(repl, str) and repl and "%" not in repl else name
