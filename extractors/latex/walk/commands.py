"""Which command is read by which function, and the walk over a whole document."""

from collections.abc import Sequence

from extractors.latex.source.graphics import GRAPHICS_COMMANDS
from extractors.latex.source.graphics_settings import GraphicsSettings
from extractors.latex.text.numbering import SECTIONS, class_style
from extractors.latex.walk import (
    boxes,
    captions,
    counters,
    custom_floats,
    environments,
    settings,
    supplements,
)
from extractors.latex.walk.state import CLASS, Handler, Walk

HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(GRAPHICS_COMMANDS, environments.graphics),
    **dict.fromkeys(SECTIONS, settings.section),
    **dict.fromkeys(
        (
            "caption",
            "captionof",
            "captionbox",
            "figcaption",
            "figurecaption",
            "tabcaption",
            "fcaption",
            "tcaption",
            "bicaption",
            "captionabove",
            "captionbelow",
            "captionaboveof",
            "captionbelowof",
            "captcont",
            "sidecaption",
        ),
        captions.caption,
    ),
    **dict.fromkeys(("tablecaption", "topcaption", "bottomcaption"), captions.table_caption),
    **dict.fromkeys(("tablehead", "tablefirsthead"), captions.table_head),
    **dict.fromkeys(("processtable", "tbl", "TBL"), captions.journal_table),
    **dict.fromkeys(("subfloat", "subfigure", "subtable", "subbottom", "subtop"), captions.panel_command),
    **dict.fromkeys(("setcounter", "addtocounter", "stepcounter", "refstepcounter"), counters.set_counter),
    "newcounter": counters.new_counter,
    **dict.fromkeys(("numberwithin", "counterwithin", "counterwithout"), counters.within),
    **dict.fromkeys(("DeclareFloatingEnvironment", "DeclareCaptionType"), custom_floats.declare_environment),
    **dict.fromkeys(("DeclareNewFloatType", "trivfloat"), custom_floats.declare_type),
    "newfloat": custom_floats.new_float,
    "SetupFloatingEnvironment": custom_floats.set_up_environment,
    "DeclareNewTOC": custom_floats.declare_contents,
    **dict.fromkeys(("tag", "nonumber", "notag"), settings.tag),
    **dict.fromkeys(("crefname", "Crefname"), settings.reference_name),
    **dict.fromkeys(("title", "icmltitle", "Title", "TITLE"), settings.title),
    **dict.fromkeys(("par", "newline", "linebreak"), environments.paragraph_end),
    **dict.fromkeys(
        ("xymatrix", "feynmandiagram", "tikz", "chemfig", "schemestart"),
        environments.drawing_command,
    ),
    "begin": environments.begin,
    "end": environments.end,
    "subcaptionbox": captions.panel_box,
    "subcaption": captions.sub_caption,
    "label": captions.label,
    **dict.fromkeys(("abstract", "Abstract"), settings.abstract),
    "appendix": settings.start_appendix,
    "appendices": settings.start_appendix,
    "ffigbox": captions.float_box,
    "ttabbox": captions.float_box,
    **dict.fromkeys(("frontmatter", "mainmatter", "backmatter"), settings.matter),
    **dict.fromkeys(("scimmirreset", "scimmirunreset"), counters.reset),
    **dict.fromkeys(
        ("appendixfigures", "appendixtables", "restartappendixnumbering", "appendixstart"),
        counters.appendix_floats,
    ),
    **dict.fromkeys(("figurenum", "tablenum", "setfigurenum", "settablenum"), counters.set_number),
    **dict.fromkeys(("phantomsubcaption", "phantomcaption"), counters.phantom),
    "scimmirprinted": counters.printed,
    "scimmirdefault": counters.default,
    "scimmircaptype": captions.capture_type,
    "captionsetup": captions.caption_setup,
    "floatname": custom_floats.float_name,
    "newtheorem": settings.new_theorem,
    "item": settings.item,
    "ContinuedFloat": captions.continued,
    "usepackage": settings.package,
    **dict.fromkeys(boxes.BOX_COMMANDS, boxes.box),
    "parbox": environments.box_command,
    "gridline": environments.grid_line,
    "figsupp": supplements.figure_supplement,
    **dict.fromkeys(supplements.NUMBERED_PARTS, supplements.numbered_part),
    "thanks": settings.skip_one,
    "scimmirfolder": settings.file_folder,
    "scimmirunit": settings.unit,
}


def walk_text(text: str, graphics: Sequence[GraphicsSettings] = (GraphicsSettings(),)) -> Walk:
    """Return what one pass over the flat text finds.

    `graphics` are the settings of pictures that the text's notes number.
    """
    found = CLASS.search(text)
    options: tuple[str, ...] = ()
    name = ""
    if found:
        options = tuple(o.strip() for o in found[1].split(","))
        name = found[2].strip()
    walk = Walk(text, class_style(name, options, chapters="\\chapter" in text), graphics=graphics)
    for custom in ("scheme", "chart", "graph") if name == "achemso" else ():
        walk.custom[custom] = ("figure", custom)
        walk.names[custom] = custom.capitalize()
    walk.run(HANDLERS)
    return walk
