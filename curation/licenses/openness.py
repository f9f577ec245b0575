"""How open a licence is: its rank among licences, by which one of several copies is kept."""

from curation.licenses.terms import LicenseFacets


def openness(license_facets: LicenseFacets) -> int:
    """Return a rank for choosing among copies, 0 for the most open licence to 6 for none."""
    if not license_facets.allows_redistribution:
        return 6
    if license_facets.license_code and not license_facets.license_code.startswith("CC BY"):
        return 0
    rank = 4 if license_facets.license_group == "noncommercial" else 1
    return rank + (0 if license_facets.allows_derivatives and not license_facets.share_alike else 1)
