"""Settings that are lists."""


def split(value: object) -> object:
    """Take a list apart that came from the command line, separated by commas."""
    if value == "":
        return ()
    return value.split(",") if isinstance(value, str) else value
