"""Which images a release may hold under a licence policy, and why each of the others stays out."""

from dataclasses import dataclass

from curation.licenses.notices import ThirdPartyNotice
from curation.licenses.terms import LicenseFacets, facets

VERSION = "1"  # 1: research, redistributable, commercial


@dataclass(frozen=True, kw_only=True)
class Rights:
    """All that is known of what may be done with one image.

    `stated_for` is the version of the paper that the licence is stated for, `version` the one that was read.
    """

    facets: LicenseFacets
    notice: ThirdPartyNotice | None = None
    stated_for: int | None = None
    version: int | None = None


def why_withheld(policy: str, rights: Rights) -> str | None:
    """Return the reason of `schemas.license.WITHHELD` for which a policy leaves an image out, None when it may stay.

    A work taken from elsewhere has to fulfil the policy as well as the paper does: both licences hold for the
    image. No-derivatives licences are let through, as resizing may or may not be a change: that is what the
    facet `allows_derivatives` is for.

    Raises:
        ValueError: there is no such policy.
    """
    if policy not in ("research", "redistributable", "commercial"):
        raise ValueError(f"{policy!r} is no licence policy")
    if policy == "research":
        return None
    if not rights.facets.allows_redistribution:
        return "license_missing" if rights.facets.license_code is None else "license_closed"
    if rights.stated_for is not None and rights.version is not None and rights.stated_for != rights.version:
        return "license_of_other_version"
    groups = {rights.facets.license_group}
    if rights.notice is not None:
        if rights.notice.license_code is None:
            return "third_party"
        groups.add(facets(None, rights.notice.license_code, "").license_group)
    if policy == "commercial" and groups != {"commercial"}:
        return "license_noncommercial"
    return None
