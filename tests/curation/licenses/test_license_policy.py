"""The licences of the field and what each policy does with their images."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.licenses.notices import ThirdPartyNotice
from curation.licenses.policy import Rights, why_withheld
from curation.licenses.terms import facets
from schemas.license import POLICIES, WITHHELD

# licence as stated, its source -> code, group, redistribution, derivatives, share alike; withheld where images are
# passed on, and where they are used commercially
GOLDEN = [
    ("CC0", "pmc", "CC0 1.0", "commercial", True, True, False, None, None),
    ("CC BY", "pmc", "CC BY", "commercial", True, True, False, None, None),
    ("CC BY-SA", "pmc", "CC BY-SA", "commercial", True, True, True, None, None),
    ("CC BY-ND", "pmc", "CC BY-ND", "commercial", True, False, False, None, None),
    ("CC BY-NC", "pmc", "CC BY-NC", "noncommercial", True, True, False, None, "license_noncommercial"),
    ("CC BY-NC-SA", "pmc", "CC BY-NC-SA", "noncommercial", True, True, True, None, "license_noncommercial"),
    ("CC BY-NC-ND", "pmc", "CC BY-NC-ND", "noncommercial", True, False, False, None, "license_noncommercial"),
    ("TDM", "pmc", "TDM", "other", False, False, False, "license_closed", "license_closed"),
    (None, "pmc", None, "other", False, False, False, "license_missing", "license_missing"),
    (
        "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
        "arxiv", "arXiv-nonexclusive", "other", False, False, False, "license_closed", "license_closed",
    ),
    (
        "http://arxiv.org/licenses/assumed-1991-2003/",
        "arxiv", "arXiv-assumed", "other", False, False, False, "license_closed", "license_closed",
    ),
    (
        "http://creativecommons.org/licenses/by/4.0/",
        "arxiv", "CC BY 4.0", "commercial", True, True, False, None, None,
    ),
    (
        "http://creativecommons.org/licenses/by-sa/4.0/",
        "arxiv", "CC BY-SA 4.0", "commercial", True, True, True, None, None,
    ),
    (
        "http://creativecommons.org/licenses/by-nc-sa/4.0/",
        "arxiv", "CC BY-NC-SA 4.0", "noncommercial", True, True, True, None, "license_noncommercial",
    ),
    (
        "http://creativecommons.org/licenses/by-nc-nd/4.0/",
        "arxiv", "CC BY-NC-ND 4.0", "noncommercial", True, False, False, None, "license_noncommercial",
    ),
    (
        "http://creativecommons.org/publicdomain/zero/1.0/",
        "arxiv", "CC0 1.0", "commercial", True, True, False, None, None,
    ),
    ("All rights reserved.", "pmc", None, "other", False, False, False, "license_missing", "license_missing"),
]  # fmt: skip
STATEMENTS = [row[0] for row in GOLDEN]


@pytest.mark.parametrize("row", GOLDEN, ids=[str(row[2]) for row in GOLDEN])
def test_every_licence_of_the_field(row):
    stated, source, code, group, redistribution, derivatives, share, passed_on, commercial = row
    url, text = (stated, None) if stated and stated.startswith("http") else (None, stated)
    found = facets(url, text, source)
    assert (found.license_code, found.license_group) == (code, group)
    assert (found.allows_redistribution, found.allows_derivatives) == (redistribution, derivatives)
    assert found.share_alike == share
    rights = Rights(facets=found)
    assert why_withheld("research", rights) is None
    assert why_withheld("redistributable", rights) == passed_on
    assert why_withheld("commercial", rights) == commercial


def rights(stated, notice=None, **versions):
    return Rights(facets=facets(None, stated, "pmc"), notice=notice, **versions)


def test_a_work_of_somebody_else_needs_a_licence_of_its_own():
    bare = rights("CC BY", ThirdPartyNotice("Reprinted from [7].", None))
    assert why_withheld("redistributable", bare) == why_withheld("commercial", bare) == "third_party"
    assert why_withheld("research", bare) is None
    licensed = rights("CC BY", ThirdPartyNotice("From [7], CC BY-NC 4.0.", "CC BY-NC 4.0"))
    assert why_withheld("redistributable", licensed) is None
    assert why_withheld("commercial", licensed) == "license_noncommercial"
    free = rights("CC BY-NC", ThirdPartyNotice("From [7], CC0.", "CC0 1.0"))
    assert why_withheld("commercial", free) == "license_noncommercial"


def test_a_licence_of_another_version_does_not_count():
    other = rights("CC BY", stated_for=3, version=1)
    assert why_withheld("redistributable", other) == "license_of_other_version"
    assert why_withheld("redistributable", rights("CC BY", stated_for=3, version=3)) is None
    # Bulk archives hold the latest version and do not say its number.
    assert why_withheld("redistributable", rights("CC BY", stated_for=3)) is None


def test_a_policy_that_does_not_exist():
    with pytest.raises(ValueError, match="no licence policy"):
        why_withheld("open", rights("CC BY"))


versions = st.none() | st.integers(1, 3)
notices = st.none() | st.builds(
    ThirdPartyNotice, st.just("From [1]."), st.sampled_from([None, "CC BY 4.0", "CC BY-NC-ND", "CC0 1.0"])
)


@given(st.sampled_from(STATEMENTS), notices, versions, versions)
def test_a_stricter_policy_lets_no_further_image_in(stated, notice, stated_for, version):
    given_rights = rights(stated, notice, stated_for=stated_for, version=version)
    reasons = [why_withheld(policy, given_rights) for policy in POLICIES]
    for wider, narrower in itertools.pairwise(reasons):
        assert wider is None or narrower is not None
    assert set(reasons) <= {None, *WITHHELD}
    if reasons[1] is None:
        assert given_rights.facets.allows_redistribution
