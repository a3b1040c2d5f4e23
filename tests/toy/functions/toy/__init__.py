"""Rotates the token that opens a gate."""
