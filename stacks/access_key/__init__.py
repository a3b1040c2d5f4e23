"""An IAM user whose access key rotates by itself."""
