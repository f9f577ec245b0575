"""Rules that tell architecture, illustration and result apart, in the order in which they are tried.

Behind each confidence stands what the rule got right of what was judged: see `class_rules`.
"""

import re

from curation.class_rule import GAP2, GAP5, Rule, opening, words

_METHOD = (
    r"(?:models?|methods?|approach|networks?|framework|systems?|algorithm\w*|pipeline|workflow|procedure|"
    r"process|"
    r"architecture|study|experiments?|experimental|methodology|technology|technique|platform|protocol|"
    r"software|strategy|training|inference|module|set-?up|apparatus|loop|encoder|decoder|simulator|library|"
    r"toolkit|tool|procedures?|steps?|controller|compiler|sensor network|network topology|processing|"
    r"experiments?|stud(?:y|ies)|trials?|survey|cohort|implementation|integration|implant(?:able)? system|"
    r"classifier|detector system|agents?|data ?base|service|application|device driver|assay|test bench|"
    r"facility|paradigm|design)"
)
_BUILD = (
    r"(?:framework|pipeline|work-?flow|flow ?charts?|flow diagrams?|block diagrams?|architecture|"
    r"data ?flows?|"
    r"sequence diagram|class diagram|state machine|system design|learning flow|decision tree for|"
    r"(?:uml|activity|component|deployment|entity[- ]relationship|er|swim ?lane|gantt|process|prisma|"
    r"consort|strobe|participants?|patients?|circuit|wiring|ladder|functional|logic|control|signal[- ]flow|"
    r"flow[- ]?chart|system|network) (?:diagram|chart|flow|scheme)|flow of (?:participants?|patients?|"
    r"subjects?|information|data|the (?:study|trial|algorithm|method|process|work))|"
    r"(?:network|system|software|mesh|sensor) topology|processing (?:chain|steps?|stages?|scheme|sequence)|"
    r"pseudo-?code|directory structure|class hierarchy|(?:database|data|xml) schema|data model|"
    r"trial profile|study timeline|(?:gene )?targeting strategy|cloning strategy|(?:plasmid|vector) map|"
    r"(?:synthetic|synthesis|retrosynthetic) (?:route|scheme|pathway)|reaction scheme|"
    r"road ?map|control loop|testbed|test bench)"
)

# Narrower than `_METHOD`: what is built, so that "structure of" and "design of" it mean its architecture.
_BUILT = (
    r"(?:framework|pipeline|work-?flows?|architecture|networks?|algorithms?|methods?|methodology|approach|"
    r"systems?|software|platform|protocol|procedure|experiments?|experimental (?:set-?up|design|procedure)|"
    r"stud(?:y|ies)|simulator|decoder|encoder|classifier|controller|detector|loop|training|inference|"
    r"toolkit|library|packages?|data ?sets?|data ?base|model architecture)"
)

_SHOWS = (
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
    r"trajector\w+|indicators?|correlat\w+|network of|phylogen\w+|tree|scatter|graph|structure of the|domain"
)

