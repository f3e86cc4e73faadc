"""Many networks that are trained as one."""
