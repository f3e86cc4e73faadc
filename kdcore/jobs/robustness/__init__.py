"""A run's networks on test images that are corrupted or attacked."""
