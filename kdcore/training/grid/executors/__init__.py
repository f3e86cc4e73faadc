"""Where the groups of a grid are trained: here, in processes, on a Ray cluster."""
