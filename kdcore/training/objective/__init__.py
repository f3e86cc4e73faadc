"""The loss: a student's terms, their weights, and the teachers that they compare with."""
