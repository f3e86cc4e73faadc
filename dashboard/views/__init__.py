"""The pages of the app, one file each; Streamlit runs them from top to bottom."""
