"""A distilled student made smaller in several ways."""
