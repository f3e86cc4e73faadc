"""Random forests as teachers and students."""
