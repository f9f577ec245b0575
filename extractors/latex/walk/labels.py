r"""The label that is printed ahead of a caption: Figure 3, TABLE IV, (Fig. 2.1), or none."""

import re
from collections.abc import Mapping

from extractors.latex.source.options import parse_keys

# The label formats of the caption package; the document's own are noted under their names.
FORMATS = {"simple": "#1~#2", "parens": "#1~(#2)", "brace": "#1~#2)", "empty": ""}
CLASS_FORMATS = frozenset({"", "default", "original"})


def caption_keys(settings: Mapping[str, str], counter: str, environment: str) -> dict[str, str]:
    r"""Return the keys of \captionsetup that hold for a float: for all, its type, its environment, itself."""
    places = ("caption@", "caption@" + counter, "caption@" + environment.rstrip("*"), "caption@@")
    return parse_keys(",".join(settings[p] for p in dict.fromkeys(places) if settings.get(p)))


def label_of(
    settings: Mapping[str, str], counter: str, name: str, number: str, *, environment: str = ""
) -> str:
    """Return a caption's label as TeX; nothing where none is printed.

    Args:
        settings: what the document declares at the caption.
        counter: what the caption counts, such as figure.
        name: what the float is called there.
        number: the printed number.
        environment: the environment, or ContinuedFloat, whose own keys come after those of its type.
    """
    keys = caption_keys(settings, counter, environment)
    name = keys.get("name", name)
    wanted = keys.get("labelformat", "")
    if wanted in CLASS_FORMATS:
        own = settings.get("fnum@" + counter) or settings.get(counter + "format")
        return f"{name} {number}" if own is None else filled(own, counter, name, number)
    form = settings.get("captionlabel@" + wanted, FORMATS.get(wanted, "#1~#2"))
    return re.sub(r"#([123])", lambda m: {"1": name, "2": number, "3": ""}[m[1]], form)


def filled(form: str, counter: str, name: str, number: str) -> str:
    r"""Return the code of \fnum@figure with its name and number in their places."""
    kind = re.escape(counter)
    the = rf"\\the(?:{kind}|\\?@captype)(?![A-Za-z@])|\\csname\s*the\\?@?{kind}\s*\\endcsname"
    named = rf"\\{kind}name(?![A-Za-z@])"
    captype = (
        r"\\(?:csname\s*(name|the)?\\@captype\s*(name)?\s*\\endcsname"
        r"|@nameuse\s*\{(the)?\\@captype\s*(name)?\})"
    )
    form = re.sub(captype, lambda m: "{" + (number if "the" in m.groups() else name) + "}", form)
    form = re.sub(the, lambda _: "{" + number + "}", form)
    return re.sub(named, lambda _: "{" + name + "}", form)
