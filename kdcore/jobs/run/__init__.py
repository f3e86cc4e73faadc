"""One training of a teacher and its students."""
