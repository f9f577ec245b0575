"""A short account of a release for people."""

from pathlib import Path

from flows.release.classes import agreement_line
from flows.release.panels import panels_line
from runtime.cache import place_behind
from warehouse.releases import read_manifest


def release_summary(folder: Path) -> str:
    """Return a short Markdown account of a release, for the terminal and for Prefect's artifact."""
    manifest = read_manifest(folder)
    counts = manifest["counts"]
    assert isinstance(counts, dict)
    rows = manifest["rows_by_split"]
    assert isinstance(rows, dict)
    splits = ", ".join(f"{split} {count}" for split, count in rows.items())
    reasons = counts["rejects_by_reason"]
    assert isinstance(reasons, dict)
    top = ", ".join(f"{reason} {count}" for reason, count in reasons.items()) or "none"
    policy = manifest.get("license_policy")
    assert isinstance(policy, dict)
    withheld = policy["withheld_by_reason"]
    assert isinstance(withheld, dict)
    left_out = ", ".join(f"{reason} {count}" for reason, count in withheld.items())
    return (
        f"Release **{folder.name}** ({str(manifest['release_hash'])[:12]})\n\n"
        f"- {counts['papers']} papers, and {counts['rejects_paper']} archives or papers rejected whole\n"
        f"- {counts['floats_found']} figures, tables and panels found = {counts['pairs']} pairs "
        f"+ {counts['rejects_float']} rejects\n"
        f"- pairs by split: {splits}\n"
        f"- rejects by reason: {top}\n"
        f"- licence policy {policy['name']}: {policy['use']}\n"
        f"- {policy['images']} images, {policy['images_withheld']} withheld"
        f"{f' ({left_out})' if left_out else ''}\n"
        f"{panels_line(manifest)}"
        f"{agreement_line(manifest)}"
        f"- {place_behind(folder) or folder}/report.html\n"
    )
