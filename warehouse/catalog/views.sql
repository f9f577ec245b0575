-- The views of one release. `warehouse.catalog` runs this file once for every release, in a schema named after
-- it, and once more in `main` for the latest release. The names after a dollar sign are filled in there; columns
-- of the Parquet files get their comments from `schemas/`, those of the views made here get them here.

CREATE VIEW $schema.pairs AS
SELECT $pair_columns
FROM $pairs;

COMMENT ON VIEW $schema.pairs IS
    'One row for each image with its caption: everything that is known of it but the image, which is in images';

CREATE VIEW $schema.images AS
SELECT pair_id, split, image, width, height, image_format
FROM $pairs;

COMMENT ON VIEW $schema.images IS
    'The image of each pair: image.bytes is a PNG or JPEG file, null where it is withheld; join pairs on pair_id';

CREATE VIEW $schema.papers AS
SELECT *
FROM $papers;

COMMENT ON VIEW $schema.papers IS 'One row for each paper, with its licence, its split and what became of its floats';

CREATE VIEW $schema.rejects AS
SELECT *
FROM $rejects;

COMMENT ON VIEW $schema.rejects IS
    'One row for each paper, figure, table or panel that did not become a pair, with the reason';

CREATE VIEW $schema.duplicates AS
SELECT *
FROM $duplicates;

COMMENT ON VIEW $schema.duplicates IS 'Evidence for each pair that was removed because another one shows the same';

CREATE VIEW $schema.contamination AS
SELECT *
FROM $contamination;

COMMENT ON VIEW $schema.contamination IS
    'Evidence for each pair that was removed because it overlaps a benchmark or a more protected split';

-- Views that answer frequent questions.

CREATE VIEW $schema.class_mix AS
SELECT
    split,
    subcategory,
    count(*) AS pairs,
    round(100 * count(*) / sum(count(*)) OVER (PARTITION BY split), 1) AS percent_of_split
FROM $schema.pairs
GROUP BY split, subcategory
ORDER BY split, subcategory;

COMMENT ON VIEW $schema.class_mix IS 'How many pairs of each class a split holds';
COMMENT ON COLUMN $schema.class_mix.split IS 'train, validation or test';
COMMENT ON COLUMN $schema.class_mix.subcategory IS 'one of the five classes';
COMMENT ON COLUMN $schema.class_mix.pairs IS 'number of pairs';
COMMENT ON COLUMN $schema.class_mix.percent_of_split IS 'share of the pairs of this split, in percent';

CREATE VIEW $schema.image_type_mix AS
SELECT
    image_type,
    subcategory,
    count(*) AS pairs,
    round(avg(image_type_confidence), 2) AS mean_confidence
FROM $schema.pairs
WHERE image_type IS NOT NULL
GROUP BY image_type, subcategory
ORDER BY pairs DESC, image_type, subcategory;

COMMENT ON VIEW $schema.image_type_mix IS 'How many figures are of each image type and class';
COMMENT ON COLUMN $schema.image_type_mix.image_type IS 'what kind of picture the figures are';
COMMENT ON COLUMN $schema.image_type_mix.subcategory IS 'fig_architecture, fig_illustration or fig_result';
COMMENT ON COLUMN $schema.image_type_mix.pairs IS 'number of pairs';
COMMENT ON COLUMN $schema.image_type_mix.mean_confidence IS 'mean confidence of the image type';

CREATE VIEW $schema.license_mix AS
SELECT
    source,
    license_group,
    license_code,
    $withheld AS withheld,
    any_value(withheld_reasons.description) AS description,
    count(*) AS pairs,
    count(DISTINCT paper_key) AS papers
FROM $schema.pairs AS pairs
LEFT JOIN $schema.withheld_reasons AS withheld_reasons ON withheld_reasons.reason = $withheld
GROUP BY ALL
ORDER BY pairs DESC, source, license_group, license_code, withheld;

COMMENT ON VIEW $schema.license_mix IS 'How many pairs stand under which licence, and whose images are withheld';
COMMENT ON COLUMN $schema.license_mix.source IS 'arxiv or pmc';
COMMENT ON COLUMN $schema.license_mix.license_group IS 'commercial, noncommercial or other';
COMMENT ON COLUMN $schema.license_mix.license_code IS 'short code of the licence; null where none is known';
COMMENT ON COLUMN $schema.license_mix.withheld IS
    'why the licence policy of the release leaves these images out; null where they are there';
