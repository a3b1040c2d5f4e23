"""Rotates tokens of any HTTP API, as a declaration says."""
