"""Tables of invented numbers, typeset as the build typesets those of papers."""

import io
from html import escape

from PIL import Image

from extractors import typeset
from samples.invented.words import Dice, Field, listed, one, plain, some

PARAMETER_NAMES = ("Optimizer", "Learning rate", "Batch size", "Weight decay", "Temperature", "Voltage (V)",
                   "Seed", "Grid size", "Time step", "Tolerance", "Dropout", "Primer", "Buffer", "Volume (ml)",
                   "Exposure (s)",
                   "Sampling rate", "Sites", "Period", "Resolution")  # fmt: skip
VALUES = ("Adam", "SGD", "0.001", "3e-4", "32", "256", "none", "0.1", "0.9", "linear", "12", "24", "300", "AGTCC",
          "PBS", "yes", "no", "2019", "5 km", "1e-6", "cosine", "20")  # fmt: skip


def table(dice: Dice, field: Field) -> tuple[Image.Image, str, str, str]:
    """Return image, caption, class and cells of a table of results or of parameters."""
    if dice.style.random() < 0.65:
        head, body, caption, subcategory = _results(dice, field)
    else:
        head, body, caption, subcategory = _parameters(dice, field)
    html = _html(head, body)
    row = typeset.image_row("invented", html, typeset.TypesetParameters(max_side=768))
    with Image.open(io.BytesIO(row.image)) as opened:
        picture = opened.convert("RGB")
    return picture, caption, subcategory, "\n".join("\t".join(cells) for cells in [head, *body])


def _results(dice: Dice, field: Field) -> tuple[list[str], list[list[str]], str, str]:
    rng, data = dice.style, dice.data
    columns = some(rng, field.quantities, int(rng.integers(2, 6)))
    names = some(rng, field.series, int(rng.integers(3, 12)))
    digits, high = int(rng.integers(0, 4)), float(rng.choice([1, 10, 100, 1000]))
    spread = bool(rng.random() < 0.3)
    body = []
    for name in names:
        cells = [f"{float(v):.{digits}f}" for v in data.uniform(0, high, len(columns))]
        if spread:
            cells = [f"{c} ± {float(data.uniform(0, high / 20)):.{digits}f}" for c in cells]
        body.append([name, *cells])
    first = str(rng.choice(["Method", "Group", "Condition", "Model", ""]))
    caption = f"{listed([plain(c) for c in columns]).capitalize()} of {listed(names[:4])}."
    return [first, *columns], body, caption, "table_result"


def _parameters(dice: Dice, field: Field) -> tuple[list[str], list[list[str]], str, str]:
    rng, data = dice.style, dice.data
    names = some(rng, PARAMETER_NAMES, int(rng.integers(3, 10)))
    columns = ["Value"] if rng.random() < 0.6 else some(rng, field.series, int(rng.integers(2, 4)))
    body = [[name, *(one(data, VALUES) for _ in columns)] for name in names]
    thing = one(rng, field.things)
    return (
        ["Parameter", *columns],
        body,
        f"Parameters used for the {thing}: {listed(names[:4])}.",
        "table_parameter",
    )


def _html(head: list[str], body: list[list[str]]) -> str:
    def line(cells: list[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    rows = "".join(line(row, "td") for row in body)
    return f"<table><thead>{line(head, 'th')}</thead><tbody>{rows}</tbody></table>"
