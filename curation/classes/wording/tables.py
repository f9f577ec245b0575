"""Rules that tell a table of parameters from a table of results, in the order in which they are tried.

Behind each confidence stands what the rule got right of what was judged: see `class_rules`.
"""

import re

from curation.classes.wording.rule import GAP2, GAP5, Rule, TableCondition, opening, words

_INPUT = (
    r"(?:hyper-?parameters?|parameters?|settings?|notations?|symbols?|abbreviations?|acronyms?|nomenclature|"
    r"specifications?|configurations?|constants|definitions?|variables|features|attributes|hardware|primers|"
    r"instruments?|data ?sets?|materials|ingredients|treatments?)"
)
_RESULT_WORDS = words(
    r"results?|performance|comparison|accuracy|effects?|estimated|estimates?|fitted|best-fit|inferred",
    r"regression|"
    r"outcomes?|correlations?|scores|ablation|posterior|recovered|predict\w+|differences?|association\w*",
    r"changes?|"
    r"kinetic|pharmacokinetic|thermodynamic|validation|error|bias|time-averaged|statistical tests?|anova",
)

_LISTED = (
    r"(?:(?:hyper-?)?parameters?(?: values?| settings?)?|settings?|notations?|symbols|abbreviations|acronyms|"
    r"variables|features|attributes|configurations?|specifications?|characteristics|demographics?|data ?sets?|"
    r"corpora|instruments?|hardware|materials|ingredients|treatments?|primers|strains|plasmids|antibodies|"
    r"reagents|conditions|scenarios|definitions?|categories|criteria|questions|items|stations|sites|samples|"
    r"options|commands|functions|methods|tools|packages|technologies|approaches|types|tasks|terms|concepts|"
    r"requirements|components|costs|prices|formats?|fields|columns|codes|studies|interventions|rules|steps|"
    r"participants|subjects|patients|respondents|species|properties)"
)
_FINDING = words(
    r"results?|performance|compar\w+|significant\w*|higher|lower|highest|lowest|estimated|estimates|fitted|"
    r"increase[ds]?|decrease[ds]?|accuracy|scores?|correlat\w+|observed|obtained|found that|indicat\w+|revealed|"
    r"outperform\w*|improv\w+|effects?|differences?|best"
)

