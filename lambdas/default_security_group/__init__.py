"""Closing the default security group of a VPC."""
