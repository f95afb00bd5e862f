"""What a job leaves behind: labels, pictures, one page and everything on it as JSON."""

from __future__ import annotations

from shoal.report.folder import write_folder
from shoal.report.labels import write_labels
from shoal.report.page import render

__all__ = ["render", "write_folder", "write_labels"]
