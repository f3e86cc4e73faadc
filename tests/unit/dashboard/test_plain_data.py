"""What a component is given is looked at no more than it must be."""

import pandas as pd
import pytest
from streamlit.components.v2.bidi_component import serialization

from dashboard.components.plain_data import take_plain_data_as_it_is


@pytest.fixture
def looked_at(monkeypatch):
    """What Streamlit itself has looked at since the patch."""
    found, look = [], serialization.is_dataframe_like
    look = getattr(look, "__wrapped__", look)  # the app may have patched it already

    def streamlits(value):
        found.append(value)
        return look(value)

    monkeypatch.setattr(serialization, "is_dataframe_like", streamlits)
    take_plain_data_as_it_is()
    return found


@pytest.mark.parametrize("value", [{"words": {"a": "b"}}, [1, [2, 3]]])
def test_nobody_looks_for_data_frames_in_plain_data(looked_at, value):
    blobs = {}
    given = serialization._extract_dataframes_from_dict({"given": value}, blobs)

    assert given == {"given": value}
    assert blobs == {}
    assert looked_at == []


class Listed(list):
    """Somebody's own kind of list."""


@pytest.mark.parametrize("value", ["text", 1.5, None, Listed([1])])
def test_at_everything_else_streamlit_looks_itself(looked_at, value):
    serialization._extract_dataframes_from_dict({"given": value}, {})

    assert looked_at == [value]


def test_a_data_frame_is_still_one(looked_at):
    blobs = {}
    given = pd.DataFrame({"a": [1]})
    serialization._extract_dataframes_from_dict({"given": given}, blobs)

    assert len(blobs) == 1
    assert [value is given for value in looked_at] == [True]


def test_it_is_done_once(looked_at):
    before = serialization.is_dataframe_like
    take_plain_data_as_it_is()

    assert serialization.is_dataframe_like is before
