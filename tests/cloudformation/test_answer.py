import json
from typing import Any
from urllib.error import URLError

import pytest

from cloudformation.answer import answer
from cloudformation.outcome import Outcome
from tests.cloudformation.answers import Answers

FAILURE = Outcome("it", "The port is a word")


def event(answers: Answers) -> dict[str, Any]:
    return {
        "RequestType": "Create",
        "ResponseURL": answers.url,
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "User",
    }


def test_success_is_answered_with_the_data(answers: Answers) -> None:
    answer(event(answers), Outcome("it", data={"Username": "app"}))
    assert answers.given == [
        {
            "Status": "SUCCESS",
            "Reason": "",
            "PhysicalResourceId": "it",
            "StackId": "stack",
            "RequestId": "request",
            "LogicalResourceId": "User",
            "Data": {"Username": "app"},
        }
    ]


def test_a_failure_is_answered_with_its_reason(answers: Answers) -> None:
    answer(event(answers), FAILURE)
    [given] = answers.given
    assert (given["Status"], given["Reason"]) == ("FAILED", "The port is a word")


def test_the_answer_has_the_content_type_for_which_its_url_is_signed(answers: Answers) -> None:
    answer(event(answers), FAILURE)
    assert answers.content_types == [""]


@pytest.mark.parametrize(("character", "left"), [("a", 1000), ("ä", 500), ("🗝", 200)])
def test_a_reason_that_is_too_long_is_cut(answers: Answers, character: str, left: int) -> None:
    answer(event(answers), Outcome("it" * 256, character * 9000))
    assert len(answers.given[0]["Reason"]) == left
    assert len(json.dumps(answers.given[0])) < 4096


def test_an_answer_that_is_not_taken_is_given_again(answers: Answers) -> None:
    answers.refusals = 1
    answer(event(answers), FAILURE)
    assert len(answers.given) == 1


def test_an_answer_that_can_not_be_delivered_is_raised(answers: Answers) -> None:
    answers.refusals = 5
    with pytest.raises(URLError):
        answer(event(answers), FAILURE)
