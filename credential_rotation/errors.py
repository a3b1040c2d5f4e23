"""What can end a synth.

SynthError
├── SettingsError   a setting in `cdk.json` or after `-c` cannot be used (stacks.settings)
├── TooLongError    AWS would refuse what is in a template because of its size (stacks.quotas)
├── AuthoritiesError  the functions would not trust a database of this region (stacks.authorities)
├── BundleError     the zip of a function could not be built (credential_rotation.bundle)
├── UnknownDatabaseError  a construct does not tell enough of its database
├── UnknownKeyError       of the key of somebody's secret only an alias is told
├── TooLongNameError      a name does not fit into the names of what is made after it
├── TakenNameError        what is made would have the name of what another construct makes
├── EndpointError         a network's way to Secrets Manager is said twice, or not whole
├── SubnetsError          a network's subnets for functions are said twice
├── BadScheduleError      Secrets Manager would refuse when a credential shall rotate
├── TooOldKeyError        an access key could get too old, or the days of its life do not fit
├── CannotGrantError      a role can't be let read a secret in that way
└── CannotAdoptError      a secret can't be adopted in that way
"""


class SynthError(Exception):
    """The synth cannot go on. The message is for the person who typed the command.

    It says what happened, why, and what to do about it; `app.py` prints it without a traceback.
    """


class BundleError(SynthError):
    """The zip of a function could not be built: no network, a wrong hash, no fitting wheel."""


class UnknownDatabaseError(SynthError):
    """A database is of a product that is not known, or its construct does not tell enough."""


class UnknownKeyError(SynthError):
    """The key of somebody's secret is told by its alias, which policies of roles can't name."""


class CannotGrantError(SynthError):
    """Somebody can't be let read a secret in that way; the message names one that works."""


class CannotAdoptError(SynthError):
    """A secret can't be adopted in that way; the message names the argument."""


class TooLongNameError(SynthError):
    """A name does not fit into the names of functions, or is not known at the synth."""


class EndpointError(SynthError):
    """Of a network two endpoints of Secrets Manager are named, or one without its group."""


class SubnetsError(SynthError):
    """Of a network two sets of subnets are named in which functions shall run."""


class TakenNameError(SynthError):
    """What a construct makes would have the names of what another one in the stack makes."""


class BadScheduleError(SynthError):
    """Secrets Manager would refuse when a credential shall rotate; the message says why."""


class TooOldKeyError(SynthError):
    """An access key could get older than it may, or the days of its life do not fit together."""
