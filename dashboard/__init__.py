"""The face: a Streamlit app over the engine."""
