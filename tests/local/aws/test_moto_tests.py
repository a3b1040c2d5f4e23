"""moto's own tests, run with our changes of moto: what fails then is explained, with its source."""

import pytest

from tools import moto_tests


@pytest.mark.parametrize("service", ["secretsmanager", "cloudformation"])
def test_what_our_changes_break_in_moto_is_what_aws_documents_otherwise(service):
    failing = moto_tests.failures((service,), changed=True)
    unexplained, idle = moto_tests.compare(failing, set())
    assert failing, "the differences that are listed are gone: are the changes in place?"
    assert not unexplained
    assert [each for each in idle if f".test_{service}." in each.test] == []


def test_every_difference_has_a_source():
    for each in moto_tests.differences():
        assert each.test.startswith("tests.test_")
        assert each.reason
        assert each.source == "-" or each.source.startswith(
            ("https://docs.aws.amazon.com/", "local/")
        )
