"""Teachers and students that predict a number with its uncertainty."""
