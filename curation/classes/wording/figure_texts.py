"""Rules that tell figures apart by the rest of their caption, by what the text says of them, and by their panels.

They are tried after those on the caption's first sentence. Behind each confidence stands what the rule got right of
what was judged: see `class_rules`.
"""

import re

from curation.classes.wording.rule import GAP2, GAP5, Rule, opening, words
from curation.classes.wording.words import BUILD, BUILT, METHOD

SHOWS = (
    r"(?:shows?|illustrates?|depicts?|presents?|gives?|outlines?|summari[sz]es|displays?|provides?|describes?|"
    r"sketches|contains?)"
)
_FINDING = words(
    r"results?|performance|compar\w+|accuracy|versus|significant\w*|increase[ds]?|decrease[ds]?|higher|lower|"
    r"observed?|measured|correlat\w+|distributions?|estimated?|predict\w+|errors?|evolution|effects?|curves?|"
    r"spectr(?:a|um)|we (?:find|found|see|observe)|function of|plots?|histograms?|fits?|fitted"
)

_QUANTITY = words(
    r"numbers?|rates?|levels?|profiles?|variations?|usage|values?|times?|peaks?|elution|cases|densit(?:y|ies)|"
    r"intensit(?:y|ies)|progress\w*|sizes?|ind(?:ex|ices)|concentrations?|frequenc(?:y|ies)|probabilit(?:y|ies)|"
    r"yields?|differences?|scores?|errors?|loss(?:es)?|accurac(?:y|ies)|curves?|effects?|results?|distributions?|"
    r"ratios?|mean|average|evolution|trends?|shares?|costs?|amounts?|changes?|response|performance|comparisons?|"
    r"analys[ie]s|signals?|spectr\w+|activit(?:y|ies)|expression|growth|temperature|velocity|pressure|energy|fit|"
    r"simulat\w+|predict\w+|observed|measured|estimat\w+|reconstruct\w+|detect\w+|fields?|clusters?|output|"
    r"trajector\w+|indicators?|correlat\w+|network of|phylogen\w+|tree|scatter|graph|structure of the|domain|"
    r"complex(?:es)?|"
    r"proteins?"
)

