r"""Languages as the document switches them: babel, polyglossia, ctex, KOMA's and translator's names."""

import re

from extractors.latex.expansion.declarations.notes import announce
from extractors.latex.expansion.expander import Expander, Handler, Meaning
from extractors.latex.expansion.files.names import expand_name
from extractors.latex.expansion.macros import Macro
from extractors.latex.source.options import parse_keys
from extractors.latex.text.languages import LANGUAGE_CODES, LANGUAGE_NAMES, NUMBER_FIRST, names_of

OLD_PACKAGES = frozenset(
    {"german", "ngerman", "french", "frenchle", "frenchpro", "polski", "czech", "slovak"}
)
MAX_LANGUAGES = 200


def class_languages(ex: Expander, name: str, options: str) -> None:
    """Take note of a document class: languages among its options, which babel reads, and ctex's own."""
    ex.tongues.document_class = name
    ex.tongues.options = listed(options)
    if name.startswith("ctex") and "scheme=plain" not in options.replace(" ", ""):
        ex.tongues.main = "chinese"


def package_languages(ex: Expander, name: str, options: str) -> None:
    """Take note of a package that decides in which language the document is set."""
    given = listed(options)
    if name == "babel":
        known = [o for o in (*ex.tongues.options, *given) if o in LANGUAGE_NAMES]
        main = [o.partition("=")[2].strip() for o in given if re.match(r"main\s*=", o)]
        ex.tongues.main = (main or known or [ex.tongues.main])[-1]
        ex.tongues.loaded.update(known)
        if {"es-tabla", "es-mexico", "mexico"} & set(given):
            ex.scopes.meanings["spanishtablename"] = Macro((), "Tabla")
    elif name in OLD_PACKAGES:
        ex.tongues.main = {"polski": "polish"}.get(name, name[:6] if name.startswith("french") else name)
    elif name in {"ctex", "ctexcap"} and "scheme=plain" not in options.replace(" ", ""):
        ex.tongues.main = "chinese"
    elif name == "kotex" and "hangul" in given:
        ex.tongues.main = "korean"
    elif name == "translator" and given and given[-1].lower() in LANGUAGE_NAMES:
        ex.tongues.main = ex.tongues.main or given[-1].lower()


def listed(options: str) -> tuple[str, ...]:
    """Return a package's options, a language's without its modifiers."""
    return tuple(re.sub(r"(?<=[a-z])\.\w+", "", o.strip()) for o in options.split(",") if o.strip())


def provide(ex: Expander, name: str) -> None:
    r"""Read \babelprovide[main, import]{language}."""
    keys = parse_keys(ex.input.read_optional() or "")
    language = (ex.input.read_argument() or "").strip()
    ex.tongues.loaded.add(language)
    if "main" in keys:
        set_main(ex, language)


def default_language(ex: Expander, name: str) -> None:
    r"""Read polyglossia's \setdefaultlanguage[variant=…]{language}, \setmainlanguage or \resetdefaultlanguage."""
    language = variant(ex.input.read_optional() or "", (ex.input.read_argument() or "").strip())
    ex.tongues.loaded.update((language, language_of(language)))
    set_main(ex, language)


def set_main(ex: Expander, language: str) -> None:
    """Make a language the document's, from here on where it has begun."""
    ex.tongues.main = language
    if ex.scopes.in_document:
        select(ex, language)


def other_languages(ex: Expander, name: str) -> None:
    r"""Read polyglossia's \setotherlanguage{german} or \setotherlanguages{german,french}."""
    options = ex.input.read_optional() or ""
    for language in (ex.input.read_argument() or "").split(",")[:MAX_LANGUAGES]:
        language = language.strip()
        ex.tongues.loaded.add(language)
        ex.tongues.variants[language] = variant(options, language)
        if language.isalpha():
            ex.scopes.meanings.setdefault("text" + language, foreign_named)


def variant(options: str, language: str) -> str:
    """Return the language that polyglossia's option names more closely, such as Brazilian Portuguese."""
    chosen = parse_keys(options).get("variant", "").strip()
    return chosen if chosen in LANGUAGE_NAMES else language


