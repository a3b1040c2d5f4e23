"""The sample consumer outside of Lambda: a program on an EC2 instance, or anywhere else."""
