"""What several charts share: colours and lines, axes, bins, grids, sentences."""
