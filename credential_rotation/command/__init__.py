"""The command `credential-rotation`: what is done without a checkout, and without the CDK."""
