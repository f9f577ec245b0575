"""Classes and packages: what they decide for the document, and the definitions of those that a paper ships."""

import posixpath
import re

from extractors.latex.expansion.declarations.languages import class_languages, package_languages
from extractors.latex.expansion.declarations.notes import set_captions
from extractors.latex.expansion.declarations.pictures import package_options
from extractors.latex.expansion.declarations.siunitx import add_settings
from extractors.latex.expansion.expander import Expander
from extractors.latex.expansion.files.names import expand_name

MAX_PACKAGE_BYTES = 400_000
MAX_OWN_PACKAGE_CHARS = 30_000


# Classes and packages that papers ship a copy of, whose commands the later stages know themselves.
KNOWN_PACKAGES = re.compile(
    r"(?i)(?:neurips|nips|iclr|icml|cvpr|iccv|eccv|acl|emnlp|naacl|aaai|ijcai|interspeech|spconf|ieee|revtex|aastex|"
    r"elsart|mnras|llncs|svjour|sn-jnl|acmart|amsart|amsmath|natbib|hyperref|cleveref|algorithm|subfig|caption|"
    r"graphicx|xcolor|tikz|pgf|booktabs|multirow|siunitx|longtable|emulateapj|jheppub|jcappub|pos|aa$|iopart|"
    r"fancyhdr|lineno|epsfig|psfig|rotating|float|wrapfig|url|cite|times|authblk|titlesec|enumitem|listings|minted|"
    r"todonotes|xspace|xy$|pstricks|pst-|bm$|dcolumn|mathtools|geometry|setspace|lipsum|quantumarticle|wlscirep|arxiv$)"
)
CAPTION_PACKAGES = {"caption": "", "caption2": "", "subcaption": "sub", "subfig": "sub"}


def use_package(ex: Expander, name: str) -> None:
    r"""Read \usepackage or \documentclass: definitions of a package that the paper brings along count."""
    options = ex.input.read_optional() or ""
    names = ex.input.read_argument() or ""
    if not ex.output.silent:
        ex.output.emit(f"\\{name}[{options}]{{{names}}}")
    declared(ex, name, options, names)
    suffixes = (".cls",) if name in {"documentclass", "LoadClass"} else (".sty",)
    for wanted in (expand_name(ex, n) for n in names.split(",")[:100]):
        if wanted == "siunitx" and options:
            add_settings(ex, options)
        if not wanted or KNOWN_PACKAGES.match(posixpath.basename(wanted)):
            continue
        path = ex.project.find(wanted, folders=(ex.project.main_dir, ""), suffixes=suffixes)
        if (
            path is not None
            and path not in ex.output.files
            and len(ex.project.files.get(path, b"")) <= MAX_PACKAGE_BYTES
        ):
            read_package(ex, path)


def read_package(ex: Expander, path: str) -> None:
    """Take over the definitions of a package or class file that a reader of the text needs."""
    ex.output.files.append(path)
    text = ex.project.text(path).split("\\endinput")[0]
    saved = (
        ex.input.frames,
        ex.output.silent,
        ex.input.at_letter,
        ex.conditions.branches,
        ex.reading.own_package,
    )
    if len(ex.output.files) > 300:
        return
    ex.input.frames, ex.output.silent, ex.input.at_letter, ex.conditions.branches = [], True, True, []
    # A short .sty holds an author's macros; classes and long packages are programs that need a whole TeX.
    ex.reading.own_package = path.lower().endswith(".sty") and len(text) <= MAX_OWN_PACKAGE_CHARS
    ex.input.push(text, file=len(ex.output.files) - 1)
    ex.run()
    ex.input.frames, ex.output.silent, ex.input.at_letter, ex.conditions.branches, ex.reading.own_package = (
        saved
    )


def declared(ex: Expander, name: str, options: str, names: str) -> None:
    """Take note of what a class or packages decide by themselves: languages, and how captions are labelled."""
    for wanted in names.split(",")[:100]:
        wanted = wanted.strip()
        if name in {"documentclass", "documentstyle"}:
            class_languages(ex, wanted, options)
        elif name != "LoadClass":
            package_languages(ex, wanted, options)
        package_options(ex, wanted, options, is_class=name in {"documentclass", "documentstyle"})
        if wanted in CAPTION_PACKAGES and options.strip():
            set_captions(ex, CAPTION_PACKAGES[wanted], options)
