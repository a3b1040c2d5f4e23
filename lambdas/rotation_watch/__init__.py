"""Watches whether secrets are still rotated, from outside of the rotation."""
