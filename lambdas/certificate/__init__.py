"""Certificates as rotated secrets, signed by an authority whose key never leaves KMS."""
