"""What is written as a folder of static pages: recorded runs and lessons, without Python."""
