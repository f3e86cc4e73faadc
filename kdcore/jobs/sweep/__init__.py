"""A grid of students over T, λ, seeds and more."""
