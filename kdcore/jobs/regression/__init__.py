"""A number is predicted, with its uncertainty."""
