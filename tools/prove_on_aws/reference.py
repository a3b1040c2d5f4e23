"""The page of assumptions: `python -m tools.prove_on_aws.reference > docs/unproven.md`."""

from collections.abc import Iterator

from tools.prove_on_aws.assumptions import ASSUMPTIONS, Assumption
from tools.prove_on_aws.steps import STEPS

HEADER = """\
# What is not proven

Nobody has run this in an account of AWS yet. Everything here was tried on \
[the local AWS](local-aws.md), and AWS's documents, schemas and public code were read. Some things \
neither settles. They are listed here, each with what would happen if it were otherwise, and with \
the step of `make prove-on-aws` that settles it.

```sh
make prove-on-aws ARGS=--plan                             # what it would create, and what is billed
make prove-on-aws                                         # asks for the account's id, then begins
make prove-on-aws ARGS="--yes --account 123456789012"     # without a question
make prove-on-aws ARGS="--clean-up prove-0123abcd"        # after a run that was killed
```

It takes the credentials and the region of the AWS SDK's environment, in an account that `cdk \
bootstrap` has prepared; use a sandbox account. Each run has names of its own, a small instance in \
one zone, and no protection against deletion. It ends with a report, `.prove/NAME/report.md` and \
`report.json`: what held, what did not, how long each step took, and for how long what was billed. \
After a failure or Ctrl-C it still destroys what it has made, and if it cannot, says what is left \
and with which command it goes. No value of a secret is read or written down: the step \
`administrator` asks for one and has to be refused, and does not look at the answer if it is not.

The steps: {steps}. `make test` runs all of them against the local AWS; that shows that they run, \
and nothing about AWS.

An assumption that was settled leaves this page.

*Generated from `tools/prove_on_aws/` by `python -m tools.prove_on_aws.reference`.*
"""


def markdown() -> str:
    """Write the page."""
    steps = ", ".join(f"`{each.name}`" for each in STEPS)
    return HEADER.format(steps=steps) + "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    for each in ASSUMPTIONS:
        yield from _assumption(each)


def _assumption(assumption: Assumption) -> Iterator[str]:
    [step] = [each for each in STEPS if assumption.id in each.settles]
    yield ""
    yield f"## `{assumption.id}`"
    yield ""
    yield assumption.claim
    yield ""
    yield f"- **Why it is open:** {assumption.unsettled}"
    yield f"- **What relies on it:** {assumption.relied_on}"
    yield f"- **If it is wrong:** {assumption.if_wrong}"
    yield f"- **Settled by:** the step `{step.name}`, which {step.title}."


if __name__ == "__main__":
    print(markdown(), end="")