FIGURE_TEXT_RULES = (
    Rule(
        name="figure_caption_credits_photo",
        kind="figure",
        subcategory="fig_illustration",
        confidence=0.8,  # judged 1/1, 2/2
        where="caption",
        pattern=words(
            r"photo(?:graph)?s? (?:by|credits?|courtesy)|(?:photo(?:graph)?|foto)s? ?[©:] ?\w+|image credits?"
        ),
    ),
    Rule(
        name="figure_caption_describes_plot",
        kind="figure",
        subcategory="fig_result",
        confidence=0.99,  # judged 127/129, 110/110
        where="caption",
        pattern=words(
            r"error bars?|[xy]-axis|[np] ?[=<>≤] ?[\d.]+|confidence intervals?|standard (?:deviation|error)s?",
            r"s\.?e\.?m\.?|histograms?|scatter|as a function of|versus|vs\.?|percentages?|time ?series",
            r"power spectr\w+|plots?|plotted|western blot\w*|immuno\w+|staining|stained|micrographs?",
            r"heat ?maps?|box ?plots?|fitted|regression",
        ),
    ),
    Rule(
        name="figure_mention_says_architecture",
        kind="figure",
        subcategory="fig_architecture",
        confidence=0.7,  # set, not judged
        where="mentions",
        pattern=re.compile(
            rf"\b(?:architecture|work-?flow|pipeline|framework|flow ?chart|flow diagram|block diagram|"
            rf"study design|experimental design|set-?up|data ?flow|circuit|protocol) (?:of|for|is|are|used|that|in)\b"
            rf"|\b{SHOWS} (?:the |an? |our |this )?{GAP5}{BUILD}\b"
            rf"|\b{SHOWS} (?:an? |the )?(?:overview|outline|schematic|diagram|structure|design|stages?|steps?)"
            rf" (?:of|for) {GAP5}{BUILT}\b"
            rf"|\b{BUILT} (?:is|are|was|were) (?:\w+ )?(?:outlined|depicted|sketched|illustrated|summari[sz]ed|"
            rf"schemati[sz]ed) in\b",
            re.IGNORECASE,
        ),
        unless=_FINDING,
    ),
    Rule(
        name="figure_mention_says_illustration",
        kind="figure",
        subcategory="fig_illustration",
        confidence=0.7,  # set, not judged
        where="mentions",
        pattern=re.compile(
            rf"\b(?:is|are|was|were) (?:schematically )?(?:sketched|schematically (?:illustrated|depicted|"
            rf"shown|drawn))\b"
            rf"|\b{SHOWS} (?:an? |the |some |two |three |our )?(?:\w+ ){{0,2}}(?:examples?|sketch|cartoon|"
            rf"photographs?|"
            rf"photos?|pictures?|screen ?shots?|screens?|maps?|locations?|geometry|geometries|concepts?|interface|"
            rf"chemical structures?|anatomy|notation|definitions?)\b"
            rf"|\b(?:photographs?|sketch|screen ?shots?|illustrations?|map|location|geometry|schematic (?:view|"
            rf"representation|drawing|diagram|illustration)) (?:of|for|is|are)\b"
            rf"|\b(?:study (?:area|site)|sampling sites?|coordinate system|user interface)s? (?:is|are|was|were)\b"
            rf"|\bfor (?:an )?(?:example|illustration|explanation)s?,? (?:of|see)\b|\billustrates? (?:the|an?|"
            rf"how|this)\b",
            re.IGNORECASE,
        ),
        unless=_FINDING,
    ),
    Rule(
        name="figure_caption_names_lines",
        kind="figure",
        subcategory="fig_result",
        confidence=0.7,  # judged 0/2 where the rules before say nothing; of v1's plot words otherwise
        where="caption",
        pattern=words(
            r"(?:solid|dashed|dotted|dash-dot\w*|blue|red|black|green|gr[ae]y) (?:lines?|curves?|bars?|dots?)",
            r"contours?|curves?",
        ),
    ),
    Rule(
        name="figure_caption_says_architecture",
        kind="figure",
        subcategory="fig_architecture",
        confidence=0.7,  # set, not judged
        where="caption",
        pattern=words(
            r"data ?flows?|work-?flows?|pipelines?|flow ?charts?|(?:block|flow|timing|sequence) diagrams?|"
            r"(?:encoder|decoder|input layer|hidden layers?|output layer|convolution\w*|controller|micro-?controller|"
            r"actuators?|middleware|front-?end|back-?end|interface for|programming interface)",
            r"(?:first|second|third|next|final) (?:step|stage|phase) (?:is|was|of|in|we)|step \d",
            r"study design|(?:were|was) (?:randomi[sz]ed|excluded|recruited|enrolled)",
        ),
        unless=words(
            r"results?|performance|accuracy|quantif\w+|significan\w+|increased?|decreased?|higher|lower|"
            r"errors?|compar\w+|expression|predict(?:ed|ions?)|differences?|measured"
        ),
    ),
    Rule(
        name="figure_caption_says_scheme",
        kind="figure",
        subcategory="fig_illustration",
        confidence=0.7,  # set, not judged
        where="caption",
        pattern=words(
            r"(?:simplified )?cartoons?|schematic (?:\w+ )?(?:of|representation|drawing|diagram|view|illustration)",
            r"(?:is|are) (?:sketched|schematically)|not (?:drawn )?to scale|still images|artist'?s",
        ),
        unless=words(r"results?|quantif\w+|measured|significan\w+|expression|spectr\w+|western|gels?"),
    ),
    Rule(
        name="figure_caption_names_outcome",
        kind="figure",
        subcategory="fig_result",
        confidence=0.9,  # set, not judged
        where="caption",
        pattern=words(
            r"scale bars?|sds-page|gels?|chromatogra\w+|spectr(?:a|um)|sequence logos?|alignments?|phylogen\w+|mri|"
            r"micro-?ct|tomogra\w+|sem|tem|fluorescen\w+|wild-type|mutants?|knock-?(?:out|down|in)s?|assays?",
            r"(?:were|was) (?:treated|incubated|infected|transfected|measured|determined|quantified|calculated|"
            r"obtained|recorded|observed|analy[sz]ed)",
            r"quantif\w+|significan\w+|expression|correlat\w+|amplitudes?|rates? of|numbers? of|frequenc\w+|"
            r"proportions?|levels? of|density|distribution|clustering|clusters|signatures?|inhibition|growth|"
            r"increased?|decreased?|reduced|higher|lower|estimated?|predict\w+|residuals?|errors?",
        ),
    ),
    Rule(
        name="figure_panel_of_architecture",
        kind="figure",
        subcategory="fig_architecture",
        confidence=0.5,  # judged 0/0, 0/0: the papers read had no captioned panels
        where="parent",
        pattern=opening(rf"overview of (?:{GAP5})(?:{METHOD})", rf"{GAP2}(?:{BUILD})"),
    ),
    Rule(
        name="figure_panel_of_illustration",
        kind="figure",
        subcategory="fig_illustration",
        confidence=0.5,  # judged 0/0, 0/0: the papers read had no captioned panels
        where="parent",
        pattern=opening(
            r"photographs?|illustrations?|examples? of|schematics?|sketch\w*|morphs?|study (?:sites?|area)"
        ),
    ),
    Rule(
        name="figure_panel_of_result",
        kind="figure",
        subcategory="fig_result",
        confidence=0.9,  # set, not judged
        where="parent",
        pattern=words(
            r"results?|comparisons?|effects? of|distributions?|histograms?|plots?|plotted|curves?|versus|"
            r"as a function of|error bars?|accuracy|performance|spectr(?:a|um)|heat ?maps?|measured|expression",
            r"simulat(?:ed|ions?)|predicted|reconstruct\w+|evolution|time series|outputs?|estimated?|micrographs?",
        ),
    ),
    Rule(
        name="figure_caption_names_only_itself",
        kind="figure",
        subcategory="fig_illustration",
        confidence=0.6,  # set, not judged
        pattern=re.compile(
            r"^\W*(?:this is )?(?:an?|the|my|our|some|one)?\W*(?:first|second|third|left|right|top|bottom|another|"
            r"sample|example|test|dummy|small|large|big|wide|simple|included|sub)? ?-?(?:figure|image|picture|"
            r"graphic|photo|logo|caption)s?(?: caption| title| here| environment| file)?\W*$",
            re.IGNORECASE,
        ),
    ),
    Rule(
        name="figure_head_names_system",
        kind="figure",
        subcategory="fig_architecture",
        confidence=0.6,  # set, not judged
        pattern=re.compile(
            r"^\W*(?:[\w/'’-]+ ){0,6}(?:systems?|software|framework|architecture|algorithm|methods?|procedure|"
            r"process(?:es)?|strategy|approach|scheme|modules?|stack|infrastructure|platform|organi[sz]ation|"
            r"hierarchy|topology|loop|protocol|implementation|components?|layers|steps|stages|set-?up)"
            r"(?: (?:of|for|in|with|used|and) (?:[\w/'’-]+ ){0,4}[\w/'’-]+)?\W*$",
            re.IGNORECASE,
        ),
        unless=_QUANTITY,
    ),
    Rule(
        name="figure_head_names_thing",
        kind="figure",
        subcategory="fig_illustration",
        confidence=0.65,  # set, not judged
        pattern=words(
            r"interface|window|dialogue?|menu|screen|web ?(?:page|site)|dashboard|editor|viewer|tool ?bar|home ?page",
            r"devices?|prototypes?|apparatus|cameras?|sensors?|probes?|electrodes?|boards?|microscope|"
            r"3-?d[- ]print\w+|"
            r"chamber|housing|mount(?:ed)?|assembl(?:y|ed)|robots?|antennas?|lens(?:es)?|telescope|instrument|"
            r"machine|"
            r"connectors?|enclosure|wiring|ports?|kit|hardware|equipment|parts",
            r"maps?|locations?|sites?|islands?|lakes?|rivers?|basin|forest|village|landscape|terrain",
            r"specimens?|male|female|larva[el]?|adults?|wings?|lea(?:f|ves)|flowers?|antennae|tibia|skull|bones?|"
            r"anatomy|nests?|habitat|morphology|plants?",
            r"geometr(?:y|ies)|lattice|polygons?|triangles?|coordinates?|mesh|polyhedr\w+|torus|sphere|manifold|"
            r"notation|definitions?|partition|tiling|vectors?|angles?|axes|diagrams?|sketch\w*|hyper-?graphs?|"
            r"edges and|nodes and|truth table",
            r"page|excerpt|listing|snippet|document|forms?|questionnaire|poster|slides?|handbook|logo|cover|history",
            r"images? (?:of|showing|used)|pictures?|photo\w*|scenes?|video|still|appearance|close-?ups?|concepts?|"
            r"principles?|ideas?|mechanisms?|pathways?|cycle|anatomical|cartoon",
        ),
        unless=_QUANTITY,
    ),
)
