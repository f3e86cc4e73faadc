"""Several teachers, compared by their answers and by their students."""
