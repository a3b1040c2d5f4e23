"""The end of a function's process."""


class Crash(BaseException):
    """The function is gone at once. No code of it may catch this."""
