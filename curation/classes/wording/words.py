"""Nouns that several class rules share, as parts of patterns."""

METHOD = (
    r"(?:models?|methods?|approach|networks?|framework|systems?|algorithm\w*|pipeline|workflow|procedure|"
    r"process|"
    r"architecture|study|experiments?|experimental|methodology|technology|technique|platform|protocol|"
    r"software|strategy|training|inference|module|set-?up|apparatus|loop|encoder|decoder|simulator|library|"
    r"toolkit|tool|procedures?|steps?|controller|compiler|sensor network|network topology|processing|"
    r"experiments?|stud(?:y|ies)|trials?|survey|cohort|implementation|integration|implant(?:able)? system|"
    r"classifier|detector system|agents?|data ?base|service|application|device driver|assay|test bench|"
    r"facility|paradigm|design)"
)
BUILD = (
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


# Narrower than `METHOD`: what is built, so that "structure of" and "design of" it mean its architecture.
BUILT = (
    r"(?:framework|pipeline|work-?flows?|architecture|networks?|algorithms?|methods?|methodology|approach|"
    r"systems?|software|platform|protocol|procedure|experiments?|experimental (?:set-?up|design|procedure)|"
    r"stud(?:y|ies)|simulator|decoder|encoder|classifier|controller|detector|loop|training|inference|"
    r"toolkit|library|packages?|data ?sets?|data ?base|model architecture)"
)
