"""Names of users that are hard to handle."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.faults.subject import Subject


def too_long_names(subject: Subject) -> SearchStrategy[str]:
    """Names that the product would cut."""
    characters = st.characters(codec="utf-8", exclude_categories=["C", "Z"])
    return st.text(characters, min_size=subject.name_limit.longest + 1)


def bad_names(subject: Subject) -> SearchStrategy[str]:
    """Names that are good for a user, and bad for whoever forgets to quote or to count bytes.

    At most so long that the twin's name fits too.
    """
    longest, altered = subject.name_limit.longest - len("_clone"), subject.name_limit.altered
    characters = st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"])
    spiteful = st.sampled_from(
        ['"', '""', "'", "\\", "; DROP ROLE app; --", "$$", "%s", "{}", "*", " ", "_clone", "ä"]
    )
    return (
        st.lists(st.text(characters, max_size=10) | spiteful, min_size=1, max_size=8)
        .map(lambda parts: "x" + "".join(parts))
        .map(lambda name: name.encode()[:longest].decode(errors="ignore"))
        .filter(lambda name: name.isprintable() and not name.endswith("_clone"))
        .filter(lambda name: not (altered and altered.search(name)))
        .filter(subject.can_log_in)
    )
