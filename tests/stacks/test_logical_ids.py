"""Resources whose logical ids must stay as they are: a changed id makes a new one beside the old.

When an id is to change, a team that has deployed loses what its type's line says. So the file of
ids changes with a plan for them, and never by the way.
"""

import json
from pathlib import Path

from tests.stacks.template import Template

IDS = Path(__file__).parent / "logical_ids.json"

LOST = {
    "AWS::CloudTrail::Trail": "refused, because the name is taken",
    "AWS::EC2::Subnet": "refused, because the addresses are taken",
    "AWS::EC2::VPC": "everything in it is replaced",
    "AWS::IAM::User": "its access keys",
    "AWS::KMS::Key": "what it encrypted is read as long as the old one is kept, and no longer",
    "AWS::Logs::LogGroup": "refused, because the name is taken",
    "AWS::RDS::DBInstance": "refused, because the identifier is taken",
    "AWS::S3::Bucket": "nothing, but its records are in two places, and auditors read the new one",
    "AWS::SNS::Topic": "refused, because the name is taken; subscriptions that people made",
    "AWS::SecretsManager::ResourcePolicy": "the secret has none: the deletion of the old one comes "
    "after the new one was put",
    "AWS::SecretsManager::RotationSchedule": "rotation ends up off, silently: the deletion of the "
    "old one comes after the new one was put",
    "AWS::SecretsManager::Secret": "refused, because the name is taken",
    "AWS::SecretsManager::SecretTargetAttachment": "host and port may be taken out of the secret, "
    "when the old one is deleted after the new one was made",
}
"""What a changed id costs, by type."""


def test_what_cannot_be_made_anew_keeps_its_logical_id(whole: Template) -> None:
    found = {
        name: resource["Type"]
        for name, resource in whole.resources.items()
        if resource["Type"] in LOST
    }
    assert found == json.loads(IDS.read_text())
