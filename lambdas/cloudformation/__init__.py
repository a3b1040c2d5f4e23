"""Custom resources of CloudFormation."""
