"""Images that are harder to recognise: corruptions, attacks, and what their means are worth.

A corruption is a pure function ``(images, amount, seed) -> images`` of float images
``[n, channels, height, width]`` from 0 (black) to 1 (white), and returns such images. An attack is
given the network too. All chance comes from the seed.
"""
