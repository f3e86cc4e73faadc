"""Many runs at once: sweeps, searches, the choice of a teacher."""
