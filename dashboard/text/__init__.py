"""The words of the dashboard in every language, and how values are filled into them."""
