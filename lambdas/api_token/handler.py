"""The functions' entry points: the strategy of two tokens, with an API as the issuer."""

from api_token.api import Api
from api_token.client import Client
from api_token.connection import trusting
from api_token.destinations import Destinations
from api_token.issuer import ApiIssuer
from api_token.settings import Settings
from tokens.handlers import handlers_of

_settings = Settings.from_environment()
_client = Client(trusting(_settings.authorities), Destinations(_settings.private_networks))
_api = Api(_settings.declaration, _client)

handler, first, reaper = handlers_of(ApiIssuer(_api, management_secret=_settings.management_secret))
