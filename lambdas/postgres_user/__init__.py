"""Rotation of PostgreSQL users."""
