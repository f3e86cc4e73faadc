"""Compressing a distilled student: one way a file, and the job that goes through them."""
