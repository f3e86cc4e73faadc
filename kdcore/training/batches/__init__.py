"""Which examples come when, and what the loss takes of them."""
