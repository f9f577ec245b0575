"""All primitives of the expander by name."""

from extractors.latex.expansion import inputs, opening, verbatim
from extractors.latex.expansion.tables.column_types import COLUMN_HANDLERS
from extractors.latex.expansion.conditionals import CONDITIONAL_HANDLERS
from extractors.latex.expansion.definitions import DEFINITIONS
from extractors.latex.expansion.expander import Handler
from extractors.latex.expansion.registers import REGISTERS
from extractors.latex.expansion.tables.commands import TABLE_HANDLERS
from extractors.latex.expansion.terms import TERM_HANDLERS

HANDLERS: dict[str, Handler] = {
    **DEFINITIONS,
    **REGISTERS,
    **CONDITIONAL_HANDLERS,
    **TABLE_HANDLERS,
    **COLUMN_HANDLERS,
    **TERM_HANDLERS,
    **dict.fromkeys(
        ("input", "include", "subfile", "InputIfFileExists", "loadglsentries"), inputs.input_file
    ),
    **dict.fromkeys(
        ("import", "subimport", "includefrom", "subincludefrom", "inputfrom"), inputs.import_file
    ),
    **dict.fromkeys(
        ("usepackage", "RequirePackage", "documentclass", "LoadClass", "documentstyle"), inputs.use_package
    ),
    **dict.fromkeys(("verb", "lstinline", "mintinline", "Verb"), verbatim.inline_verbatim),
    **dict.fromkeys(("url", "path", "href", "nolinkurl"), verbatim.url),
    **dict.fromkeys(("stop", "enddocument"), opening.stop),
    **dict.fromkeys(opening.NATIVE, opening.native_environment),
    **dict.fromkeys(
        (
            "lstnewenvironment",
            "DefineVerbatimEnvironment",
            "newtcblisting",
            "newminted",
            "excludecomment",
            "excludeversion",
        ),
        verbatim.define_verbatim,
    ),
    "DeclareGraphicsExtensions": inputs.graphics_extensions,
    "includeonly": inputs.include_only,
    "begin": opening.begin,
    "scimmirleave": opening.leave,
    "MakeShortVerb": verbatim.short_verbatim,
    "DeleteShortVerb": verbatim.short_verbatim,
    "end": opening.end,
    "endinput": inputs.end_input,
    "graphicspath": inputs.graphics_path,
}
