"""Credentials that their issuer makes, two of which work at once."""
