"""What a component is given is looked at no more than it must be."""

import pandas as pd
import pytest
from streamlit.components.v2.bidi_component import serialization

from dashboard.components.plain_data import take_plain_data_as_it_is


@pytest.fixture
def patched(monkeypatch):
    monkeypatch.setattr(serialization, "is_dataframe_like", serialization.is_dataframe_like)
    take_plain_data_as_it_is()
    return serialization


@pytest.mark.parametrize("value", [{"words": {"a": "b"}}, [1, [2, 3]], "text", 1.5, None])
def test_plain_data_stays_what_it_is(patched, value):
    blobs = {}

    assert patched._extract_dataframes_from_dict({"given": value}, blobs) == {"given": value}
    assert blobs == {}


def test_a_data_frame_is_still_one(patched):
    blobs = {}
    patched._extract_dataframes_from_dict({"given": pd.DataFrame({"a": [1]})}, blobs)

    assert len(blobs) == 1


def test_it_is_done_once(patched):
    before = patched.is_dataframe_like
    take_plain_data_as_it_is()

    assert patched.is_dataframe_like is before
