"""Pairs are chosen by class and image type; groups stand for their types."""

import pytest

from schemas.errors import UserError
from schemas.pair import EVERYTHING, IMAGE_TYPE_GROUPS, IMAGE_TYPES, selection


def test_nothing_named_takes_everything():
    assert selection() == EVERYTHING
    assert EVERYTHING.takes("fig_result", None)


@pytest.mark.parametrize(
    ("classes", "types", "pair", "taken"),
    [
        (["fig_result"], [], ("fig_result", "line"), True),
        (["fig_result"], [], ("fig_architecture", "diagram"), False),
        ([], ["picture"], ("fig_illustration", "micro"), True),
        ([], ["picture"], ("fig_result", "line"), False),
        ([], ["picture"], ("fig_result", None), False),
        ([], ["picture"], ("table_result", None), True),
        (["fig_illustration"], ["photo"], ("table_result", None), False),
        (["fig_illustration"], ["photo"], ("fig_illustration", "photo"), True),
    ],
)
def test_a_pair_is_taken_where_class_and_type_are_named(classes, types, pair, taken):
    assert selection(classes, types).takes(*pair) is taken


def test_a_group_is_its_types_in_their_order():
    assert selection([], ["sky", "print"]).image_types == ("sky", "screen", "text")


def test_groups_divide_the_types():
    assert sorted(name for group in IMAGE_TYPE_GROUPS.values() for name in group) == sorted(IMAGE_TYPES)


@pytest.mark.parametrize(("classes", "types"), [(["results"], []), ([], ["plots"])])
def test_unknown_names_are_refused_with_those_known(classes, types):
    with pytest.raises(UserError, match="known are"):
        selection(classes, types)
