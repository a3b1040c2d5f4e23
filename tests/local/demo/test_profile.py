"""Profiles are read as the AWS CLI reads them."""

from local.demo.profile import Profile

TEXT = """[profile orders-production-contractor]
role_arn = arn:aws:iam::123456789012:role/orders-production-contractor
source_profile = default
duration_seconds = 3600
region = eu-west-1
mfa_serial = arn:aws:iam::999988887777:mfa/YOUR-USER-NAME
"""


def test_a_profile_tells_the_role_and_whose_users_assume_it():
    profile = Profile.read(TEXT)
    assert profile.role_arn.endswith(profile.role)
    assert profile.role == "orders-production-contractor"
    assert (profile.seconds, profile.account) == (3600, "999988887777")
    assert profile.external_id is None


def test_an_external_id_is_taken_as_it_is():
    assert Profile.read(f"{TEXT}external_id = a%b:c\n").external_id == "a%b:c"
