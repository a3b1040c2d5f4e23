"""The four-step rotation of AWS Secrets Manager: no target, no driver."""
