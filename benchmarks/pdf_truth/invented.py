"""Invented papers: random texts, drawings, tables and float styles in many classes, the same for the same seed."""

import io
import random
import re
from collections.abc import Sequence

import numpy as np
from PIL import Image

from benchmarks.pdf_truth.shims import drawing

_SAID = (
    "the field of each sample was held near its mean while pressure and flow were read in turn from both sides "
    "of a narrow channel so that every change in density could be told from noise by its slow return and by "
    "the shape of its tail in repeated runs under the same load with other seeds and longer times"
)
WORDS = tuple(_SAID.split())


def prose(seed: int, count: int, mention: str = "") -> str:
    """Return invented sentences, the same for the same seed."""
    out, state = [], seed * 7919 + 13
    for k in range(count):
        state = (state * 1103515245 + 12345) % 2**31
        out.append(WORDS[(state >> 8) % len(WORDS)])
        if k % 17 == 16:
            out[-1] += "."
    if mention:
        out.insert(count // 2, mention)
    text = " ".join(out).capitalize() + "."
    return re.sub(r"(?<=\. )(\w)", lambda m: m[1].upper(), text)


def paragraphs(seed: int, count: int, *mentions: str) -> str:
    extra = [*mentions, *[""] * count]
    return "\n\n".join(prose(seed + k, 70 + 13 * (k % 4), extra[k]) for k in range(count))


PLOT = r"""\begin{tikzpicture}[scale=%s]\draw[->] (0,0)--(6,0) node[below left]{time}; \draw[->] (0,0)--(0,3.4)
node[below right]{signal}; \draw[blue,thick] plot[smooth] coordinates {(0,0.3)(1,1.4)(2,1.1)(3,2.4)(4,2.0)(5,2.9)};
\foreach \x in {1,...,5} {\draw (\x,0.06)--(\x,-0.06) node[below]{\tiny\x};}
\filldraw[red] (2,1.1) circle (2pt) (4,2) circle (2pt);\end{tikzpicture}"""
BOXES = r"""\begin{tikzpicture}[every node/.style={draw,minimum height=7mm,rounded corners=2pt}]
\node (a) {reader}; \node[right=8mm of a] (b) {filter}; \node[below=8mm of b] (c) {store}; \node[left=8mm of c] (d)
{index}; \draw[->] (a)--(b); \draw[->] (b)--(c); \draw[->] (c)--(d);\end{tikzpicture}"""
TABLE = r"""\begin{tabular}{lrrr}\toprule Method & Gain & Loss & Time (s)\\ \midrule Plain & 71.2 & 0.31 & 12\\
Mixed & 74.9 & 0.27 & 15\\ Stacked & 78.1 & 0.22 & 41\\ Pruned & 77.6 & 0.23 & 19\\ \bottomrule\end{tabular}"""
GRID = r"""\begin{tabular}{|l|c|c|}\hline Symbol & Meaning & Value\\ \hline $\alpha$ & rate & 0.10\\ \hline
$\beta$ & decay & 0.90\\ \hline $n$ & runs & 25\\ \hline\end{tabular}"""
LOOSE = r"""\begin{tabular}{lcc}Site & Depth & Count\\ North & 3.1 & 120\\ South & 2.2 & 98\\
East & 4.0 & 143\\\end{tabular}"""
PACKAGES = r"\usepackage{tikz,booktabs,wrapfig}\usetikzlibrary{positioning}"


def figure(
    body: str, caption: str, *, star: str = "", place: str = "tb", top: bool = False, kind: str = "figure"
) -> str:
    label = rf"\caption{{{caption}}}"
    inner = f"{label}\n{body}" if top else f"{body}\n{label}"
    return rf"\begin{{{kind}{star}}}[{place}]\centering" + "\n" + inner + rf"\end{{{kind}{star}}}"


def document(
    options: str, name: str, body: str, *, before: str = "", title: str = "A study of slow returns"
) -> str:
    authors = r"\author{The laboratory}"
    if name.startswith("revtex"):
        authors += r"\affiliation{Institute}"
    elif name == "acmart":
        authors += r"\affiliation{\institution{Institute}\country{Nowhere}}"
    front = rf"\title{{{title}}}{authors}\maketitle"
    if name == "elsarticle":
        front = rf"\begin{{frontmatter}}\title{{{title}}}{authors}\end{{frontmatter}}"
    return rf"\documentclass[{options}]{{{name}}}{PACKAGES}{before}\begin{{document}}{front}{body}\end{{document}}"


# Class options, class, packages and settings of its own, and whether it is set in two columns.
_CAPTIONS = (
    r"\usepackage{caption}",
    r"\usepackage[labelfont=bf,font=small,labelsep=period]{caption}",
    r"\usepackage[format=hang,font=footnotesize,labelfont=sc]{caption}",
    r"\usepackage[labelsep=newline,singlelinecheck=off,font=it]{caption}",
    r"\usepackage[margin=1cm,labelfont=bf,labelsep=endash]{caption}",
    "",
)
STYLES = (
    ("11pt", "article", "free", False),
    ("10pt", "article", "free", False),
    ("10pt,twocolumn", "article", "free", True),
    ("twocolumn,a4paper", "article", "free", True),
    ("journal", "IEEEtran", "", True),
    ("conference", "IEEEtran", "", True),
    ("aps,prl,reprint", "revtex4-2", "", True),
    ("aps,pra,preprint", "revtex4-2", "", False),
    ("", "llncs", "", False),
    ("final,5p,times,twocolumn", "elsarticle", "", True),
    ("preprint,12pt", "elsarticle", "", False),
    ("sigconf,nonacm", "acmart", "", True),
    ("acmsmall,nonacm", "acmart", "", False),
    ("", "mnras", "", True),
    ("", "amsart", "free", False),
    ("", "scrartcl", "free", False),
    ("twocolumn", "scrartcl", "free", True),
    ("12pt", "extarticle", "free", False),
)
_WIDE_TABLE = (
    r"\begin{tabular}{lccccccc}\toprule & \multicolumn{3}{c}{Still} & \multicolumn{4}{c}{Stirred}\\"
    r"\cmidrule(lr){2-4}\cmidrule(lr){5-8} Site & low & mid & high & low & mid & high & all\\ \midrule %s"
    r"\bottomrule\end{tabular}"
)


def _rows(draw: random.Random, count: int, columns: int) -> str:
    names = ("North", "South", "East ridge", "West", "Outer bank", "Inner", "Delta", "Mouth")
    return "".join(
        " & ".join([names[(r + 3 * columns) % 8], *(f"{draw.uniform(0, 99):.2f}" for _ in range(columns))])
        + r"\\ "
        for r in range(count)
    )


_TABLES = ("booktabs", "grid", "bare", "plain", "notes")


def table(draw: random.Random, *, wide: bool, forms: Sequence[str] = _TABLES) -> str:
    """Return a table of one of the forms."""
    if wide:
        return r"{\small " + _WIDE_TABLE % _rows(draw, draw.randint(3, 14), 7) + "}"
    columns = draw.randint(2, 4)
    rows = _rows(draw, draw.randint(3, 12), columns)
    head = " & ".join(["Site", *("Depth", "Gain", "Loss", "Runs")[:columns]])
    form = draw.choice(forms)
    letters = "l" + "rc"[draw.randint(0, 1)] * columns
    if form == "grid":
        body = rows.replace(r"\\ ", r"\\ \hline ")
        return rf"\begin{{tabular}}{{|{'|'.join(letters)}|}}\hline {head}\\ \hline {body}\end{{tabular}}"
    if form == "bare":
        return rf"\begin{{tabular}}{{{letters}}}{head}\\ {rows}\end{{tabular}}"
    if form == "plain":
        return (
            rf"\begin{{tabular}}{{{letters}}}\hline\hline {head}\\ \hline {rows}\hline\hline\end{{tabular}}"
        )
    table = rf"\begin{{tabular}}{{{letters}}}\toprule {head}\\ \midrule {rows}\bottomrule\end{{tabular}}"
    if form == "notes":
        note = prose(draw.randint(0, 99), draw.randint(6, 24))
        return table + rf"\par\smallskip{{\footnotesize $^a$ {note}\par}}"
    return table


_FORMS = ("plot", "boxes", "vector", "raster", "photo", "panels", "stack", "text")


def picture(draw: random.Random, *, wide: bool, forms: Sequence[str] = _FORMS) -> str:
    """Return a picture of one of the forms."""
    width = draw.choice([0.55, 0.7, 0.85, 1.0])
    image = rf"\includegraphics[width={width}\linewidth]{{%s}}"
    form = draw.choice(forms)
    if form == "plot":
        return PLOT % (1.6 if wide else draw.choice([0.7, 0.9, 1.05]))
    if form == "boxes":
        return BOXES
    if form in ("vector", "raster", "photo"):
        return image % f"{form}{draw.randint(1, 3)}"
    if form == "panels":
        one, two = (rf"\includegraphics[width=0.46\linewidth]{{vector{k}}}" for k in (1, 2))
        return rf"\begin{{tabular}}{{@{{}}cc@{{}}}}{one} & {two}\\ (a) before & (b) after\end{{tabular}}"
    if form == "stack":
        gap = draw.choice(["2mm", "6mm"])
        return image % "vector1" + rf"\\[{gap}]" + image % "raster2"
    said = prose(draw.randint(0, 99), 35)
    return rf"\fbox{{\begin{{minipage}}{{0.9\linewidth}}\ttfamily\footnotesize Ask: {said}\end{{minipage}}}}"


def float_of(draw: random.Random, *, two: bool, free: bool) -> str:
    """Return a float with its caption above or below."""
    kind = draw.choice(["figure", "figure", "table"])
    star = "*" if two and draw.random() < 0.3 else ""
    wide = bool(star) or (not two and draw.random() < 0.2)
    body = table(draw, wide=wide) if kind == "table" else picture(draw, wide=wide)
    caption = prose(draw.randint(0, 999), draw.choice([3, 8, 8, 20, 45, 90]))
    top = draw.random() < (0.75 if kind == "table" else 0.07)
    place = draw.choice(["t", "tb", "b", "htb", "p"] if not star else ["t", "tp"])
    made = figure(body, caption, star=star, place=place, top=top, kind=kind)
    if free and not two and draw.random() < 0.1:
        made = re.sub(r"\{(figure|table)\}(?:\[[^\]]*\])?", r"{sideways\1}", made)
    return made


def _beside(draw: random.Random) -> str:
    halves = [
        r"\begin{minipage}[t]{0.47\linewidth}\centering "
        + rf"\includegraphics[width=\linewidth]{{{draw.choice(['vector', 'raster'])}{k}}}"
        + rf"\caption{{{prose(draw.randint(0, 99), draw.choice([4, 12, 25]))}}}\end{{minipage}}"
        for k in (1, 2)
    ]
    return r"\begin{figure}[tb]" + r"\hfill ".join(halves) + r"\end{figure}"


def passage(draw: random.Random) -> str:
    """Return running text, with what may stand in it."""
    seed = draw.randint(0, 10_000)
    text = paragraphs(seed, draw.randint(1, 3), draw.choice(["", "see Fig.~1,", "as Table~1 lists,"]))
    form = draw.choice(["", "", "equation", "list", "section", "verbatim", "section", "foot"])
    if form == "equation":
        text += (
            r"\begin{equation} f(x) = \int_0^x \frac{a + b t}{1 + t^2}\,dt + \sum_{k=1}^n c_k \end{equation}"
        )
    if form == "list":
        items = "".join(rf"\item {prose(seed + k, 9 + 8 * k)}" for k in range(3))
        text += rf"\begin{{itemize}}{items}\end{{itemize}}"
    if form == "section":
        text = rf"\section{{{prose(seed, 4).rstrip('.')}}}" + text
    if form == "verbatim":
        text += "\n\\begin{verbatim}\nread(a, b)\nfor x in a:\n    b.add(x)\n\\end{verbatim}\n"
    if form == "foot":
        text += rf" Again\footnote{{{prose(seed, 15)}}} as before."
    return text + "\n\n"


def invented(seed: int) -> dict[str, bytes]:
    """Return the files of an invented paper."""
    draw = random.Random(seed)
    options, name, captions, two = STYLES[seed % len(STYLES)]
    free = captions == "free"
    before = r"\usepackage{graphicx}"
    if free:
        before += r"\usepackage{rotating}" + draw.choice(_CAPTIONS)
        before += draw.choice(["", r"\usepackage[margin=2.2cm]{geometry}", r"\usepackage{mathptmx}"])
    parts = [passage(draw), passage(draw)]
    for _ in range(draw.randint(4, 9)):
        parts.append(_beside(draw) if draw.random() < 0.1 else float_of(draw, two=two, free=free))
        parts += [passage(draw) for _ in range(draw.randint(1, 3))]
    title = prose(seed, 7).rstrip(".")
    text = document(options, name, "\n".join(parts), before=before, title=title)
    if name == "mnras":  # prints the places that a float may take
        text = re.sub(r"(\\begin\{(?:figure|table)\*?\})\[\w+\]", r"\1", text)
    return {"main.tex": text.encode(), **drawing_files(seed)}


def drawing_files(seed: int) -> dict[str, bytes]:
    """Return the graphics files that the pictures name."""
    files = {}
    for k in (1, 2, 3):
        files[f"vector{k}.pdf"] = drawing("pdf", seed + k)
        files[f"raster{k}.png"] = drawing("png", seed + k)
        files[f"photo{k}.png"] = _photo(seed + k)
    return files


def _photo(seed: int) -> bytes:
    """Return a picture with soft spots and no white."""
    y, x = np.mgrid[0:180, 0:240]
    draw = random.Random(seed)
    spots = sum(
        np.exp(-((x - draw.uniform(0, 240)) ** 2 + (y - draw.uniform(0, 180)) ** 2) / draw.uniform(300, 3000))
        for _ in range(6)
    )
    pixels = (40 + 150 * np.asarray(spots) / np.max(spots)).astype(np.uint8)
    handle = io.BytesIO()
    Image.fromarray(np.dstack([pixels, pixels // 2 + 60, 200 - pixels // 2])).save(handle, "PNG")
    return handle.getvalue()
