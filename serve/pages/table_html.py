"""Tables from papers as harmless HTML: rebuilt from a short list of elements, never passed through."""

from lxml import etree, html
from markupsafe import Markup

KEPT = frozenset(
    {
        "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "sup", "sub", "b", "strong", "i", "em",
        "u", "code", "br", "p", "ul", "ol", "li", "span", "div",
    }
)  # fmt: skip
# Their text is no text of the table.
DROPPED = frozenset(
    {
        "script", "style", "template", "noscript", "iframe", "object", "embed", "svg", "math", "textarea", "title",
        "select", "head", "plaintext", "xmp", "noembed", "noframes",
    }
)  # fmt: skip
SPANS = ("colspan", "rowspan")
MAX_SPAN = 1000  # what HTML itself allows of columns
MAX_DEPTH = 100
MAX_CHARACTERS = 1_000_000


def harmless_table(source: str) -> Markup | None:
    """Return HTML of a table that cannot run, load or style anything, or None where there is no text in it.

    Only elements of KEPT stay, with `colspan` and `rowspan` alone as attributes; of unknown elements the text
    stays, of DROPPED ones nothing.
    """
    parser = html.HTMLParser(encoding="utf-8", huge_tree=False, remove_comments=True, remove_pis=True)
    text = source[:MAX_CHARACTERS].replace("\x00", "")
    try:
        root = etree.fromstring(f"<body>{text}".encode("utf-8", "replace"), parser)
    except etree.LxmlError:
        return None
    if root is None:
        return None
    clean = etree.Element("div")
    _copy(root, clean, 0)
    if not "".join(clean.itertext()).strip():
        return None
    inside = etree.tostring(clean, encoding="unicode", method="html", with_tail=False)
    return Markup(inside.removeprefix("<div>").removesuffix("</div>"))


def _copy(source: etree._Element, target: etree._Element, depth: int) -> None:
    """Copy what is inside `source` to the end of `target`."""
    _add_text(target, source.text)
    for child in source:
        name = child.tag if isinstance(child.tag, str) else ""
        if name and name not in DROPPED and depth < MAX_DEPTH:
            if name in KEPT:
                made = etree.SubElement(target, name)
                for span in SPANS:
                    value = child.get(span, "")
                    if value.isascii() and value.isdigit() and len(value) < 6:
                        made.set(span, str(min(int(value), MAX_SPAN)))
                _copy(child, made, depth + 1)
            else:
                _copy(child, target, depth + 1)
        _add_text(target, child.tail)


def _add_text(target: etree._Element, text: str | None) -> None:
    if not text:
        return
    if len(target):
        target[-1].tail = (target[-1].tail or "") + text
    else:
        target.text = (target.text or "") + text
