"""EC2 instances, as far as a program on one meets AWS: its place in the network and its role.

No machine is started. A program that runs here with `AWS_EC2_METADATA_SERVICE_ENDPOINT` set to an
instance's metadata has the credentials, the network and the policies of that instance.
"""

from local.instances.metadata import MetadataService, metadata_url
from local.instances.sessions import InstanceSessions

__all__ = ["InstanceSessions", "MetadataService", "metadata_url"]
