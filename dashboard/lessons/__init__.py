"""Guided lessons: what one is made of, which there are, and what is measured for them."""
