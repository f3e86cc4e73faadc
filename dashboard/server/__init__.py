"""What runs beside Streamlit: the engine, the routes of the browser, what all viewers share."""