def language_of(name: str) -> str:
    """Return the language of a name that polyglossia also takes: a BCP 47 tag or an environment's capital."""
    lower = name.strip().lower()
    if name in LANGUAGE_NAMES or not lower:
        return name
    if lower in LANGUAGE_NAMES:
        return lower
    return next((n for n, code in LANGUAGE_CODES.items() if code.lower() == lower), name)


def select_language(ex: Expander, name: str) -> None:
    r"""Read \selectlanguage{language}: names and shorthands from here on, until the group ends."""
    ex.input.read_star()
    ex.input.read_optional()
    select(ex, expand_name(ex, ex.input.read_argument() or ""))


def select(ex: Expander, language: str, *, captions: bool = True) -> None:
    r"""Switch the language; with `captions`, floats get its names, as \captions<language> gives them."""
    language = ex.tongues.variants.get(language, language_of(language))
    announce(ex, "language", LANGUAGE_CODES.get(language, ""))
    announce(ex, "languagename", language)
    if captions and re.fullmatch(r"[A-Za-z]+", language):
        ex.input.push(f"\\captions{language}\\extras{language} ")


def captions(ex: Expander, name: str) -> None:
    r"""Give floats the names of a language, as the file of that language does in its \captions<language>."""
    language = ex.input.read_argument() or ""
    names = names_of(language, ex.tongues.document_class)
    if names is None:
        return
    figure, table = names
    own = ex.scopes.meanings.get("spanishtablename")
    if language == "spanish" and isinstance(own, Macro):
        table = own.body
    for kind, word in (("figure", figure), ("table", table)):
        announce(ex, kind + "name", word)
        form = NUMBER_FIRST.get(LANGUAGE_CODES[language])
        if form is not None:
            announce(ex, "fnum@" + kind, form.format(number=f"\\the{kind}", name=f"\\{kind}name"))


def foreign(ex: Expander, name: str) -> None:
    r"""Read \foreignlanguage{language}{text} or \textlang: another language, the same names of floats."""
    ex.input.read_star()
    ex.input.read_optional()
    language, text = ex.input.read_argument(), ex.input.read_argument()
    if language is not None and text is not None:
        ex.input.push(f"{{\\scimmirtongue{{{language}}}{text}}}")


def foreign_named(ex: Expander, name: str) -> None:
    r"""Read polyglossia's \textgerman{text} or a babel tag's \textde{text}."""
    ex.input.read_optional()
    text = ex.input.read_argument()
    if text is not None:
        ex.input.push(f"{{\\scimmirtongue{{{name.removeprefix('text')}}}{text}}}")


def tongue(ex: Expander, name: str) -> None:
    """Switch the language alone until the group ends."""
    select(ex, (ex.input.read_argument() or "").strip(), captions=False)


def babel_tags(ex: Expander, name: str) -> None:
    r"""Read \babeltags{de = german}: \textde{…}, \begin{de}, \de."""
    for tag, language in parse_keys(ex.input.read_argument() or "").items():
        ex.tongues.variants[tag] = language
        ex.tongues.loaded.add(tag)
        if tag.isalpha():
            ex.scopes.meanings["text" + tag] = foreign_named
            ex.scopes.meanings.setdefault(tag, Macro((), f"\\scimmirtongue{{{tag}}}"))


def begin_language(ex: Expander, environment: str) -> bool:
    """Read the beginning of an environment that is a switch of language; False where it is none."""
    if environment in {"otherlanguage", "otherlanguage*", "lang"}:
        ex.input.read_optional()
        language = expand_name(ex, ex.input.read_argument() or "")
    elif environment.rstrip("*") in ex.tongues.loaded and environment not in ex.environments.macros:
        ex.input.read_optional()
        language = environment.rstrip("*")
    else:
        return False
    select(ex, language, captions=not environment.endswith("*"))
    return True


def locale_caption(ex: Expander, name: str) -> None:
    r"""Read babel's \setlocalecaption{language}{figure}{Name}."""
    language, what, word = ex.input.read_argument(), ex.input.read_argument(), ex.input.read_argument()
    if language is not None and what is not None and word is not None:
        rename(ex, language.strip(), what.strip() + "name", word)


