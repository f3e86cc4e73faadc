"""What several tests share: recorded jobs, oracles, a worker that trains nothing, page visits."""
