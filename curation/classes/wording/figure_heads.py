"""Rules that tell figures apart by the first sentence of their caption, in the order in which they are tried.

Behind each confidence stands what the rule got right of what was judged: see `class_rules`.
"""

from curation.classes.wording.rule import GAP2, GAP5, Rule, opening, words
from curation.classes.wording.words import BUILD, BUILT, METHOD

FIGURE_HEAD_RULES = (
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
            rf"overview of (?:{GAP5})(?:{METHOD})|{GAP2}(?:{BUILD})",
            r"(?:consort|prisma)|(?:experimental|study|sampling|trial|survey|system|software|model|network) "
            r"(?:design|set-?up|protocol|scheme|overview|structure|layout)",
            rf"schematics?(?: \w+)? (?:of|for|showing) {GAP5}{METHOD}",
            rf"diagram showing the method|illustration of (?:the |our ){GAP5}{METHOD}",
            r"(?:strategy|stages|steps|procedure|protocol) (?:for|of|to|in|used|identifying)",
            rf"processing of|{GAP2}operation (?:between|applied)",
            r"(?:crossover|selection|mutation) (?:process|operation)",
            rf"{GAP2}constructs?|synthesis of|project (?:layout|structure)",
            r"(?:[\w-]+ ){0,3}(?:algorithm|meta[- ]?model|timeline)\W*$|course timeline",
            r"reverse genetics protocols?",
            r"fluxograma|diagrama de (?:flujo|fluxo|bloques|blocos)|ar?quite[ck]?tura|flussdiagramm",
            r"organigramme",
            rf"(?:schematic )?(?:diagram|layout|representation|depiction|description|structure|scheme|summary|"
            rf"outline|illustration|design|schema|visuali[sz]ation|view) of (?:{GAP5})(?:{BUILT})",
            rf"how (?:{GAP5})(?:{BUILT}) (?:works?|operates?|functions?)",
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
            r"(?:[\w-]+ ){0,3}(?:metabolic|signal(?:l?ing)?|biosynthetic|reaction|regulatory) pathways? (?:of|"
            r"in|for)",
            r"(?:major |key |main )?(?:milestones?|history|chronology|time ?line) (?:of|from|in) (?:the )?"
            r"(?!experiment|study|trial)",
            r"(?:[\w-]+ )?(?:free[- ]body|feynman|ladder|phase space|hasse|dynkin|venn|euler|voronoi|"
            r"karnaugh|commutative|ribbon|energy level|level|term|string|spin) (?:diagrams?|maps?|schemes?)",
            r"structures? of (?!.{0,80}\b(?:complex|protein|enzyme|"
            r"domain))(?:the )?(?:[\w-]+ ){0,4}(?:derivatives?|molecules?|ligands?|drugs?|monomers?|"
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
            rf"(?:{BUILT})",
            rf"(?:diagram|schematic\w*|overview|outline|depict\w*|illustrat\w+|summar\w+) (?:of |the |our )"
            rf"(?:{GAP5})(?:{BUILT})",
            rf"flow ?charts?|flow diagrams?|block diagrams?|work-?flows?|pipelines?|{GAP2}study design",
            r"state machine",
            r"(?:proposed|network|system|model|overall|our|encoder|software) (?:architecture|framework|"
            r"pipeline)",
            rf"reproducible workflow|structure flowchart|overview of (?:{GAP5}){METHOD}",
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
)
