"""ARNs that are made of names: naming a resource does not wait for it."""

from aws_cdk import ArnFormat, Stack


def arn_of(stack: Stack, service: str, resource: str, name: str) -> str:
    """Make the ARN of a resource in the stack's account and region, with a colon before the name.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html

    Args:
        stack: Where the resource is.
        service: Such as `logs`.
        resource: Its type, such as `log-group`.
        name: Its name, also with wildcards.
    """
    return stack.format_arn(
        service=service,
        resource=resource,
        resource_name=name,
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
