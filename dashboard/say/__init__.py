"""What is said of a job: from its record and its settings to sentences and titles."""
