"""The jobs that pages show: which one, where it stands, and what is done with it."""