def caption_name(ex: Expander, name: str) -> None:
    r"""Read KOMA-Script's \renewcaptionname{languages}{\figurename}{Name} and its kin."""
    languages, what, word = ex.input.read_argument(), ex.input.read_control(), ex.input.read_argument()
    for language in (languages or "").split(",")[:MAX_LANGUAGES]:
        if what is not None and word is not None:
            rename(ex, language.strip(), what, word)


def rename(ex: Expander, language: str, what: str, word: str) -> None:
    """Give a float another name in a language, from now on where that language is the present one."""
    old = ex.scopes.meanings.get("captions" + language)
    body = (old.body if isinstance(old, Macro) else "") + f"\\def\\{what}{{{word}}}"
    ex.scopes.meanings["captions" + language] = Macro((), body)
    if ex.scopes.in_document and ex.scopes.printed.get("languagename") == language:
        ex.input.push(f"\\def\\{what}{{{word}}}")


def use_language(ex: Expander, name: str) -> None:
    r"""Read translator's \uselanguage{German}."""
    language = (ex.input.read_argument() or "").split(",")[0].strip().lower()
    if language in LANGUAGE_NAMES:
        set_main(ex, language)


def new_translation(ex: Expander, name: str) -> None:
    r"""Read translator's \newtranslation[to=German]{Figure}{Abbildung} and its kin."""
    language = parse_keys(ex.input.read_optional() or "").get("to", "")
    key, word = ex.input.read_argument(), ex.input.read_argument()
    if key is not None and word is not None and len(ex.tongues.words) < 1000:
        ex.tongues.words[(language.strip().lower(), key.strip())] = word


def translate(ex: Expander, name: str) -> None:
    r"""Read translator's \translate{Figure}: the word in the present language, else the key."""
    wanted = parse_keys(ex.input.read_optional() or "").get("to", "").lower()
    key = (ex.input.read_argument() or "").strip()
    language = wanted or ex.scopes.printed.get("languagename", ex.tongues.main)
    names = dict(zip(("Figure", "Table"), LANGUAGE_NAMES.get(language, ()), strict=False))
    ex.input.push("{" + (ex.tongues.words.get((language, key)) or names.get(key, key)) + "}")


def if_language(ex: Expander, name: str) -> None:
    r"""Read \iflanguage{language}{yes}{no}."""
    asked = (ex.input.read_argument() or "").strip()
    yes, no = ex.input.read_argument(), ex.input.read_argument()
    chosen = yes if ex.scopes.printed.get("languagename", ex.tongues.main) == asked else no
    if chosen:
        ex.input.push(chosen)


def known_captions() -> dict[str, Meaning]:
    r"""Return what \captions<language> and \extras<language> do in every language."""
    known: dict[str, Meaning] = {}
    for language in LANGUAGE_NAMES:
        if language.isalpha():
            known["captions" + language] = Macro((), f"\\scimmircaptions{{{language}}}", from_package=True)
            known["extras" + language] = Macro(from_package=True)
    return known


LANGUAGE_HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("setdefaultlanguage", "setmainlanguage", "resetdefaultlanguage"), default_language),
    **dict.fromkeys(("setotherlanguage", "setotherlanguages"), other_languages),
    **dict.fromkeys(("foreignlanguage", "textlang"), foreign),
    **dict.fromkeys(
        ("renewcaptionname", "newcaptionname", "providecaptionname", "defcaptionname"), caption_name
    ),
    **dict.fromkeys(
        ("newtranslation", "renewtranslation", "providetranslation", "deftranslation"), new_translation
    ),
    **dict.fromkeys(("iflanguage", "IfLanguageName"), if_language),
    "babelprovide": provide,
    "babeltags": babel_tags,
    "selectlanguage": select_language,
    "scimmircaptions": captions,
    "scimmirtongue": tongue,
    "setlocalecaption": locale_caption,
    "uselanguage": use_language,
    "translate": translate,
}
