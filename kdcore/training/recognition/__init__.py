"""What executes a recognition: reading, learning with CTC, decoding, measuring."""
