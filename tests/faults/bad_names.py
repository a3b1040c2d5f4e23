"""Names of users that are hard to handle."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from scramp import ScramException
from scramp.utils import saslprep

LONGEST_NAME = 63
"""Bytes that PostgreSQL tells apart."""

too_long_names = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=LONGEST_NAME + 1
)


def bad_names() -> SearchStrategy[str]:
    """Names that are good for a user, and bad for whoever forgets to quote or to count bytes.

    At most so long that the twin's name fits too.
    """
    longest = LONGEST_NAME - len("_clone")
    characters = st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"])
    spiteful = st.sampled_from(
        ['"', '""', "'", "\\", "; DROP ROLE app; --", "$$", "%s", "{}", "*", " ", "_clone", "ä"]
    )
    return (
        st.lists(st.text(characters, max_size=10) | spiteful, min_size=1, max_size=8)
        .map(lambda parts: "x" + "".join(parts))
        .map(lambda name: name.encode()[:longest].decode(errors="ignore"))
        .filter(lambda name: name.isprintable() and not name.endswith("_clone"))
        .filter(_can_log_in)
    )


def _can_log_in(name: str) -> bool:
    """SCRAM takes no characters that are newer than its Unicode (RFC 4013)."""
    try:
        saslprep(name)
    except ScramException:
        return False
    return True
