import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.similarity.groups import Groups, RowsByName, codes_of

NAMES = st.lists(st.one_of(st.none(), st.sampled_from(["", "a", "b", "\0", "a\0", "é", "\ud800"])))


@settings(deadline=None)
@given(st.lists(st.sampled_from("abcdef"), min_size=1), st.integers(0, 5))
def test_groups_hold_the_rows_of_each_value_in_order(values: list[str], cut: int) -> None:
    column = pa.chunked_array([values[:cut], values[cut:]], pa.string())
    groups = Groups(codes_of(column))
    assert len(groups) == len(set(values))
    firsts = [values.index(value) for value in dict.fromkeys(values)]
    assert groups.firsts.tolist() == firsts
    for code, value in enumerate(dict.fromkeys(values)):
        assert groups[code] == [row for row, other in enumerate(values) if other == value]


def test_codes_of_nulls_are_negative() -> None:
    assert codes_of(pa.chunked_array([[None, "a"], ["b", None, "a"]], pa.string())).tolist() == [
        -1,
        0,
        1,
        -1,
        0,
    ]


@settings(deadline=None)
@given(NAMES)
def test_rows_by_name_finds_what_a_scan_finds(names: list[str | None]) -> None:
    rows = RowsByName(iter(names))
    for wanted in [*names, "z", None]:
        assert rows.rows(wanted) == [row for row, name in enumerate(names) if name and name == wanted]
