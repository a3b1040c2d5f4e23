"""Times in the credential report."""

from datetime import datetime


def moment(text: str) -> datetime | None:
    """Read a time; None for the words that stand for none: `N/A`, `no_information` and others.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
    """
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
