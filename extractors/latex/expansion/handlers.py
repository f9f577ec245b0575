"""All primitives of the expander by name."""

from extractors.latex.expansion import opening, verbatim
from extractors.latex.expansion.conditionals import CONDITIONAL_HANDLERS
from extractors.latex.expansion.declarations.languages import LANGUAGE_HANDLERS, known_captions
from extractors.latex.expansion.declarations.notes import DECLARATION_HANDLERS
from extractors.latex.expansion.declarations.packages import use_package
from extractors.latex.expansion.declarations.pictures import GRAPHICS_HANDLERS
from extractors.latex.expansion.declarations.siunitx import SIUNITX_HANDLERS
from extractors.latex.expansion.definitions.appendices import APPENDIX_HANDLERS
from extractors.latex.expansion.definitions.braced_tests import BRACED_TESTS
from extractors.latex.expansion.definitions.commands import DEFINITIONS
from extractors.latex.expansion.definitions.named import NAMED
from extractors.latex.expansion.expander import Meaning
from extractors.latex.expansion.files import inputs
from extractors.latex.expansion.files.names import NAME_HANDLERS
from extractors.latex.expansion.files.streams import STREAM_HANDLERS
from extractors.latex.expansion.loops import LOOP_HANDLERS
from extractors.latex.expansion.registers import REGISTERS
from extractors.latex.expansion.tables.column_types import COLUMN_HANDLERS
from extractors.latex.expansion.tables.commands import TABLE_HANDLERS
from extractors.latex.expansion.terms import TERM_HANDLERS

HANDLERS: dict[str, Meaning] = {
    **known_captions(),
    **APPENDIX_HANDLERS,
    **DEFINITIONS,
    **NAMED,
    **BRACED_TESTS,
    **REGISTERS,
    **LOOP_HANDLERS,
    **CONDITIONAL_HANDLERS,
    **TABLE_HANDLERS,
    **COLUMN_HANDLERS,
    **SIUNITX_HANDLERS,
    **TERM_HANDLERS,
    **DECLARATION_HANDLERS,
    **LANGUAGE_HANDLERS,
    **NAME_HANDLERS,
    **STREAM_HANDLERS,
    **GRAPHICS_HANDLERS,
    **dict.fromkeys(
        (
            "input",
            "@@input",
            "@input",
            "@input@",
            "@iinput",
            "expandableinput",
            "include",
            "subfile",
            "subfileinclude",
            "InputIfFileExists",
            "loadglsentries",
        ),
        inputs.input_file,
    ),
    **dict.fromkeys(
        ("import", "subimport", "includefrom", "subincludefrom", "inputfrom", "subinputfrom"),
        inputs.import_file,
    ),
    **dict.fromkeys(
        ("usepackage", "RequirePackage", "documentclass", "LoadClass", "documentstyle"), use_package
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
    "bibliography": opening.bibliography,
    "includeonly": inputs.include_only,
    "begin": opening.begin,
    "scimmirleave": opening.leave,
    "MakeShortVerb": verbatim.short_verbatim,
    "DeleteShortVerb": verbatim.short_verbatim,
    "end": opening.end,
    "endinput": inputs.end_input,
}
