"""Texts as data sets: read, cut into words or characters, numbered by what training data hold."""
