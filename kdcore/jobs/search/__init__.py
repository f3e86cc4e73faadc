"""A search for the best student of a space."""