TABLE_RULES = (
    Rule(
        name="table_header_weighs_options",
        kind="table",
        subcategory="table_parameter",
        confidence=0.85,  # set, not judged
        table=TableCondition(
            header=words(
                r"benefits?|advantages?|disadvantages?|drawbacks?|limitations?|strengths?|weaknesses|pros|cons"
            ),
            max_numeric_share=0.3,
        ),
    ),
    Rule(
        name="table_head_opens_with_parameters",
        kind="table",
        subcategory="table_parameter",
        confidence=0.94,  # judged 14/15, 17/17
        pattern=opening(
            rf"(?:(?:summary|list|overview|description|table|set|values|details) of )?(?:the |all )?{GAP2}"
            rf"(?:hyper-?parameters?|notations?|symbols?|abbreviations|acronyms|nomenclature|"
            rf"specifications?|settings?|configurations?|physical constants|primers|definitions?)",
            rf"{GAP2}parameters?(?: values?| settings?)?(?: (?:used|of|for|defining|in|and|setting)|"
            rf"[.:,]|$)|{GAP2}(?:demographic\w*|(?:baseline|patients?|participants?|sample|study|clinical|"
            rf"socio\S+|data ?set) characteristics?)",
            r"(?:[\w-]+,? ){0,4}characteristics? of",
            r"data ?sets? (?:used|usage|statistics|description|overview)",
            rf"statistics of (?:the )?{GAP2}data ?sets?",
            rf"(?:description|list|overview|summary|definition) of (?:the )?{GAP5}(?:{_INPUT}|stations|"
            rf"courses?|lectures|exercises)",
            rf"{GAP2}(?:treatment structure|experimental (?:design|conditions|set-?up)|hardware|"
            rf"scoring system|input features)",
            r"numbers? of (?:participants|patients|subjects|samples|images|documents)|breakdown of",
            rf"composition of|"
            rf"{GAP5}(?:indicators|variables|parameters|features|attributes|terms|materials) used (?:in|"
            rf"for|to)|(?:field activities|instance types?|instrument|questionnaire items?|interview guide|"
            rf"inclusion criteria|search terms?)",
            r"(?:[\w-]+ ){0,3}(?:procedures?|protocols?|formats?|syntax|entity sets?|schedules?|questionnaires?|"
            r"(?:inclusion|exclusion|eligibility|evaluation|assessment|selection|diagnostic) (?:and \w+ )?"
            r"(?:criteria|metrics|protocol|data ?sets?|set-?up)|nomenclature|oligonucleotides|antibodies|"
            r"reagents|plasmids|strains|chemicals|ingredients|operators|keywords|commands|codes|taxonomy|"
            r"typology|glossary|search (?:strategy|terms|strings?)|data sources|research questions|"
            r"hypotheses|cost breakdown|bill of materials)(?=[.:,]|$| (?:and|of|used|for|in|with)\b)",
            rf"(?:(?:summary|list|overview|description|classification|categori[sz]ation|comparison) of )"
            rf"(?:the |all |our )?(?:{GAP2})(?:existing|previous|related|available|published|included|"
            rf"reviewed|selected|used|tested|evaluated|considered|main|key|different)? ?(?:{GAP2})"
            rf"(?:studies|literature|works?|tools|approaches|options|functions|categories|classes|types|terms|"
            rf"cohorts?|experiments|scenarios|cases|tasks|benchmarks|samples?|sites|sources|symbols|concepts|"
            rf"techniques|technologies|software|packages|libraries|instruments|interventions)",
            r"(?:[\w-]+ ){0,2}(?:methods|functions|operators|commands|modules|classes|options|arguments|tasks|"
            r"scenarios|experiments) (?:from|of|provided|available|implemented|supported|used|considered)",
            r"(?:descriptive statistics|summary statistics|profile|composition|distribution|breakdown) of "
            r"(?:the )?(?:[\w-]+ ){0,2}(?:samples?|households|respondents|participants|patients|subjects|"
            r"cohorts?|data ?sets?|corpus|corpora|study population|explanatory variables)",
            r"parâmetros|parámetros|características d\w+|parametri|paramètres|verwendete|lista d\w+",
            r"definições|definiciones",
        ),
        unless=_RESULT_WORDS,
    ),
    Rule(
        name="table_head_opens_with_result",
        kind="table",
        subcategory="table_result",
        confidence=0.98,  # judged 36/36, 23/23
        pattern=opening(
            r"(?:\w+ ){0,2}(?:results?|comparisons?|performance|accuracy|effects?|ablation|estimates?|"
            r"estimation)|(?:\w+ ){0,2}(?:correlation|regression|anova|analysis of variance|mean|median|"
            r"statistical tests?)",
            r"(?:associations?|correlates|predictors|differences?|changes?|prevalence|concentrations?|"
            r"evaluation(?! (?:data|sets?|metrics?|criteria|protocol|settings?|set-?up|scenarios?))|outcomes?)",
            r"resultados?|comparação|comparación|ergebnisse|vergleich|résultats|efeito|efecto",
        ),
    ),
    Rule(
        name="table_head_says_parameters",
        kind="table",
        subcategory="table_parameter",
        confidence=0.92,  # judged 8/8, 3/3
        pattern=re.compile(
            r"\b(?:parameters|hyper-?parameters|settings|specifications)\W*$"
            r"|\b(?:used|considered|employed) (?:in|for) (?:testing|training|evaluation|(?:the|our|this|"
            r"these) \w+)"
            r"|^\W*(?:the )?(?:levels? of (?:the )?(?:\w+ )?(?:variables?|factors?)|details (?:of|about|"
            r"on) the)|\b(?:supported|implemented|available) (?:by|in|for)\b"
            r"|\b(?:socio-?)?demographics?\b|\b(?:patients?|participants?|sample|subjects?|study|tumou?r|site|cohort|"
            r"household|population|clinico\w+|clinical|general|soil|climatic|physical|technical|main) "
            r"(?:\w+ ){0,2}(?:characteristics|details|information|profiles?|specifications)\b"
            r"|^\W*(?:(?:complete|full|short|detailed|brief) )?(?:lists?|glossary|inventory|catalogue?|definitions?|"
            r"nomenclature|requirements|materials|components|hardware|inputs?|constants|levels|factors|questions|"
            r"locations?|coordinates|sequences|sampling|technical data|timeline|time ?table|milestones|"
            r"examples) (?:of|"
            r"for|used|and|in)\b"
            r"|^\W*(?:the )?(?:[\w-]+ ){0,3}(?:data ?sets?|corpora|corpus|materials|equipment|instrumentation|"
            r"samples|"
            r"treatments|scenarios|factors and levels|design matrix|input data|inputs|data sources)\W*$"
            r"|\b(?:factors?|variables) and (?:their )?(?:\w+ )?(?:levels|ranges|values|units|descriptions?)\b"
            r"|\b(?:and|with) (?:their|its|the) (?:\w+ )?(?:descriptions?|definitions?|meanings?|units|ranges|"
            r"sources)\b"
            r"|\bcharacteristics\b.{0,60}\b(?:of|used|utili[sz]ed|included)\b"
            r"|\b(?:used|utili[sz]ed|employed|included) (?:in|for|throughout) (?:the|this|our) "
            r"(?:present |current )?(?:study|work|paper|experiments?|analys[ie]s|simulations?)\b",
            re.IGNORECASE,
        ),
        unless=_RESULT_WORDS,
    ),
    Rule(
        name="table_header_lists_parameters",
        kind="table",
        subcategory="table_parameter",
        confidence=0.75,  # judged 0/0, 2/2
        unless=_RESULT_WORDS,
        table=TableCondition(
            header=re.compile(
                r"^(?:\W*(?:math )?(?:hyper-?)?(?:parameters?|symbols?|notations?|constants?|variables?|"
                r"abbreviations?|acronyms?|"
                r"terms?|fields?|attributes?|features?|settings?|options?|parâmetros?|parámetros?)\b[^|]*\|)"
                r".*\b(?:values?|descriptions?|definitions?|meanings?|units?|explanations?|defaults?|"
                r"range|type|macro|operators?|scoring|valor|descrição|descripción)\b",
                re.IGNORECASE,
            ),
            unless=words(
                r"p[- ]?values?|std\.?|s\.?e\.?|standard error|t value|95 ?% ci|coefficients?|estimates?"
            ),
        ),
    ),
    Rule(
        name="table_header_describes",
        kind="table",
        subcategory="table_parameter",
        confidence=0.8,  # set, not judged
        unless=_RESULT_WORDS,
        table=TableCondition(
            header=words(
                r"descriptions?|definitions?|meanings?|explanations?|purpose|usage|syntax|defaults?|data ?types?|"
                r"abbreviations?|symbols?|units?|manufacturers?|suppliers?|vendors?|catalog(?:ue)? (?:no|number)|"
                r"sequence \(5|primers?|(?:version|years?) added|licen[cs]e|url|website|availability|remarks?"
            ),
            max_numeric_share=0.45,
        ),
    ),
    Rule(
        name="table_cells_hold_statistics",
        kind="table",
        subcategory="table_result",
        confidence=0.96,  # judged 16/16, 10/10
        unless=words(r"characteristics?|demographic\w*|baseline|parameters?"),
        table=TableCondition(
            header=re.compile(
                r"\b(?:p[- ]?values?|95 ?% ?ci|accuracy|auc|auroc|f1|precision|recall|rmse|mae|mse|bleu|"
                r"coefficients?|std\.?|mean|s\.?d\.?|median|odds ratio|score|r2|ic50|yield|time|memory)\b|±",
                re.IGNORECASE,
            ),
            min_numeric_share=0.4,
        ),
    ),
    Rule(
        name="table_cells_hold_spreads",
        kind="table",
        subcategory="table_result",
        confidence=0.94,  # judged 6/6, 8/8
        unless=words(r"characteristics?|demographic\w*|baseline|parameters?"),
        table=TableCondition(min_plus_minus_share=0.2),
    ),
    Rule(
        name="table_mention_says_parameters",
        kind="table",
        subcategory="table_parameter",
        confidence=0.75,  # set, not judged
        where="mentions",
        pattern=re.compile(
            rf"\b(?:lists?|summari[sz]es|describes?|details?|defines?|gives?|provides?|contains?|specifies|"
            rf"presents?|shows?|reports?|outlines?|explains?) (?:the |all |an overview of |some |our )?{GAP5}"
            rf"{_LISTED}\b"
            rf"|\b{_LISTED} (?:\w+ )?(?:is|are|was|were|can be|used) (?:\w+ ){{0,5}}(?:listed|given|summari[sz]ed|"
            rf"provided|described|detailed|defined|specified|found|presented|shown|reported|outlined|tabulated|stands?)\b"
            rf"|\b(?:list|overview|summary|description|definition)s? of (?:the |all )?{GAP5}{_LISTED}\b"
            rf"|\b(?:see|cf\.?) tab(?:le|\.) \S+ for (?:an? |the )?(?:\w+ )?(?:details?|overview|list|definitions?|"
            rf"descriptions?|full list|explanation|notation)",
            re.IGNORECASE,
        ),
        unless=_FINDING,
    ),
    Rule(
        name="table_caption_names_only_itself",
        kind="table",
        subcategory="table_parameter",
        confidence=0.7,  # set, not judged
        pattern=re.compile(
            r"^\W*(?:this is )?(?:an?|the|my|our|some|one)?\W*(?:first|second|third|left|right|top|bottom|another|"
            r"sample|example|test|dummy|small|large|big|bigger|wide|long|simple)? ?(?:table|tabular)s?"
            r"(?: caption| title| here| environment| in a \w+| with \w+ (?:columns|rows|panels|cells))?\W*$",
            re.IGNORECASE,
        ),
    ),
    Rule(
        name="table_cells_are_letters",
        kind="table",
        subcategory="table_parameter",
        confidence=0.7,  # set, not judged
        table=TableCondition(body=re.compile(r"^[^\W\d]{1,2}(?: \| [^\W\d]{1,2}){2,11}$"), min_rows=2),
    ),
    Rule(
        name="table_is_prose",
        kind="table",
        subcategory="table_parameter",
        confidence=0.7,  # judged 5/8, 17/23
        unless=_RESULT_WORDS,
        table=TableCondition(max_numeric_share=0.1, min_rows=3),
    ),
)
