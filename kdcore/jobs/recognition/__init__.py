"""Speech recognition: a CRNN with CTC teaches a smaller one, frame by frame."""
