"""What is measured of students: losses, scores, snapshots, early stopping."""
