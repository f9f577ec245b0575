"""mhchem's formulae as text."""

import re

from extractors.latex.text.writer import Writer

# A charge is written with ^, or stands right behind a formula; a dash between two formulae is a bond.
CHARGE = re.compile(r"\^\{?([\d+-]+)\}?|(?<=[A-Za-z\d)\]₀₁₂₃₄₅₆₇₈₉])([+-])(?=[\s,;.)\]]|\Z)")


def chemistry(to: Writer, tex: str) -> str:
    r"""Return mhchem's \ce{H2O} with its digits lowered and charges raised."""
    text = re.sub(r"(?<=[A-Za-z)\]])(\d+)", lambda m: to.script(m[1], up=False), tex)
    text = text.replace("<=>", " ⇌ ").replace("<->", " ↔ ").replace("->", " → ")
    text = CHARGE.sub(lambda m: to.script((m[1] or m[2]).replace("-", "−"), up=True), text)
    text = re.sub(r"\^\{([A-Za-z\d.+−-]{1,12})\}", lambda m: to.script(m[1], up=True), text)
    text = re.sub(r"(?<=\S)\s*(?:\*|\.(?=\s*\d*[A-Z]))\s*(?=\S)", "·", text)
    return re.sub(r"[\\{}$_^]", "", text)
