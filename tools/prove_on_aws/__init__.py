"""Proves the product in a real account: deploys it for an hour, tries everything, takes it away.

`docs/unproven.md` says what is assumed of AWS that neither documents nor code settle, and which
step settles it. It needs the CDK CLI and boto3, and the standard environment of the AWS SDKs.
"""
