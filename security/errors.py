"""What can end a proof before it has one."""


class ProofError(Exception):
    """The proof cannot be made, because something in the template is not understood.

    Its text says what, and where the answer has to be added. Nothing is guessed: a name that is
    made up wrongly would prove something about a policy that nobody deploys.
    """
