"""Which images the build's licence policy leaves out of the release, and the account of it for the manifest."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pyarrow as pa

from curation import licenses
from flows.shards import ShardTables
from schemas.license import POLICIES
from warehouse.stages import Json, StageOutput

FACETS = tuple(f.name for f in fields(licenses.LicenseFacets))
PAPER_COLUMNS = ["paper_key", "version", "license_statement_version", *FACETS]


def policy_parameters(policy: str) -> dict[str, Json]:
    """Return what decides which images are left out, for the release's key."""
    return {"name": policy, "version": licenses.POLICY_VERSION}


def withheld_images(shards: ShardTables, papers: StageOutput, policy: str) -> dict[str, str]:
    """Return the reason of each float whose image the policy leaves out, by pair_id.

    Only narrow columns are read, and none under the policy `research`, which leaves nothing out.
    """
    if policy == "research":
        return {}
    of_paper = {row["paper_key"]: row for row in papers.table("papers", PAPER_COLUMNS).to_pylist()}
    own = {row["pair_id"]: row for row in papers.table("float_licenses").to_pylist()}
    noticed = {row["pair_id"]: row for row in papers.table("float_notices").to_pylist()}
    found = {}
    for row in shards.floats(["pair_id", "paper_key"]).to_pylist():
        name = row["pair_id"]
        rights = _rights(of_paper[row["paper_key"]], own.get(name), noticed.get(name))
        reason = licenses.why_withheld(policy, rights)
        if reason is not None:
            found[name] = reason
    return found


def _rights(
    paper: Mapping[str, Any], own: Mapping[str, Any] | None, noticed: Mapping[str, Any] | None
) -> licenses.Rights:
    stated = own or paper
    return licenses.Rights(
        facets=licenses.LicenseFacets(**{name: stated[name] for name in FACETS}),
        notice=None
        if noticed is None
        else licenses.ThirdPartyNotice(noticed["third_party_notice"], noticed["third_party_license"]),
        # A licence that stands in the paper beside the float is that of the version that was read.
        stated_for=None if own else paper["license_statement_version"],
        version=paper["version"],
    )


def policy_account(policy: str, kept: pa.Table) -> dict[str, Json]:
    """Return what the manifest says of the policy: what the release is for, images in it, and those withheld."""
    reasons = Counter(reason for reason in kept.column("image_withheld").to_pylist() if reason is not None)
    withheld = sum(reasons.values())
    return {
        "name": policy,
        "use": POLICIES[policy],
        "images": kept.num_rows - withheld,
        "images_withheld": withheld,
        "withheld_by_reason": dict(sorted(reasons.items())),
    }
