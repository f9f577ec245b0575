-- Joins one shard's stage tables into rows of a release, in document order.
-- Tables, of the shard all of them: floats, images, panels, unsplit, ocr, classes, papers, float_licenses, float_notices, kept.
-- `kept` names the pairs of the release with their duplicate group, and why an image stays out.
SELECT
    floats.pair_id,
    papers.source,
    floats.paper_key,
    papers.paper_id,
    papers.version,
    papers.group_id,
    papers.title,
    papers.categories,
    papers.published,
    CASE WHEN own.pair_id IS NULL THEN papers.license_url ELSE own.license_url END AS license_url,
    CASE WHEN own.pair_id IS NULL THEN papers.license_code ELSE own.license_code END AS license_code,
    coalesce(own.license_group, papers.license_group) AS license_group,
    coalesce(own.allows_redistribution, papers.allows_redistribution) AS allows_redistribution,
    coalesce(own.allows_derivatives, papers.allows_derivatives) AS allows_derivatives,
    coalesce(own.share_alike, papers.share_alike) AS share_alike,
    CASE WHEN own.pair_id IS NULL THEN papers.license_source ELSE 'figure' END AS license_source,
    CASE WHEN own.pair_id IS NULL THEN papers.license_statement_version ELSE papers.version END
        AS license_statement_version,
    float_notices.third_party_notice,
    float_notices.third_party_license,
    floats.kind,
    classes.subcategory,
    classes.class_rule,
    classes.class_version,
    classes.class_confidence,
    classes.class_evidence,
    classes.image_type,
    classes.image_type_confidence,
    floats.number,
    floats.label,
    floats.panel,
    floats.parent_id,
    panels.panel_box,
    panels.panel_confidence,
    unsplit.panels_unsplit,
    floats.ref_keys,
    floats.caption,
    floats.caption_raw,
    floats.parent_caption,
    floats.mentions,
    floats.mention_sections,
    floats.language,
    CASE WHEN kept.image_withheld IS NULL THEN struct_pack(
        bytes := images.image,
        path := replace(replace(floats.pair_id, ':', '_'), '/', '_')
            || CASE images.image_format WHEN 'jpeg' THEN '.jpg' ELSE '.' || images.image_format END
    ) END AS image,
    kept.image_withheld,
    images.image_format,
    images.width,
    images.height,
    images.image_sha256,
    images.pixel_sha256,
    images.phash,
    images.origin,
    images.origin_paths,
    images.image_found_by_name,
    images.original_format,
    images.original_width,
    images.original_height,
    images.original_sha256,
    floats.table_text,
    floats.table_html,
    ocr.ocr_text,
    ocr.ocr_engine,
    ocr.ocr_confidence,
    ocr.ocr_error,
    ocr.ocr_boxes,
    kept.duplicate_group,
    kept.duplicates_removed,
    floats.source_file,
    papers.split
FROM floats
JOIN kept USING (pair_id)
JOIN images USING (pair_id)
JOIN papers USING (paper_key)
JOIN classes USING (pair_id)
LEFT JOIN panels USING (pair_id)
LEFT JOIN unsplit USING (pair_id)
LEFT JOIN ocr USING (pair_id)
LEFT JOIN float_licenses AS own USING (pair_id)
LEFT JOIN float_notices USING (pair_id)
ORDER BY floats.position
