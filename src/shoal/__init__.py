"""shoal: clustering."""
