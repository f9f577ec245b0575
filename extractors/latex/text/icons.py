"""Signs that packages print by name: emoji, Font Awesome's icons, characters by their codes."""

import re
import unicodedata

COMMANDS = frozenset({"emoji", "twemoji", "texttwemoji", "coloremoji", "faIcon", "usym"})
ICON = re.compile(r"fa[A-Z][A-Za-z]*\Z")
CODE = re.compile(r"(?:U\+)?([0-9A-Fa-f]{4,5})(?:-[0-9A-Fa-f]{4,5})*\Z")

# What the emoji packages' names (Unicode's short names) say otherwise than the characters' own names.
EMOJI = {
    "check-mark-button": "✅", "check-mark": "✔", "cross-mark": "❌", "cross-mark-button": "❎", "star": "⭐",
    "warning": "⚠", "red-heart": "❤", "hollow-red-circle": "⭕", "light-bulb": "💡", "magnifying-glass": "🔍",
    "thinking": "🤔", "smile": "😄", "smiley": "😃", "grinning": "😀", "laptop": "💻", "locked": "🔒",
    "unlocked": "🔓",
    "green-circle": "🟢", "red-circle": "🔴", "blue-circle": "🔵", "up-arrow": "⬆", "down-arrow": "⬇",
    "+1": "👍", "-1": "👎", "x": "❌", "o": "⭕",
}  # fmt: skip
FORMS = ("{}", "{} SIGN", "{} FACE", "{} SYMBOL", "{} MARK", "HEAVY {}", "WHITE {}", "BLACK {}", "LARGE {}")
FONT_AWESOME = {
    "check": "✓", "check-circle": "✓", "check-square": "☑", "check-double": "✓✓",
    "times": "✗", "xmark": "✗",
    "times-circle": "✗", "xmark-circle": "✗", "times-square": "☒", "star": "★", "star-o": "☆",
    "circle": "●", "circle-o": "○",
    "square": "■", "square-o": "□", "heart": "♥", "arrow-up": "↑", "arrow-down": "↓",
    "arrow-left": "←", "arrow-right": "→",
    "long-arrow-alt-up": "↑", "long-arrow-alt-down": "↓", "plus": "+", "minus": "−", "question": "?",
    "exclamation": "!", "exclamation-triangle": "⚠", "thumbs-up": "👍", "thumbs-down": "👎", "asterisk": "✱",
    "flag": "⚑", "lock": "🔒", "lightbulb": "💡", "robot": "🤖", "user": "👤", "fire": "🔥", "trophy": "🏆",
}  # fmt: skip


def emoji(name: str) -> str:
    """Return the character that an emoji package prints for a name or a code, nothing where it is unknown."""
    name = name.strip()
    if name in EMOJI:
        return EMOJI[name]
    if CODE.match(name):
        return character(name)
    words = name.replace("-", " ").replace("_", " ").upper()
    for form in FORMS:
        try:
            return unicodedata.lookup(form.format(words))
        except KeyError:
            continue
    return ""


def character(code: str) -> str:
    """Return the character of a hexadecimal code, nothing for what is none."""
    match = CODE.match(code.strip())
    number = int(match[1], 16) if match else 0
    return chr(number) if number >= 32 and not 0xD800 <= number < 0xE000 else ""


def icon(name: str) -> str:
    """Return the character nearest to a Font Awesome icon, given as faCheckCircle or check-circle."""
    if ICON.match(name):
        name = re.sub(r"(?<!^)(?=[A-Z])", "-", name.removeprefix("fa")).lower()
    return FONT_AWESOME.get(name.strip(), "")