COMMENT ON COLUMN $schema.license_mix.description IS 'what that means';
COMMENT ON COLUMN $schema.license_mix.pairs IS 'number of pairs';
COMMENT ON COLUMN $schema.license_mix.papers IS 'number of papers that they are from';

CREATE VIEW $schema.panels AS
SELECT
    panel.pair_id,
    panel.parent_id AS figure_id,
    panel.panel,
    $panel_box AS panel_box,
    $panel_confidence AS panel_confidence,
    panel.split,
    panel.subcategory,
    figure.subcategory AS figure_subcategory,
    panel.caption,
    coalesce(figure.caption, panel.parent_caption) AS figure_caption
FROM $schema.pairs AS panel
LEFT JOIN $schema.pairs AS figure ON figure.pair_id = panel.parent_id
WHERE panel.parent_id IS NOT NULL;

COMMENT ON VIEW $schema.panels IS
    'Each panel beside its figure: those that the source gives, and those that were cut out, which have a box';
COMMENT ON COLUMN $schema.panels.pair_id IS 'the panel';
COMMENT ON COLUMN $schema.panels.figure_id IS 'the figure that it is part of';
COMMENT ON COLUMN $schema.panels.panel IS 'its letter';
COMMENT ON COLUMN $schema.panels.panel_box IS
    'x0, y0, x1, y1 in fractions of the figure''s width and height; null for a panel that the source gives';
COMMENT ON COLUMN $schema.panels.panel_confidence IS 'how sure box and letter are, 0 to 1';
COMMENT ON COLUMN $schema.panels.split IS 'train, validation or test';
COMMENT ON COLUMN $schema.panels.subcategory IS 'class of the panel';
COMMENT ON COLUMN $schema.panels.figure_subcategory IS 'class of the figure; null where that is no pair';
COMMENT ON COLUMN $schema.panels.caption IS 'the panel''s own words';
COMMENT ON COLUMN $schema.panels.figure_caption IS 'caption of the figure';

CREATE VIEW $schema.whole_figures AS
SELECT
    $panels_unsplit AS reason,
    any_value(listed.description) AS description,
    source,
    count(*) AS figures
FROM $schema.pairs AS pairs
JOIN $schema.unsplit_reasons AS listed ON listed.reason = $panels_unsplit
GROUP BY ALL
ORDER BY figures DESC, reason, source;

COMMENT ON VIEW $schema.whole_figures IS 'How many figures stayed whole, and why';
COMMENT ON COLUMN $schema.whole_figures.reason IS 'reason, one of the closed list in the view unsplit_reasons';
COMMENT ON COLUMN $schema.whole_figures.description IS 'what the reason means';
COMMENT ON COLUMN $schema.whole_figures.source IS 'arxiv or pmc';
COMMENT ON COLUMN $schema.whole_figures.figures IS 'number of figures';

CREATE VIEW $schema.reject_reasons AS
SELECT
    rejects.reason,
    any_value(reasons.description) AS description,
    rejects.stage,
    split_part(rejects.paper_key, ':', 1) AS source,
    count(*) AS rejects,
    count(rejects.pair_id) AS floats,
    round(100 * count(*) / sum(count(*)) OVER (), 1) AS percent
FROM $schema.rejects AS rejects
LEFT JOIN $schema.reasons AS reasons ON reasons.reason = rejects.reason
GROUP BY rejects.reason, rejects.stage, source
ORDER BY rejects DESC, rejects.reason, rejects.stage, source;

COMMENT ON VIEW $schema.reject_reasons IS 'How often each reason occurs, by stage and source, with what it means';
COMMENT ON COLUMN $schema.reject_reasons.reason IS 'reason, one of the closed list in the view reasons';
COMMENT ON COLUMN $schema.reject_reasons.description IS 'what the reason means';
COMMENT ON COLUMN $schema.reject_reasons.stage IS 'stage that rejected';
COMMENT ON COLUMN $schema.reject_reasons.source IS 'arxiv or pmc';
COMMENT ON COLUMN $schema.reject_reasons.rejects IS 'number of rejects, whole papers included';
COMMENT ON COLUMN $schema.reject_reasons.floats IS 'of those, figures, tables and panels';
COMMENT ON COLUMN $schema.reject_reasons.percent IS 'share of all rejects, in percent';

