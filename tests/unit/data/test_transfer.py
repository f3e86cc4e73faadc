import pytest

from kdcore.data import class_numbers
from kdcore.errors import UserError

CLASSES = ("cat", "black", "cat, tabby", "3", 'say "hi"')


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("cat", [0]),
        ("cat,black", [0, 1]),
        (" black , 3 ,", [1, 3]),
        ("cat, tabby", [2]),
        ('"cat, tabby", cat', [2, 0]),
        ("cat, tabby,cat", [2, 0]),
        ('say "hi"', [4]),
        ("", []),
    ],
)
def test_names_with_commas_may_be_quoted_or_stand_as_they_are(text, numbers):
    assert class_numbers(text, CLASSES) == numbers


def test_an_unknown_class_is_refused_with_the_names_quoted_where_they_hold_a_comma():
    with pytest.raises(UserError) as caught:
        class_numbers("dog", CLASSES)

    assert '"cat, tabby"' in str(caught.value)


def test_dropping_all_is_refused():
    with pytest.raises(UserError) as caught:
        class_numbers('"cat, tabby",cat', ("cat", "cat, tabby"))

    assert caught.value.code == "no_class_left"
