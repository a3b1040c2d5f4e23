"""The functions' entry points: the strategy of two tokens, with IAM as the issuer."""

from iam_access_key.settings import Settings
from iam_access_key.user import IamUser
from rotation.client import client_of
from tokens.handlers import handlers_of

_iam = client_of("iam", api_version="2010-05-08", attempts=1)  # a second CreateAccessKey makes two

handler, first, reaper = handlers_of(IamUser(_iam, Settings.from_environment()))