CREATE VIEW $schema.table_ocr AS
WITH words AS (
    SELECT
        *,
        list_distinct(regexp_extract_all(lower(table_text), '[\p{L}\p{N}.]+')) AS source_list,
        regexp_extract_all(lower(ocr_text), '[\p{L}\p{N}.]+') AS ocr_list
    FROM $schema.pairs
    WHERE table_text IS NOT NULL AND ocr_text IS NOT NULL
),
counted AS (
    SELECT
        *,
        len(source_list) AS source_words,
        -- for the few words of a table quicker than list_intersect, which builds a hash table of them
        len(list_filter(source_list, lambda word: list_contains(ocr_list, word))) AS words_read
    FROM words
)
SELECT
    pair_id,
    split,
    source,
    subcategory,
    ocr_engine,
    ocr_confidence,
    source_words,
    words_read,
    round(words_read / nullif(source_words, 0), 3) AS word_recall,
    table_text,
    ocr_text
FROM counted;

COMMENT ON VIEW $schema.table_ocr IS
    'Tables whose source text is known and that OCR read: how many of the source''s words OCR found';
COMMENT ON COLUMN $schema.table_ocr.pair_id IS 'the table';
COMMENT ON COLUMN $schema.table_ocr.split IS 'train, validation or test';
COMMENT ON COLUMN $schema.table_ocr.source IS 'arxiv or pmc';
COMMENT ON COLUMN $schema.table_ocr.subcategory IS 'table_result or table_parameter';
COMMENT ON COLUMN $schema.table_ocr.ocr_engine IS 'OCR engine with its version';
COMMENT ON COLUMN $schema.table_ocr.ocr_confidence IS 'mean confidence of the OCR''s boxes';
COMMENT ON COLUMN $schema.table_ocr.source_words IS 'different words and numbers in the source text, case ignored';
COMMENT ON COLUMN $schema.table_ocr.words_read IS 'of those, how many the OCR text has too';
COMMENT ON COLUMN $schema.table_ocr.word_recall IS 'words_read divided by source_words; null for a table without words';
COMMENT ON COLUMN $schema.table_ocr.table_text IS 'table as text: cells tab-separated, a row a line';
COMMENT ON COLUMN $schema.table_ocr.ocr_text IS 'what OCR reads in the image';

CREATE VIEW $schema.duplicate_pairs AS
SELECT
    duplicates.duplicate_group AS kept_id,
    duplicates.pair_id AS removed_id,
    duplicates.duplicate_test,
    duplicates.similarity,
    duplicates.difference,
    duplicates.phash_distance,
    duplicates.text_similarity,
    duplicates.cross_source,
    kept.split AS kept_split,
    kept.caption AS kept_caption,
    removed.caption AS removed_caption
FROM $schema.duplicates AS duplicates
LEFT JOIN $schema.pairs AS kept ON kept.pair_id = duplicates.duplicate_group
LEFT JOIN (
    SELECT pair_id, any_value(caption) AS caption
    FROM $schema.rejects
    WHERE pair_id IS NOT NULL
    GROUP BY pair_id
) AS removed ON removed.pair_id = duplicates.pair_id
ORDER BY kept_id, removed_id;

COMMENT ON VIEW $schema.duplicate_pairs IS 'Each removed duplicate beside the pair that was kept, with the evidence';
COMMENT ON COLUMN $schema.duplicate_pairs.kept_id IS 'pair_id of the pair that was kept';
COMMENT ON COLUMN $schema.duplicate_pairs.removed_id IS 'pair_id of the pair that was removed';
COMMENT ON COLUMN $schema.duplicate_pairs.duplicate_test IS 'exact_pixels or near';
COMMENT ON COLUMN $schema.duplicate_pairs.similarity IS 'cosine similarity of the vectors by which copies are found';
COMMENT ON COLUMN $schema.duplicate_pairs.difference IS 'what remains different once the two are aligned';
COMMENT ON COLUMN $schema.duplicate_pairs.phash_distance IS 'differing bits of the perceptual hashes, 0 to 64';
COMMENT ON COLUMN $schema.duplicate_pairs.text_similarity IS 'agreement of captions and table text, 0 to 1';
COMMENT ON COLUMN $schema.duplicate_pairs.cross_source IS 'true where the two come from different sources';
COMMENT ON COLUMN $schema.duplicate_pairs.kept_split IS
    'split of the pair that was kept; null where another test removed it later';
COMMENT ON COLUMN $schema.duplicate_pairs.kept_caption IS 'caption of the pair that was kept';
COMMENT ON COLUMN $schema.duplicate_pairs.removed_caption IS 'caption of the pair that was removed';
