"""siunitx's settings as they are asked for, in the words of its second and third version."""

from extractors.latex.source.options import parse_keys

# Where a language joins lists and ranges by other words, as the translations package has them.
WORDS = {
    "de": ("und", "bis"), "fr": ("et", "à"), "es": ("y", "a"), "it": ("e", "a"), "pt": ("e", "a"), "pl": ("i", "do"),
    "nl": ("en", "tot"), "ca": ("i", "a"), "da": ("og", "til"), "sv": ("och", "till"), "nb": ("og", "til"),
}  # fmt: skip
LOCALES = {
    "de": {"output-decimal-marker": ",", "exponent-product": r"\cdot", "inter-unit-product": r"\cdot"},
    "fr": {"output-decimal-marker": ","},
    "za": {"output-decimal-marker": ","},
    "pl": {"output-decimal-marker": ","},
}
# One setting under its several names: the first is asked for.
SYNONYMS = {
    "number-unit-product": ("quantity-product", "number-unit-separator"),
    "separate-uncertainty-units": ("multi-part-units",),
    "output-decimal-marker": ("decimalsymbol",),
    "drop-zero-decimal": ("zero-decimal-to-integer",),
    "per-mode": ("per",),
    "list-units": ("list-mode",),
}


class Options:
    """The settings that hold for a number; a switch without value is on."""

    def __init__(self, text: str, language: str = "") -> None:
        keys = parse_keys(text) if text else {}
        locale = LOCALES.get(keys.get("locale", "").strip().lower(), {})
        self.keys = {**locale, **keys}
        self.joint, self.to = WORDS.get(language[:2], ("and", "to"))

    def get(self, name: str, default: str) -> str:
        """Return a setting, or what it is by default."""
        for known in (name, *SYNONYMS.get(name, ())):
            if known in self.keys:
                return self.keys[known]
        return default

    def on(self, name: str) -> bool:
        """Return whether a switch is on."""
        return self.get(name, "false").strip() == "true"

    def count(self, name: str, default: int) -> int:
        """Return a setting that is a whole number."""
        value = self.get(name, "").strip()
        return int(value) if value.removeprefix("-").isdigit() and len(value) < 4 else default

    @property
    def uncertainty(self) -> str:
        """Return how uncertainties are printed: compact, compact-marker, full or separate."""
        if self.on("separate-uncertainty"):
            return "separate"
        return self.get("uncertainty-mode", "compact").strip()
