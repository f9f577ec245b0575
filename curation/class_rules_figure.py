"""Rules that tell architecture, illustration and result apart, in the order in which they are tried.

Behind each confidence stands what the rule got right of what was judged: see `class_rules`.
"""

from curation.class_rule import GAP2, GAP5, Rule, opening, words

_METHOD = (
    r"(?:models?|methods?|approach|networks?|framework|systems?|algorithm\w*|pipeline|workflow|procedure|"
    r"process|"
    r"architecture|study|experiments?|experimental|methodology|technology|technique|platform|protocol|"
    r"software|strategy|training|inference|module|set-?up|apparatus|loop|encoder|decoder|simulator|library|"
    r"toolkit|tool)"
)
_BUILD = (
    r"(?:framework|pipeline|work-?flow|flow ?charts?|flow diagrams?|block diagrams?|architecture|"
    r"data ?flows?|"
    r"sequence diagram|class diagram|state machine|system design|learning flow|decision tree for)"
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
        ),
        unless=words(r"proteins?|complex(?:es)?|crystals?|formation|molecul\w+|genes?|coordinate systems?"),
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
            r"photographs?|circuit diagrams?",
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
            r"error bars?|[xy]-axis",
            r"(?:solid|dashed|dotted|dash-dot\w*|blue|red|black|green|gr[ae]y) (?:lines?|curves?|bars?|"
            r"dots?)|[np] ?[=<>≤] ?[\d.]+|confidence intervals?|standard (?:deviation|error)s?",
            r"s\.?e\.?m\.?|histograms?|scatter",
            r"as a function of|versus|vs\.?|percentages?|time ?series|power spectr\w+|contours?|curves?",
            r"plots?|plotted",
            r"western blot\w*|immuno\w+|staining|stained|micrographs?|scale bars?|heat ?maps?",
            r"box ?plots?|fitted|regression",
        ),
    ),
    Rule(
        name="figure_mention_says_architecture",
        kind="figure",
        subcategory="fig_architecture",
        confidence=0.5,  # judged 1/2, 0/0
        where="mentions",
        pattern=words(
            r"(?:architecture|overview|work-?flow|pipeline|framework|flow ?chart|flow diagram|"
            r"block diagram|study design) (?:of|for|is|are|in|used|shown|that)",
            rf"schematic(?:ally)? (?:\w+ ){{0,3}}of {GAP5}{_METHOD}",
        ),
        unless=words(
            r"results?|performance|compar\w+|accuracy|versus|significant\w*|increase[ds]?|decrease[ds]?",
            r"higher|lower",
        ),
    ),
    Rule(
        name="figure_mention_says_illustration",
        kind="figure",
        subcategory="fig_illustration",
        confidence=0.6,  # judged 1/1, 4/7
        where="mentions",
        pattern=words(
            r"(?:is|are) schematically (?:illustrated|sketched|depicted|shown)",
            r"illustrates? (?:the|a|an|how|this)",
            r"photographs? of|sketch of|schematic (?:view|representation|drawing)|study (?:area|site)",
        ),
        unless=words(
            r"results?|performance|compar\w+|accuracy|versus|significant\w*|increase[ds]?|decrease[ds]?",
            r"higher|lower",
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
)
