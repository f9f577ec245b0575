"""What a licence allows, whose image a caption says it is, and which images a policy leaves out.

`terms.py` reads licences, `openness.py` ranks them, `notices.py` finds words such as "reproduced with
permission", and `policy.py` decides.
"""

from curation.licenses.notices import VERSION as NOTICES_VERSION
from curation.licenses.notices import ThirdPartyNotice, third_party_notice
from curation.licenses.openness import openness
from curation.licenses.policy import VERSION as POLICY_VERSION
from curation.licenses.policy import Rights, why_withheld
from curation.licenses.terms import VERSION as LICENSES_VERSION
from curation.licenses.terms import LicenseFacets, facets

__all__ = [
    "LICENSES_VERSION",
    "NOTICES_VERSION",
    "POLICY_VERSION",
    "LicenseFacets",
    "Rights",
    "ThirdPartyNotice",
    "facets",
    "openness",
    "third_party_notice",
    "why_withheld",
]
