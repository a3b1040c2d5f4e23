"""What can end a synth.

SynthError
├── SettingsError   a setting in `cdk.json` or after `-c` cannot be used (stacks.settings)
├── TooLongError    AWS would refuse what is in a template because of its size (stacks.quotas)
├── AuthoritiesError  the functions would not trust a database of this region (stacks.authorities)
└── BundleError     the zip of a function could not be built (credential_rotation.bundle)
"""


class SynthError(Exception):
    """The synth cannot go on. The message is for the person who typed the command.

    It says what happened, why, and what to do about it; `app.py` prints it without a traceback.
    """


class BundleError(SynthError):
    """The zip of a function could not be built: no network, a wrong hash, no fitting wheel."""
