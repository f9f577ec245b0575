r"""Commands that make a whole table: \ctable, and tables whose rows stand in a data file of the paper."""

import csv
import io
import re

from extractors.latex.expansion.expander import Expander, Handler
from extractors.latex.expansion.files.names import expand_name
from extractors.latex.expansion.input import unbraced
from extractors.latex.source.options import parse_keys

MAX_DATA_BYTES = 200_000
MAX_DATA_ROWS = 1_000
SPECIAL = str.maketrans({c: "\\" + c for c in "%#&_"})
RULED = re.compile(r"\\(FL|ML|LL|NN)(?![A-Za-z])(?:\[[^\]]{0,40}\])?")
RULES = {"FL": "\\toprule ", "ML": "\\\\ \\midrule ", "LL": "\\\\ \\bottomrule ", "NN": "\\\\ "}
NOTE = re.compile(r"\\tnote(?![A-Za-z])\s*(?:\[([^\]]{0,40})\])?\s*\{")
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "space": " ", "colon": ":"}


def ctable(ex: Expander, name: str) -> None:
    r"""Read \ctable[options]{columns}{notes}{rows} as the table environment that it stands for."""
    options = parse_keys(ex.input.read_optional() or "")
    columns, notes, rows = ex.input.read_argument(), ex.input.read_argument(), ex.input.read_argument()
    if columns is None or rows is None:
        return
    environment = ("figure" if "figure" in options else "table") + ("*" if "star" in options else "")
    caption = f"\\caption{{{options['caption']}}}" if "caption" in options else ""
    label = f"\\label{{{options['label']}}}" if "label" in options else ""
    rows = RULED.sub(lambda m: RULES[m[1]], rows)
    foot = ""
    if notes and "\\tnote" in notes:
        items = NOTE.sub(lambda m: f"\\item[{m[1] or 'a'}]{{", notes)
        foot = f"\\begin{{tablenotes}}{items}\\end{{tablenotes}}"
    ex.input.push(
        f"\\begin{{{environment}}}{caption}{label}\\begin{{tabular}}{{{columns}}}{rows}\\end{{tabular}}"
        f"{foot}\\end{{{environment}}}"
    )


def hv_float(ex: Expander, name: str) -> None:
    r"""Read hvfloat's \hvFloat[options]{figure}{object}[short]{caption}{label} as the float that it makes."""
    star = "*" if ex.input.read_star() else ""
    ex.input.read_optional()
    kind, shown = ex.input.read_argument(), ex.input.read_argument()
    ex.input.read_optional()
    caption, label = ex.input.read_argument(), ex.input.read_argument()
    if kind is None or shown is None or caption is None or kind.strip() not in {"figure", "table"}:
        return
    environment = kind.strip() + star
    marked = f"\\label{{{label}}}" if label else ""
    ex.input.push(f"\\begin{{{environment}}}{shown}\\caption{{{caption}}}{marked}\\end{{{environment}}}")


def key_float(ex: Expander, name: str) -> None:
    r"""Read keyfloat's \keyfig{c={caption},l={label}}{file}, \keyfigbox and \keytab as the floats that they make."""
    star = "*" if ex.input.read_star() else ""
    ex.input.read_optional()
    keys, shown = parse_keys(ex.input.read_argument() or ""), ex.input.read_argument()
    if shown is None:
        return
    environment = ("table" if "tab" in name else "figure") + star
    content = f"\\includegraphics{{{shown}}}" if name.endswith("keyfig") else shown
    caption = f"\\caption{{{keys['c']}}}" if "c" in keys else ""
    if "cstar" in keys:
        caption = f"\\caption*{{{keys['cstar']}}}"
    label = f"\\label{{{keys['l']}}}" if "l" in keys else ""
    ex.input.push(f"\\begin{{{environment}}}{content}{caption}{label}\\end{{{environment}}}")


def picture_caption(ex: Expander, name: str) -> None:
    r"""Read picins' \piccaption[short]{caption}, which the next \parpic prints."""
    ex.input.read_optional()
    ex.picture_caption = ex.input.read_argument() or ""


