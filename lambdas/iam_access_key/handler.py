"""The functions' entry points: each wires what it does to IAM, STS and the settings."""

import os

from iam_access_key.first_key import FirstKey
from iam_access_key.reaper import Reaper
from iam_access_key.reaping import reaper_handler
from iam_access_key.settings import STEP_SECONDS, Settings
from iam_access_key.two_keys import TwoKeys
from rotation.client import client_of, secrets_manager_client
from rotation.custom_resource import custom_resource_handler
from rotation.handler import rotation_handler

_settings = Settings.from_environment()
_iam = client_of("iam", api_version="2010-05-08", attempts=1)  # a second CreateAccessKey makes two
_strategy = TwoKeys(_iam, _settings)

handler = rotation_handler(_strategy, step_seconds=STEP_SECONDS)
first_key = custom_resource_handler(FirstKey(_strategy, seconds=STEP_SECONDS))
reaper = reaper_handler(
    Reaper(_iam, _settings),
    secrets_manager_client(),
    _settings,
    secret_id=os.environ.get("SECRET_ID", ""),
    seconds=STEP_SECONDS,
)
