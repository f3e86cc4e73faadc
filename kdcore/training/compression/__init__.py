"""A distilled student made smaller still: one way a file, and the job that goes through them."""
