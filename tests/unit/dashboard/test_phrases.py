import pytest

from dashboard.text.languages import words
from dashboard.text.phrases import Filler, phrase


@pytest.mark.parametrize(
    ("key", "count", "text"),
    [
        ("count.errors", 1, "1 error"),
        ("count.errors", 0, "0 errors"),
        ("count.errors", 2, "2 errors"),
        ("count.students", 1200, "1,200 students"),
        ("runs.deleted", 1, "1 job moved to the trash."),
    ],
)
def test_english_has_a_form_for_one(key, count, text):
    assert phrase(words("en"), key, count=count) == text


@pytest.mark.parametrize("count", [0, 1, 2])
def test_chinese_has_one_form_for_all_counts(count):
    assert phrase(words("zh"), "count.errors", count=count) == f"{count} 个错误"


def test_negative_numbers_have_a_true_minus_sign_and_names_keep_their_hyphen():
    assert Filler().format("{:g} {:+.1f} {}", -4.5, -0.25, "mlp-16") == "−4.5 −0.2 mlp-16"
