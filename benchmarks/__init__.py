"""Times, peak memory and quality of shoal beside its peers."""