def paragraph_picture(ex: Expander, name: str) -> None:
    r"""Read picins' \parpic(size)(offset)[options][place]{picture}: a figure where it has a caption."""
    while ex.input.read_optional("(", ")") is not None or ex.input.read_optional() is not None:
        pass
    shown = ex.input.read_argument()
    if shown is not None and ex.picture_caption:
        ex.input.push(f"\\begin{{figure}}{shown}\\caption{{{ex.picture_caption}}}\\end{{figure}}")
        ex.picture_caption = ""
    elif shown is not None:
        ex.input.push(shown)


def window(ex: Expander, environment: str) -> bool:
    r"""Read picinpar's \begin{figwindow}[lines,place,{picture},{caption}] as a figure ahead of its text."""
    if environment not in {"figwindow", "tabwindow"}:
        return False
    parts = split_at_commas(ex.input.read_optional() or "")
    kind = "table" if environment == "tabwindow" else "figure"
    if len(parts) >= 4:
        ex.input.push(f"\\begin{{{kind}}}{parts[2]}\\caption{{{','.join(parts[3:])}}}\\end{{{kind}}}")
    return True


def split_at_commas(text: str) -> list[str]:
    """Return the parts between commas outside braces, each without the braces around the whole of it."""
    parts: list[str] = []
    depth = start = 0
    for i, char in enumerate(text + ","):
        depth += (char == "{") - (char == "}")
        if char == "," and depth <= 0:
            parts.append(unbraced(text[start:i].strip()))
            start = i + 1
    return parts


def data_table(ex: Expander, name: str) -> None:
    r"""Read \csvautotabular{file}, \csvreader, \pgfplotstabletypeset and their kin as a tabular of the file.

    Where the file is not in the paper or too large, a tabular without rows stands in, which is rejected.
    """
    ex.input.read_star()
    options = parse_keys(ex.input.read_optional() or "")
    wanted = expand_name(ex, ex.input.read_argument() or "")
    if name == "csvreader":
        ex.input.read_argument(), ex.input.read_argument()
    separator = options.get("separator") or options.get("col sep") or ""
    rows = None if "\n" in wanted else read_rows(ex, wanted, separator)
    if rows is None and "\n" in wanted:
        rows = parse_rows(wanted.replace("\\\\", "\n"), separator)
    if not rows:
        if len(ex.output.warnings) < 50:
            ex.output.warnings.append(f"data of a table not in the archive, or not readable: {wanted[:80]}")
        ex.input.push("\\begin{tabular}{l}\\hline \\end{tabular}")
        return
    width = max(map(len, rows))
    lines = [" & ".join(cell.translate(SPECIAL) for cell in row) for row in rows]
    body = lines[0] + " \\\\ \\midrule " + " \\\\ ".join(lines[1:])
    ex.input.push(f"\\begin{{tabular}}{{{'l' * min(width, 100)}}}{body} \\\\\\end{{tabular}}")


def read_rows(ex: Expander, name: str, separator: str) -> list[list[str]] | None:
    """Return the rows of a data file, None where it is absent or too large."""
    folders = (ex.project.main_dir, "")
    path = ex.project.find(name, folders=folders, suffixes=("", ".csv", ".dat", ".txt"))
    if path is None or len(ex.project.files.get(path, b"")) > MAX_DATA_BYTES:
        return None
    text = ex.project.text(path)
    ex.budget.charge(len(text))
    return parse_rows(text, separator)


def parse_rows(text: str, separator: str) -> list[list[str]]:
    """Return the cells of delimited text; blanks separate them where no other sign is found."""
    lines = [line for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")]
    lines = lines[:MAX_DATA_ROWS]
    first = lines[0] if lines else ""
    sign = SEPARATORS.get(separator.strip(), separator.strip()[:1])
    sign = sign or next((s for s in ",;\t|" if s in first), " ")
    if sign == " ":
        return [line.split() for line in lines]
    try:
        return [[c.strip() for c in row] for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=sign)]
    except csv.Error:
        return []


TABLE_HANDLERS: dict[str, Handler] = {
    "ctable": ctable,
    "hvFloat": hv_float,
    **dict.fromkeys(("keyfig", "keyfigbox", "keytab", "marginkeyfig", "marginkeytab"), key_float),
    "piccaption": picture_caption,
    "parpic": paragraph_picture,
    **dict.fromkeys(
        (
            "csvautotabular",
            "csvautobooktabular",
            "csvautolongtable",
            "csvreader",
            "pgfplotstabletypeset",
            "pgfplotstabletypesetfile",
        ),
        data_table,
    ),
}
