"""centroid."""
