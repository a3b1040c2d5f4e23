"""The sample consumer on an EC2 instance: what an application outside of Lambda looks like."""

from stacks.ec2_consumer.consumer import Ec2Consumer

__all__ = ["Ec2Consumer"]
