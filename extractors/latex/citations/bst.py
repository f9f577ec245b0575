"""What a BibTeX style does with a list: in what order its entries stand, and what labels they get."""

import posixpath
import re
from dataclasses import dataclass

from extractors.latex.source.project import Project


@dataclass(frozen=True)
class ListStyle:
    """`order` is `cited` or `sorted`, `labels` is `number`, `alpha` or `names`; each empty where it is not known.

    `sign` stands between two names, `max_names` is how many a label shows before `et al.`; labels that are
    `printed`, such as apalike's, are what plain LaTeX puts into its brackets.
    """

    order: str = ""
    labels: str = ""
    sign: str = "and"
    max_names: int = 2
    printed: bool = False
    initials: bool = False  # names are compared with their given names cut to initials


CITED = ListStyle("cited", "number")
SORTED = ListStyle("sorted", "number")
NAMES = ListStyle("sorted", "names")
AMPERSAND = ListStyle("sorted", "names", "&")
# The first that fits decides.
STYLES: tuple[tuple[str, ListStyle], ...] = (
    (r"unsrtnat", ListStyle("cited", "names")),
    (r"apalike.*", ListStyle("sorted", "names", printed=True)),
    (r"mnras.*|mn2e.*|mn|apj.*|yahapj|aas(?:journal.*|tex.*)|aa|openjournal|psj", AMPERSAND),
    (r"agsm|kluwer|apacite.*|apa.*|sn-apa|newapa.*", AMPERSAND),
    (r"aaai.*|jss", ListStyle("sorted", "names", max_names=3)),
    (r"(?:plain|abbrv)nat.*|.*_natbib.*|natbib|icml.*|iclr.*|neurips.*|nips.*|corlabbrvnat|acl.*|emnlp.*", NAMES),
    (r"acm-reference-format.*|acmauthoryear|spbasic.*|cas-model2-names", NAMES),
    (r"agu.*|copernicus|ametsoc.*|gji.*|icarus.*|elsarticle-harv.*|model[2-5]-names.*", NAMES),
    (r"sn-(?:basic|chicago)|named|dcu|harvard|jmb|jfe?|aer|aea|ecta|econ.*|qje|rss|biom.*", NAMES),
    (r"frontiersinscns.*|genetics|mbe|besjournals|bioinformatics|spr-mp-nameyear.*", NAMES),
    (r"imsart-nameyear|humannat|a?chicago.*|astron", NAMES),
    (r"(?:ams|h|eg-)?alpha.*|is-alpha|ieeealpha", ListStyle("sorted", "alpha")),
    (r"ieeetrans.*|ieee(?:_fullname)?|ieeenat_fullname", SORTED),
    (r"abbrv.*|acm|siam.*|is-abbrv", ListStyle("sorted", "number", initials=True)),
    (r"(?:is-)?(?:plain|abbrv).*|acm-sigchi.*|sigchi-reference-format|ams(?:plain|abbrv|ra)", SORTED),
    (r"splncs(?:0[34]|_srt).*|spmpsci.*|mathphys|tugboat|latex8|eptcs.*|lipics.*|usenix.*", SORTED),
    (r"unsrt.*|.*-unsrt|ieee.*|nature.*|plos.*|apsrev.*|aps.*|aip.*|splncs", CITED),
    (r"elsarticle-num.*|model[13]a?-num.*|achemso|rsc.*|angew.*|biochem.*|acs.*|vancouver.*", CITED),
    (r"jhep.*|utphys.*|pnas.*|frontiersin(?:hlth|_eng|_health|fphy).*|osa.*|optica.*|ol", CITED),
    (r"spiebib|iopart-num.*|quantum.*|aiaa.*|asme.*|aichej|bmc.*|sn-.*|spphys.*|mdpi.*", CITED),
    (r"scipost.*|science.*|nar|ws-.*|phaip|phcpc|prsty.*|physrev|revtex.*|jcp|jpc.*|tufte", CITED),
)  # fmt: skip
LABELLED = re.compile(r"\"\\(?:bibitem\s*\[|harvarditem)|citeauthoryear|natexlab")
MAX_BST_BYTES = 300_000


def list_style(name: str, project: Project) -> ListStyle:
    """Return what is known of a BibTeX style: from a file in the archive, else by its name.

    A file that the paper brings tells by itself whether it sorts, and whether it writes labels.
    """
    name = posixpath.basename(name)
    known = next((style for pattern, style in STYLES if re.fullmatch(pattern, name)), None)
    path = project.find(name, folders=(project.main_dir, ""), suffixes=(".bst",)) if name else None
    if path is None or known is not None or len(project.files.get(path, b"")) > MAX_BST_BYTES:
        return known or ListStyle()
    text = project.text(path)
    order = "sorted" if re.search(r"^\s*SORT\b", text, re.M) else "cited"
    return ListStyle(order, "names" if LABELLED.search(text) else "number")
