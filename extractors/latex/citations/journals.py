r"""How classes and packages of journals and conferences cite, in the words of \setcitestyle.

Beside these: `system` (the package that prints), `cite` and `short` (what \cite and \shortcite do), `moves`, `apart`,
`ampersand`, and `list_style` (the style of the bibliography that a class chooses by itself).
"""

import re

ASTRONOMY = "system=natbib,authoryear,round,semicolon,aysep={},conjunction=&"
ROUND = "system=natbib,authoryear,round,semicolon,aysep={,}"
NUMBERS = "system=natbib,numbers,square,comma"
APA = "system=apacite,authoryear,round,semicolon,aysep={,},ampersand,list_style=apacite"
NATURE = "system=cite,super,open={},close={},citesep={,},sort&compress,list_style=naturemag"
COMPRESSED = NUMBERS + ",sort&compress"
SUPER = "system=natbib,super,open={},close={},citesep={,},sort&compress"

# The first that fits decides. A setting after an option's name holds where the class is given that option.
CLASSES: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    (r"mnras|mn2e|mn", ASTRONOMY, ()),
    (r"aastex\w*|emulateapj\w*|openjournal", ASTRONOMY + ",list_style=aasjournal", ()),
    (r"elsarticle", NUMBERS, (("authoryear", ROUND),)),
    (
        r"revtex4?(?:-\d)?",
        COMPRESSED + ",list_style=apsrev",
        (
            ("rmp", ROUND + ",cite=paren"), ("aip", SUPER), ("author-year", ROUND), ("super", SUPER),
            ("numerical", COMPRESSED),
        ),
    ),
    (r"ieee(?:tran|conf|access|journal)?\w*", "square,comma,system=cite,apart", ()),
    (r"acmart", COMPRESSED + ",cite=paren,short=yearpar,list_style=acm-reference-format", ()),
    (r"achemso", SUPER + ",moves,list_style=achemso", ()),
    (r"wlscirep", NATURE, ()),
    (r"nature|nature-pap\w*", NATURE, ()),
    (r"copernicus", ROUND + ",list_style=copernicus", ()),
    (r"agujournal2?\w*2\d+|agutexsi\w*", APA, ()),
    (r"agu\w*", "system=natbib,authoryear,square,semicolon,aysep={,}", ()),
    (r"apa\d?", APA, ()),
    (r"frontiersscns|frontiers_suppmat|frontiersinscns", ROUND, ()),
    (r"frontiershlth|frontiersfphy|frontiersinhlth", NUMBERS, ()),
    (r"pnas\w*", "system=natbib,numbers,round,comma,sort&compress,list_style=pnas", ()),
    (
        r"sn-jnl",
        COMPRESSED + ",list_style=sn-mathphys",
        (
            ("sn-basic", ROUND + ",list_style=sn-basic"), ("sn-mathphys-ay", ROUND), ("sn-vancouver-ay", ROUND),
            ("sn-apa", ROUND + ",ampersand"), ("sn-chicago", ROUND), ("numbered", COMPRESSED),
        ),
    ),
    (r"svjour3?", "", (("natbib", ASTRONOMY.replace(",conjunction=&", "")),)),
    (r"aa", "", (("bibyear", ASTRONOMY), ("traditabstract", ""))),
    (r"jss", "system=natbib,authoryear,round,semicolon,aysep={}", ()),
    (r"ametsoc\w*", "system=natbib,authoryear,round,semicolon,aysep={}", ()),
    (r"gji\w*|geophysics|segabs|biom\w*|oup-\w+|bioinfo\w*|statsoc", ROUND, ()),
    (r"bmcart|bmc_article", COMPRESSED, ()),
    (r"bmvc2k", NUMBERS + ",sort", ()),
    (r"mdpi", COMPRESSED + ",list_style=mdpi", ()),
    (r"elife", ROUND, (("onehalfspacing", ""),)),
    (r"spie|osa\w*|optica\w*|llncs|iopart|jpconf|ws-\w+|sig-\w+|acm_proc\w*|sigchi\w*|vldb|amsart|siam\w*", "", ()),
)  # fmt: skip

ACL = ROUND + ",cite=paren,short=yearpar"
# Packages of conferences bring natbib and their own punctuation.
PACKAGES: tuple[tuple[str, str], ...] = (
    (r"(?:acl|emnlp|naacl|eacl|aacl|coling|conll|ijcnlp|lrec)\w*(?:\d\d|_natbib|hlt\w*|_latex|)|acl", ACL),
    (r"icml20\d\d", ROUND + ",yysep={;},cite=paren"),
    (r"iclr20\d\d\w*", ROUND + ",yysep={;}"),
    (r"aaai\d\d|aaai20\d\d", "system=natbib,authoryear,round,semicolon,aysep={},cite=paren"),
    (r"ijcai\d\d|named", "system=named,authoryear,square,semicolon,aysep={,}"),
    (r"jheppub|jcappub|jinstpub", COMPRESSED),
    (r"corl_20\d\d", NUMBERS),
    (r"cvpr|iccv|eccv|wacv|eso-pic", ""),
    (r"usenix\w*", "system=cite,numbers,square,comma,sort&compress"),
    (r"natmove", "moves"),
)  # fmt: skip


def class_settings(name: str, options: tuple[str, ...]) -> str | None:
    """Return the settings of a document class with its options, None where the class is not known."""
    for pattern, settings, by_option in CLASSES:
        if re.fullmatch(pattern, name.lower()):
            given = {o.strip().lower() for o in options}
            chosen = [more for option, more in by_option if option in given and more]
            return ",".join([settings, *chosen])
    return None


def package_settings(name: str) -> str | None:
    """Return the settings of a package, None where it says nothing of citations."""
    for pattern, settings in PACKAGES:
        if re.fullmatch(pattern, name.lower()):
            return settings or None
    return None
