"""A table of one's own: a CSV file, one row an example."""
