from collections import Counter

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from curation.splits.split import SplitParameters, assign_splits, own_split
from curation.splits.twins import PaperIdentity, group_papers
from schemas.annotations import SplitRow

PARAMETERS = SplitParameters()
LEVEL = {"train": 0, "validation": 1, "test": 2}


def paper(number, *, source="arxiv", version="", doi=None):
    return PaperIdentity(
        paper_key=f"{source}:{number}{version}", source=source, paper_id=str(number), doi=doi, title=None
    )


def assign(papers, parameters=PARAMETERS):
    return assign_splits(papers, group_papers(papers), parameters=parameters)


def first_with(split, start=0):
    return next(n for n in range(start, 10_000) if own_split(f"arxiv:{n}", parameters=PARAMETERS) == split)


def test_the_hash_is_what_earlier_releases_used():
    splits = [own_split(f"arxiv:2310.{n:05d}", parameters=PARAMETERS) for n in range(12)]
    assert splits == [
        "train",
        "train",
        "validation",
        "test",
        "train",
        "test",
        "train",
        "train",
        "train",
        "train",
        "test",
        "train",
    ]


def test_shares_are_met():
    counts = Counter(own_split(f"pmc:PMC{n}", parameters=PARAMETERS) for n in range(20_000))
    assert abs(counts["test"] / 20_000 - 0.1) < 0.01
    assert abs(counts["validation"] / 20_000 - 0.1) < 0.01


def test_versions_and_twins_take_the_most_protected_split():
    train, test, validation = first_with("train"), first_with("test"), first_with("validation")
    papers = [paper(train, doi="10.1000/a"), paper(test, doi="10.1000/a"), paper(validation, doi="10.1000/a")]
    group = min(f"arxiv:{n}" for n in (train, test, validation))
    keys = sorted(f"arxiv:{n}" for n in (train, test, validation))
    assert assign(papers) == [SplitRow(paper_key=key, group_id=group, split="test") for key in keys]
    assert {row.split for row in assign([papers[0], papers[2]])} == {"validation"}
    alone = assign([paper(train), paper(train, version="v2")])
    assert [row.split for row in alone] == ["train", "train"]


def test_another_salt_gives_other_splits():
    names = [f"arxiv:{n}" for n in range(200)]
    salted = SplitParameters(salt="other")
    assert [own_split(n, parameters=salted) for n in names] != [
        own_split(n, parameters=PARAMETERS) for n in names
    ]


@pytest.mark.parametrize("shares", [(0.8, 0.1, 0.2), (1.1, -0.1, 0.0)])
def test_wrong_shares_are_refused(shares):
    with pytest.raises(ValueError, match="must sum to 1"):
        SplitParameters(train=shares[0], validation=shares[1], test=shares[2])


papers_strategy = st.lists(
    st.builds(
        paper,
        st.integers(0, 60),
        version=st.sampled_from(["", "v1", "v2"]),
        doi=st.sampled_from([None, None, "10.1000/a", "10.1000/b", "10.1000/c"]),
    ),
    max_size=30,
    unique_by=lambda p: p.paper_key,
)


@examples(200)
@given(papers_strategy, papers_strategy)
def test_more_papers_never_move_one_towards_train(first, more):
    known = {p.paper_key for p in first}
    both = first + [p for p in more if p.paper_key not in known]
    later = {row.paper_key: row.split for row in assign(both)}
    for row in assign(first):
        assert LEVEL[later[row.paper_key]] >= LEVEL[row.split]
    by_group = {}
    for row in assign(both):
        assert by_group.setdefault(row.group_id, row.split) == row.split
