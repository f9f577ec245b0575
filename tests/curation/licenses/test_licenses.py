import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from curation.licenses import LicenseFacets, facets, openness

CC = "https://creativecommons.org/"
# code -> group, redistribution, derivatives, share alike
KINDS = {
    "CC BY": ("commercial", True, True, False),
    "CC BY-SA": ("commercial", True, True, True),
    "CC BY-ND": ("commercial", True, False, False),
    "CC BY-NC": ("noncommercial", True, True, False),
    "CC BY-NC-SA": ("noncommercial", True, True, True),
    "CC BY-NC-ND": ("noncommercial", True, False, False),
    "CC0 1.0": ("commercial", True, True, False),
    "public domain": ("commercial", True, True, False),
    "arXiv-nonexclusive": ("other", False, False, False),
    "arXiv-assumed": ("other", False, False, False),
    "TDM": ("other", False, False, False),
    None: ("other", False, False, False),
}


def expected(code):
    kind = code.rpartition(" ")[0] if code and code.startswith("CC BY") and code[-1].isdigit() else code
    group, redistribution, derivatives, share = KINDS[kind]
    return LicenseFacets(
        license_code=code,
        license_group=group,
        allows_redistribution=redistribution,
        allows_derivatives=derivatives,
        share_alike=share,
    )


@pytest.mark.parametrize(
    ("url", "code"),
    [
        (CC + "licenses/by/4.0/", "CC BY 4.0"),
        ("http://www.creativecommons.org/licenses/by/2.0", "CC BY 2.0"),
        ("http://creativecommons.org/licenses/by/2.5/", "CC BY 2.5"),
        (CC + "licenses/by/2.0/uk/", "CC BY 2.0"),
        (CC + "licenses/by/3.0/igo/legalcode", "CC BY 3.0"),
        (CC + "licenses/by/4.0/deed.en", "CC BY 4.0"),
        (CC + "licenses/by-sa/4.0/", "CC BY-SA 4.0"),
        (CC + "licenses/by-nd/4.0/", "CC BY-ND 4.0"),
        (CC + "licenses/by-nc/4.0", "CC BY-NC 4.0"),
        ("HTTPS://CreativeCommons.org/licenses/BY-NC-SA/3.0/", "CC BY-NC-SA 3.0"),
        (CC + "licenses/by-nc-nd/3.0/", "CC BY-NC-ND 3.0"),
        (CC + "licenses/by-nd-nc/1.0/", "CC BY-NC-ND 1.0"),
        (CC + "licenses/by/", "CC BY"),
        (CC + "publicdomain/zero/1.0/", "CC0 1.0"),
        (CC + "publicdomain/mark/1.0/", "public domain"),
        (CC + "licenses/publicdomain/", "public domain"),
        ("http://arxiv.org/licenses/nonexclusive-distrib/1.0/", "arXiv-nonexclusive"),
        ("http://arxiv.org/licenses/assumed-1991-2003/", "arXiv-assumed"),
        (CC + "licenses/sampling+/1.0/", None),
        ("https://www.example.org/terms", None),
        ("", None),
        (None, None),
    ],
)
def test_addresses(url, code):
    assert facets(url, None, "arxiv") == expected(code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CC0", "CC0 1.0"),
        ("CC BY", "CC BY"),
        ("CC BY-SA", "CC BY-SA"),
        ("CC BY-ND", "CC BY-ND"),
        ("CC BY-NC", "CC BY-NC"),
        ("CC BY-NC-SA", "CC BY-NC-SA"),
        ("CC BY-NC-ND", "CC BY-NC-ND"),
        ("cc-by", "CC BY"),
        ("CCBY 4.0", "CC BY 4.0"),
        ("TDM", "TDM"),
        ("Distributed under the Creative Commons Attribution License, which permits use.", "CC BY"),
        ("licensed under a Creative Commons Attribution 4.0 International License.", "CC BY 4.0"),
        ("Creative Commons Attribution License (CC BY), version 3.0", "CC BY 3.0"),
        ("Creative Commons License (Attribution 4.0 International), CC BY 4.0", "CC BY 4.0"),
        ("Attribution-NonCommercial-NoDerivs 3.0 Unported", "CC BY-NC-ND 3.0"),
        ("Creative Commons Attribution Non-Commercial No Derivatives License", "CC BY-NC-ND"),
        ("Creative Commons Attribution-Noncommercial-Share Alike 2.5", "CC BY-NC-SA 2.5"),
        ("Creative Commons Attribution License (CC BY-NC-ND 4.0)", "CC BY-NC-ND 4.0"),
        ("Creative Commons Attribution and Non-Commercial license", "CC BY-NC"),
        ("made available under the Creative Commons CC0 public domain dedication.", "CC0 1.0"),
        ("This work is in the public domain in the USA.", "public domain"),
        ("available for text and data mining only", "TDM"),
        ("No reuse allowed without permission. All rights reserved.", None),
        ("The attribution of the signal to noise", None),
        (
            f"Under {CC}licenses/by/4.0/. The waiver ({CC}publicdomain/zero/1.0/) applies to the data.",
            "CC BY 4.0",
        ),
        (
            f"The waiver ({CC}publicdomain/zero/1.0/) is for data; the article is {CC}licenses/by-nc/4.0/.",
            "CC BY-NC 4.0",
        ),
        (None, None),
    ],
)
def test_wording(text, code):
    assert facets(None, text, "pmc") == expected(code)


def test_the_address_decides_and_the_wording_adds_its_version():
    assert facets(CC + "licenses/by-nc/4.0/", "Creative Commons Attribution License", "pmc") == expected(
        "CC BY-NC 4.0"
    )
    words = "Creative Commons Attribution 4.0 International License"
    assert facets(CC + "licenses/by/", words, "pmc") == expected("CC BY 4.0")


def test_arxiv_wording_counts_for_arxiv_only():
    words = "The author grants arXiv a perpetual, non-exclusive license to distribute this article"
    assert facets(None, words, "arxiv") == expected("arXiv-nonexclusive")
    assert facets(None, words, "pmc") == expected(None)


def test_openness_orders_licences():
    codes = ["CC0", "CC BY", "CC BY-SA", "CC BY-NC", "CC BY-NC-ND", "TDM"]
    ranks = [openness(facets(None, code, "pmc")) for code in codes]
    assert ranks == [0, 1, 2, 4, 5, 6]


@examples(200)
@given(st.text(max_size=3000), st.text(max_size=500))
def test_any_text_gives_facets(text, url):
    found = facets(url, text, "pmc")
    assert found.license_group in ("commercial", "noncommercial", "other")
    assert found.allows_redistribution == (
        found.license_code not in (None, "TDM", "arXiv-nonexclusive", "arXiv-assumed")
    )


def test_long_texts_take_linear_time():
    text = "reproduced by cc by- attribution non creative commons " * 20_000
    facets(text, text, "arxiv")


@pytest.mark.parametrize("code", [*filter(None, KINDS), "CC BY 4.0", "CC BY-NC-ND 3.0"])
def test_a_code_says_all_that_its_licence_does(code):
    source = "arxiv" if code.startswith("arXiv") else "pmc"
    url = "http://arxiv.org/licenses/assumed-1991-2003/" if code == "arXiv-assumed" else None
    assert facets(url, code, source) == expected(code)
