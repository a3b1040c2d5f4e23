"""What a scenario found."""

from collections import Counter
from dataclasses import dataclass, field

LONGEST_SECONDS = 15.0
"""No step may take longer, whatever it waits for."""


@dataclass
class Tally:
    """One line of the table.

    Attributes:
        scenario: What was done.
        strategy: To which strategy.
        wanted: How many faults were to be injected.
        injected: How many were.
        survived: After how many of them all was well.
        outages: How many times a credential did not log in that has to.
        failed_logins: How many logins of consumers failed.
        leaks: How many secrets were seen where they must not be.
        seconds: How long the longest step took.
        remarks: What else came up, and how often.
        note: What else was measured.
        skipped: Why nothing can be tried on this machine.
        findings: What was wrong, in words.
    """

    scenario: str
    strategy: str
    wanted: int = 0
    injected: int = 0
    survived: int = 0
    outages: int = 0
    failed_logins: int = 0
    leaks: int = 0
    seconds: float = 0.0
    remarks: Counter[str] = field(default_factory=Counter)
    note: str = ""
    skipped: str = ""
    findings: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether every number is as it must be, and something was tried, if it can be."""
        if self.skipped:
            return not self.wanted
        return (
            self.wanted == self.injected == self.survived > 0
            and not (self.outages or self.failed_logins or self.leaks)
            and self.seconds <= LONGEST_SECONDS
        )

    def add(self, verdict: "Verdict") -> None:
        """Counts one fault."""
        self.injected += verdict.injected
        self.survived += verdict.injected and not verdict.findings
        self.outages += verdict.outages
        self.failed_logins += verdict.failed_logins
        self.leaks += verdict.leaks
        self.seconds = max(self.seconds, verdict.seconds)
        self.findings += [f"{verdict.fault}: {finding}" for finding in verdict.findings]
        self.remarks.update(verdict.remarks)
        if not verdict.injected:
            self.findings.append(f"{verdict.fault}: did not happen")


@dataclass
class Verdict:
    """What came of one fault.

    Attributes:
        fault: Which.
        injected: Whether it happened.
        outages: How many times a credential did not log in that has to.
        failed_logins: How many logins of consumers failed.
        leaks: How many secrets were seen where they must not be.
        seconds: How long the longest step took.
        remarks: What else came up.
        findings: What was wrong, in words.
    """

    fault: str
    injected: bool = True
    outages: int = 0
    failed_logins: int = 0
    leaks: int = 0
    seconds: float = 0.0
    remarks: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    def out(self, outages: list[str], when: str) -> None:
        """Notes what did not log in.

        Args:
            outages: What `promises.outages` found.
            when: At which instant.
        """
        self.outages += len(outages)
        self.wrong(outages, when)

    def wrong(self, findings: list[str], when: str) -> None:
        """Notes what was wrong.

        Args:
            findings: What.
            when: At which instant.
        """
        self.findings += [f"{finding} {when}" for finding in findings]
