from graphlib import CycleError

import pytest

from local.aws.cloudformation.dependencies import creation_order


@pytest.mark.parametrize(
    "dependent",
    [
        {"DependsOn": "First"},
        {"DependsOn": ["First"]},
        {"Properties": {"A": {"Ref": "First"}}},
        {"Properties": {"A": [{"B": {"Fn::GetAtt": ["First", "Arn"]}}]}},
        {"Properties": {"A": {"Fn::GetAtt": "First.Arn"}}},
        {"Properties": {"A": {"Fn::Sub": "x-${First}"}}},
        {"Properties": {"A": {"Fn::Sub": ["x-${First.Arn}-${y}", {"y": 1}]}}},
        {"Properties": {"A": {"Fn::Join": ["", ["x", {"Ref": "First"}]]}}},
    ],
)
def test_a_resource_comes_after_what_it_depends_on(dependent):
    assert creation_order({"Second": dependent, "First": {}}) == ["First", "Second"]


def test_references_to_parameters_and_pseudo_parameters_are_no_dependencies():
    resources = {"Only": {"Properties": {"A": {"Ref": "AWS::Region"}, "B": {"Ref": "Parameter"}}}}
    assert creation_order(resources) == ["Only"]


def test_a_circle_is_refused():
    with pytest.raises(CycleError):
        creation_order({"A": {"DependsOn": "B"}, "B": {"DependsOn": "A"}})
