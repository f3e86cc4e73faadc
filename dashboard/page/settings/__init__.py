"""The settings of the next run: their values, their widgets, and what goes with them."""
