"""What a custom resource of CloudFormation is answered."""
