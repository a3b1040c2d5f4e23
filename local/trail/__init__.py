"""CloudTrail's trails: what the local AWS has judged, as records in the bucket of each trail.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-user-guide.html
"""

from local.trail.delivery import Delivery
from local.trail.refusals import install

__all__ = ["Delivery", "install"]
