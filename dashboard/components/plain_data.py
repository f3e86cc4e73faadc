"""What a component is given is plain data: nobody looks for data frames in it.

Streamlit (1.67) loads pandas and pyarrow, a third of a second, to find out that a dict or a list
is no data frame, for each that a component is given. There is no setting for it.
"""

from functools import wraps
from typing import Any

from streamlit.components.v2.bidi_component import serialization


def take_plain_data_as_it_is() -> None:
    """From now on, in every session."""
    module: Any = serialization
    look = module.is_dataframe_like
    if hasattr(look, "takes_plain_data"):  # done already
        return

    @wraps(look)
    def is_dataframe_like(value: object) -> bool:
        return type(value) not in (dict, list) and bool(look(value))

    is_dataframe_like.takes_plain_data = True  # type: ignore[attr-defined]
    module.is_dataframe_like = is_dataframe_like
