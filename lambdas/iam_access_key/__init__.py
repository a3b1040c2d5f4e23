"""The access key of an IAM user as a rotated secret."""
