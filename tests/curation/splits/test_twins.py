import random

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from curation.splits.twins import PaperIdentity, group_papers, normal_doi, normal_title

TITLE = "A study of the scattering of light by small particles"


def paper(key, source, paper_id, doi=None, title=None):
    return PaperIdentity(paper_key=key, source=source, paper_id=paper_id, doi=doi, title=title)


def test_versions_share_a_group_named_by_the_base_id():
    papers = [
        paper("arxiv:2310.00001v2", "arxiv", "2310.00001"),
        paper("arxiv:2310.00001", "arxiv", "2310.00001"),
    ]
    assert group_papers(papers) == {
        "arxiv:2310.00001v2": "arxiv:2310.00001",
        "arxiv:2310.00001": "arxiv:2310.00001",
    }


def test_twins_by_doi_are_found_through_resolver_case_and_full_stop():
    papers = [
        paper("pmc:PMC1", "pmc", "PMC1", doi="10.1000/ABC.7"),
        paper("arxiv:2310.00001", "arxiv", "2310.00001", doi="https://doi.org/10.1000/abc.7."),
    ]
    assert set(group_papers(papers).values()) == {"arxiv:2310.00001"}


def test_twins_by_title_ignore_case_width_and_punctuation():
    papers = [
        paper("pmc:PMC1", "pmc", "PMC1", doi="10.1000/1", title=TITLE.upper() + "."),
        paper(
            "arxiv:2310.00001",
            "arxiv",
            "2310.00001",
            title="Ａ study of the scattering-of-light by small particles",
        ),
    ]
    assert set(group_papers(papers).values()) == {"arxiv:2310.00001"}


@pytest.mark.parametrize("title", ["Introduction", "Editorial", "In this issue", "", None])
def test_short_titles_join_nothing(title):
    papers = [paper("pmc:PMC1", "pmc", "PMC1", title=title), paper("pmc:PMC2", "pmc", "PMC2", title=title)]
    assert group_papers(papers) == {"pmc:PMC1": "pmc:PMC1", "pmc:PMC2": "pmc:PMC2"}


def test_a_title_does_not_join_two_journal_dois():
    papers = [
        paper("pmc:PMC1", "pmc", "PMC1", doi="10.1000/1", title=TITLE),
        paper("pmc:PMC2", "pmc", "PMC2", doi="10.1000/2", title=TITLE),
    ]
    assert group_papers(papers) == {"pmc:PMC1": "pmc:PMC1", "pmc:PMC2": "pmc:PMC2"}


@pytest.mark.parametrize(
    "preprint", ["10.48550/arXiv.2310.00001", "10.1101/2020.01.02.123456", "10.21203/rs.3.rs-1/v1"]
)
def test_a_preprints_own_doi_does_not_contradict_the_article(preprint):
    papers = [
        paper("arxiv:2310.00001", "arxiv", "2310.00001", doi=preprint, title=TITLE),
        paper("pmc:PMC2", "pmc", "PMC2", doi="10.1000/2", title=TITLE),
    ]
    assert set(group_papers(papers).values()) == {"arxiv:2310.00001"}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("doi:10.1/x", None),
        ("10.1000/X1", "10.1000/x1"),
        (" http://dx.doi.org/10.1000/x1 ", "10.1000/x1"),
        ("n/a", None),
        (None, None),
    ],
)
def test_normal_doi(raw, expected):
    assert normal_doi(raw) == expected


def test_normal_title_counts_letters_and_digits():
    assert normal_title("a b-c " * 7) == "abc" * 7
    assert normal_title("a " * 19) is None


papers_strategy = st.lists(
    st.builds(
        paper,
        st.integers(0, 400).map(lambda n: f"k{n}"),
        st.sampled_from(["arxiv", "pmc"]),
        st.integers(0, 12).map(str),
        doi=st.sampled_from([None, "10.1000/a", "10.1000/b", "10.48550/arxiv.1"]),
        title=st.sampled_from([None, TITLE, TITLE + " two", "Editorial"]),
    ),
    max_size=25,
    unique_by=lambda p: p.paper_key,
)


@examples(150)
@given(papers_strategy, papers_strategy, st.randoms(use_true_random=False))
def test_groups_only_grow_and_order_does_not_matter(first, more, rng: random.Random):
    known = {p.paper_key for p in first}
    both = first + [p for p in more if p.paper_key not in known]
    before, after = group_papers(first), group_papers(both)
    for left in first:
        for right in first:
            if before[left.paper_key] == before[right.paper_key]:
                assert after[left.paper_key] == after[right.paper_key]
    shuffled = list(both)
    rng.shuffle(shuffled)
    assert group_papers(shuffled) == after
    for group in set(after.values()):
        assert group == min(f"{p.source}:{p.paper_id}" for p in both if after[p.paper_key] == group)
