"""Domain adaptation: what the distilled student learns from unlabelled target data."""