FIGURE_RULES = (
    Rule(
        name="figure_head_opens_with_result",
        kind="figure",
        subcategory="fig_result",
        confidence=0.99,  # judged 46/46, 41/41
        pattern=opening(
            r"results?|comparisons?|effects?|distributions?|histograms?|(?:\w+ ){0,2}plots?|ablations?",
            r"performance|(?:training|validation|test) (?:loss|accuracy)|learning curves?|loss curves?|roc",
            r"receiver operat\w+",
            r"confusion matri\w+|heat ?maps?|correlations?|accuracy|absolute|relative|mean|average",
            r"time course",
            r"evolution|variation|changes?|expression|predicted|simulated|measured|observed|estimated",
            r"spectr\w+|relationships?|differences?|dependence|convergence|runtime|running time|scaling",
            r"sensitivity|frequency",
            r"comparação|comparación|variação|variación|efeito|efecto|distribuição|distribución",
            r"gráficos? d\w+|vergleich|ergebnisse|résultats|comparaison|verteilung",
        ),
    ),
    Rule(
        name="figure_head_opens_with_architecture",
        kind="figure",
        subcategory="fig_architecture",
        confidence=0.97,  # judged 17/17, 16/16
        pattern=opening(
            rf"overview of (?:{GAP5})(?:{_METHOD})|{GAP2}(?:{_BUILD})",
            r"(?:consort|prisma)|(?:experimental|study|sampling|trial|survey|system|software|model|network) "
            r"(?:design|set-?up|protocol|scheme|overview|structure|layout)",
            rf"schematics?(?: \w+)? (?:of|for|showing) {GAP5}{_METHOD}",
            rf"diagram showing the method|illustration of (?:the |our ){GAP5}{_METHOD}",
            r"(?:strategy|stages|steps|procedure|protocol) (?:for|of|to|in|used|identifying)",
            rf"processing of|{GAP2}operation (?:between|applied)",
            r"(?:crossover|selection|mutation) (?:process|operation)",
            rf"{GAP2}constructs?|synthesis of|project (?:layout|structure)",
            r"(?:[\w-]+ ){0,3}(?:algorithm|meta[- ]?model|timeline)\W*$|course timeline",
            r"reverse genetics protocols?",
            r"fluxograma|diagrama de (?:flujo|fluxo|bloques|blocos)|ar?quite[ck]?tura|flussdiagramm",
            r"organigramme",
            rf"(?:schematic )?(?:diagram|layout|representation|depiction|description|structure|scheme|summary|"
            rf"outline|illustration|design|schema|visuali[sz]ation|view) of (?:{GAP5})(?:{_BUILT})",
            rf"how (?:{GAP5})(?:{_BUILT}) (?:works?|operates?|functions?)",
            rf"(?:{GAP5})(?:algorithms?|data) ?(?:and|/) ?(?:data ?)?flows?",
            r"(?:[\w-]+ ){0,2}(?:u-?net|resnet|cnn|lstm|rnn|gru|mlp|gan|vae|auto-?encoder|transformer|"
            r"perceptron|neural network|block|layer|module|cell|unit|network|model) "
            r"(?:architecture|structure|design|layout|diagram|topology)",
            rf"(?:{GAP2})(?:randomi[sz]ation|recruitment|enrol?lment|screening|inclusion|exclusion|selection) "
            rf"(?:{GAP2})(?:process|procedure|flow|scheme|strategy|of (?:the )?(?:stud(?:y|ies)|articles|papers|"
            rf"patients|participants|subjects|cases|samples?))",
            rf"(?:{GAP2})(?:treatment|dosing|infusion|stimulation|immuni[sz]ation|vaccination|injection|task|"
            rf"trial|session) (?:schedule|regimen|protocol|paradigm|structure|sequence|scheme|design|timeline)",
        ),
        unless=words(
            r"proteins?|complex(?:es)?|crystals?|formation|molecul\w+|genes?|coordinate systems?",
            r"results? (?:of|for|from)|performance|accuracy|output of",
        ),
    ),
    Rule(
        name="figure_head_opens_with_illustration",
        kind="figure",
        subcategory="fig_illustration",
        confidence=0.94,  # judged 26/26, 19/21
        pattern=opening(
            r"(?:\w+ )?(?:maps?|location) (?:showing|of)(?: the)? (?:\w+ ){0,2}(?:study|sites?|area|"
            r"location|region|surveyed)",
            r"map showing|geological map|study (?:sites?|area|locations?|region)|location of the",
            r"sampling (?:sites?|locations?)",
            r"photo(?:graph|micrograph)?s?|illustrations?|examples? (?:of|graph|image|input|circuit)",
            r"an example|schematics?|sketch\w*",
            r"cartoons?|(?:proposed )?(?:possible )?(?:models? for|mechanisms?)|geometry",
            r"(?:\w+ ){0,2}chemical structures?",
            r"structures? of (?:\w+ ){0,5}(?:compounds?|inhibitors?|derivatives?)|concept(?:ual)? \w+",
            r"causal diagram",
            r"diagram showing|(?:\w+ ){0,2}web interface|(?:\w+ ){0,2}user interface|screenshots?",
            r"habitus|morphs?|anatom\w+|behaviou?r diagram|pedigree|life cycle|definition of|notation",
            r"(?:dorsal|ventral|lateral)(?: and \w+)? views?",
            r"mapa d\w+|localização|localización|fotografias?|vista (?:geral|general)|esquema|foto",
            r"ilustra[çc]\w+|visão geral|vue|carte|karte",
            r"(?:3-?d |three-dimensional )?(?:depictions?|drawings?|renderings?|diagrams?|diagrammatic \w+|"
            r"cut-?away|cross[- ]section(?:al)? (?:view|drawing|sketch))",
            r"(?:pictures?|images?|views?|close-?ups?) of (?:the |an? |our )?(?:\w+ ){0,3}(?:devices?|set-?up|"
            r"apparatus|instruments?|robots?|sensors?|boards?|machines?|equipment|prototypes?|specimens?|"
            r"sites?|rooms?|fields?|buildings?|vehicles?|plants?|animals?|patients?|cameras?|phantoms?)",
            r"visual (?:examples?|explanation)|graphical (?:representation|abstract|explanation)",
            r"(?:sample|example|exemplary|typical|representative|toy|worked) (?:examples?|images?|pictures?|"
            r"frames?|graphs?|stimul(?:i|us)|scenes?|trees?|networks?|circuits?|questions?|items?|inputs?|"
            r"documents?|screens?|problems?|execution|instance)",
            r"(?:basic |general |working |underlying )?(?:principles?|concepts?|ideas?|intuition) (?:of|behind|for)",
            r"(?:[\w-]+ ){0,2}(?:geometry|coordinate systems?|notations?|conventions?|nomenclature|anatomy|"
            r"morphology|habitus|holotype|paratypes?|specimens?|stimuli)\b(?! (?:of the )?(?:results?|changes?))",
            r"(?:location|locations|position|positions|site|sites|route|localities) of",
            r"(?:[\w-]+ ){0,2}(?:locations?|site|orientation|overview|locality|geographic\w*|topographic|"
            r"sampling|index) maps?",
            r"(?:[\w-]+ ){0,2}(?:directed acyclic|causal|conceptual|path) (?:graphs?|models?|diagrams?|"
            r"frameworks?)|dag",
            r"overview of (?:the )?(?:[\w₀-₉-]+ ){0,3}(?:pathways?|cycles?|mechanisms?|anatomy|metabolism|"
            r"history|biosynthesis|signal\w*|instrument)",
            r"(?:[\w-]+ ){0,3}(?:metabolic|signal(?:l?ing)?|biosynthetic|reaction|regulatory) pathways? (?:of|in|for)",
            r"(?:major |key |main )?(?:milestones?|history|chronology|time ?line) (?:of|from|in) (?:the )?"
            r"(?!experiment|study|trial)",
            r"(?:[\w-]+ )?(?:free[- ]body|feynman|ladder|phase space|hasse|dynkin|venn|euler|voronoi|"
            r"karnaugh|commutative|ribbon|energy level|level|term|string|spin) (?:diagrams?|maps?|schemes?)",
            r"structures? of (?!.{0,80}\b(?:complex|protein|enzyme|domain))(?:the )?(?:[\w-]+ ){0,4}(?:derivatives?|molecules?|ligands?|drugs?|monomers?|"
            r"polymers?|substrates?|dyes?|[A-Z]+\d+)",
            r"mapping between|relations? between (?:the )?(?:\w+ ){0,3}(?:sets|spaces|concepts|terms|variables)\W*$",
            r"visuali[sz]ation of the (?:concept|idea|notation|problem|geometry|setting)|problem (?:setting|setup)",
            r"(?:[\w-]+ ){0,2}execution of|(?:the |an? )?(?:[\w-]+ ){1,4}execution\W*$",
            r"(?:gui|interface gráfica|configuração|configuración|estrutura|estructura|\w+ instrumentation)",
        ),
        unless=words(
            r"fit(?:s|ted)?|spectr\w+|variation|distributions?|densit(?:y|ies)|analysis|trajector\w+",
            r"traces?|recordings?",
            r"time series|isosurfaces?|velocity|predict\w+|results?|errors?|loss|performance|estimates?",
            r"outputs?",
        ),
    ),
    Rule(
        name="figure_head_says_architecture",
        kind="figure",
        subcategory="fig_architecture",
        confidence=0.67,  # judged 0/0, 1/1
        pattern=words(
            r"circuit diagrams?|quantum circuit|data ?flows|(?:network|overall|model) structure|flow-?diagram",
            r"consort|prisma|(?:experimental|study|trial|system|network|software|hardware) (?:set-?up|design|"
            r"layout|architecture|timeline|diagram|overview)|end-to-end|feed-?back loop",
            rf"(?:stages?|steps?|phases?|components?|modules?|layers?|structure|building blocks) of (?:{GAP5})"
            rf"(?:{_BUILT})",
            rf"(?:diagram|schematic\w*|overview|outline|depict\w*|illustrat\w+|summar\w+) (?:of |the |our )"
            rf"(?:{GAP5})(?:{_BUILT})",
            rf"flow ?charts?|flow diagrams?|block diagrams?|work-?flows?|pipelines?|{GAP2}study design",
            r"state machine",
            r"(?:proposed|network|system|model|overall|our|encoder|software) (?:architecture|framework|"
            r"pipeline)",
            rf"reproducible workflow|structure flowchart|overview of (?:{GAP5}){_METHOD}",
            r"sampling design|experimental design",
        ),
        unless=words(
            r"results?|performance|comparison|accuracy|versus|error|effect|runtime|speed|expression",
            r"data from|proteins?|complex(?:es)?|crystals?",
        ),
    ),
    Rule(
        name="figure_head_says_illustration",
        kind="figure",
        subcategory="fig_illustration",
        confidence=0.85,  # judged 1/2, 9/9
        pattern=words(
            r"(?:dorsal|ventral|lateral) views?|illustration|schematic(?:ally)?|cartoon|sketch",
            r"photographs?|diagrammatic|cut-?away|conceptual(?:ly)?|free[- ]body|\w+ illustrated(?=:|\W*$)",
            r"(?:is|are) (?:sketched|depicted|drawn)|artist'?s|schematics|toy (?:example|model)",
            r"(?:worked|simple|running|toy|motivating) example",
            r"map showing|maps? of (?:[\w,]+ ){1,8}(?:study|sampling|localit\w+|locations?|sites?|"
            r"position)|chemical structures?|graphical user interface|screenshots?",
            r"proposed (?:\w+ ){0,2}(?:model|mechanism|network|pathway)s?",
        ),
        unless=words(r"results?|performance|comparison|accuracy|versus|error|representative|expression"),
    ),
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
        confidence=0.7,
        where="mentions",
        pattern=re.compile(
            rf"\b(?:architecture|work-?flow|pipeline|framework|flow ?chart|flow diagram|block diagram|"
            rf"study design|experimental design|set-?up|data ?flow|circuit|protocol) (?:of|for|is|are|used|that|in)\b"
            rf"|\b{_SHOWS} (?:the |an? |our |this )?{GAP5}{_BUILD}\b"
            rf"|\b{_SHOWS} (?:an? |the )?(?:overview|outline|schematic|diagram|structure|design|stages?|steps?)"
            rf" (?:of|for) {GAP5}{_BUILT}\b"
            rf"|\b{_BUILT} (?:is|are|was|were) (?:\w+ )?(?:outlined|depicted|sketched|illustrated|summari[sz]ed|"
            rf"schemati[sz]ed) in\b",
            re.IGNORECASE,
        ),
        unless=_FINDING,
    ),
    Rule(
        name="figure_mention_says_illustration",
        kind="figure",
        subcategory="fig_illustration",
        confidence=0.7,
        where="mentions",
        pattern=re.compile(
            rf"\b(?:is|are|was|were) (?:schematically )?(?:sketched|schematically (?:illustrated|depicted|shown|drawn))\b"
            rf"|\b{_SHOWS} (?:an? |the |some |two |three |our )?(?:\w+ ){{0,2}}(?:examples?|sketch|cartoon|photographs?|"
            rf"photos?|pictures?|screen ?shots?|screens?|maps?|locations?|geometry|geometries|concepts?|interface|"
            rf"chemical structures?|anatomy|notation|definitions?)\b"
            rf"|\b(?:photographs?|sketch|screen ?shots?|illustrations?|map|location|geometry|schematic (?:view|"
            rf"representation|drawing|diagram|illustration)) (?:of|for|is|are)\b"
            rf"|\b(?:study (?:area|site)|sampling sites?|coordinate system|user interface)s? (?:is|are|was|were)\b"
            rf"|\bfor (?:an )?(?:example|illustration|explanation)s?,? (?:of|see)\b|\billustrates? (?:the|an?|how|this)\b",
            re.IGNORECASE,
        ),
        unless=_FINDING,
    ),
    Rule(
        name="figure_caption_names_lines",
        kind="figure",
        subcategory="fig_result",
        confidence=0.9,
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
        confidence=0.7,
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
        confidence=0.7,
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
        confidence=0.9,
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
        pattern=opening(rf"overview of (?:{GAP5})(?:{_METHOD})", rf"{GAP2}(?:{_BUILD})"),
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
        confidence=0.9,
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
        confidence=0.6,
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
        confidence=0.6,
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
        confidence=0.65,
        pattern=words(
            r"interface|window|dialogue?|menu|screen|web ?(?:page|site)|dashboard|editor|viewer|tool ?bar|home ?page",
            r"devices?|prototypes?|apparatus|cameras?|sensors?|probes?|electrodes?|boards?|microscope|3-?d[- ]print\w+|"
            r"chamber|housing|mount(?:ed)?|assembl(?:y|ed)|robots?|antennas?|lens(?:es)?|telescope|instrument|machine|"
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
