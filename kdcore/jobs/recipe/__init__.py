"""An experiment of the literature, repeated here: what is claimed and what comes out."""
