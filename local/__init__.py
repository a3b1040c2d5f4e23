"""The same stacks on this machine.

A local AWS, a real PostgreSQL, and functions run as Lambda runs them.
"""
