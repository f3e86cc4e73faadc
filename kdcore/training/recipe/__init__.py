"""What carries out a recipe: its trials, trained jointly where they can be."""
