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


@pytest.mark.parametrize(
    ("only", "taken"),
    [
        (["figure"], {"line", "photo", "untyped"}),
        (["table"], {"table"}),
        (["fig_result"], {"line"}),
        (["table_result"], {"table"}),
        (["photo"], {"photo"}),
        (["picture"], {"photo"}),
        (["table", "picture"], {"table", "photo"}),
        (["figure", "plot"], {"line"}),
        (["fig_illustration", "plot"], set()),
        (["fig_result", "table"], {"line", "table"}),
    ],
)
def test_parts_take_their_pairs_and_image_types_leave_tables_out(only, taken):
    pairs = {
        "line": ("fig_result", "line"),
        "photo": ("fig_illustration", "photo"),
        "untyped": ("fig_architecture", None),
        "table": ("table_result", None),
    }
    wanted = selection(only=only)
    assert {name for name, pair in pairs.items() if wanted.takes(*pair)} == taken


def test_parts_are_known_and_named_in_one_way():
    with pytest.raises(
        UserError, match="no part 'plots' of a release: known are figure, table, fig_architecture"
    ):
        selection(only=["plots"])
    with pytest.raises(UserError, match="by --only, or by --class and --image-type"):
        selection(["fig_result"], only=["figure"])
