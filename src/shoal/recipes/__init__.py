"""Jobs made of the same parts as the main one."""

from __future__ import annotations
