"""Declarations that need no more than some parameters.

`oauth-client` is tested against a real server. The vendors' are read from their documentation and
were never tried: whoever takes one tries it first in an account where nothing can break.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Declared = dict[str, Any]

_HOST = r"https://[a-z0-9.-]{1,200}(:[0-9]{1,5})?"
_URL = re.compile(rf"{_HOST}(/[A-Za-z0-9._~%-]+)*")
_NUMBER = re.compile(r"[1-9][0-9]{0,11}")
_DAYS = re.compile(r"[1-9][0-9]{0,2}")
_SCOPE = re.compile(r"[a-z][a-z0-9_:./-]{0,60}( [a-z][a-z0-9_:./-]{0,60}){0,9}")


@dataclass(frozen=True)
class Preset:
    """A declaration with parameters.

    Attributes:
        make: Makes the declaration of the parameters' values.
        parameters: What each parameter has to look like, by its name.
        tried: Whether it was tried against a real server.
        source: The documentation that it was read from.
        optional: The values of parameters that may be left out.
    """

    make: Callable[..., Declared]
    parameters: Mapping[str, re.Pattern[str]]
    tried: bool
    source: str
    optional: Mapping[str, str] = field(default_factory=dict)

    def declare(self, given: Mapping[str, str]) -> Declared:
        """Put the parameters in.

        Raises:
            ValueError: One is missing or unknown, or can't be used.
        """
        values = {**self.optional, **given}
        for name in (*self.parameters, *values):
            if name not in self.parameters:
                raise ValueError(f"there is no parameter {name}; {self._needs}")
            value = values.get(name)
            if not isinstance(value, str) or not self.parameters[name].fullmatch(value):
                raise ValueError(f"the parameter {name} is missing or can't be used; {self._needs}")
        return self.make(**values)

    @property
    def _needs(self) -> str:
        return f"it takes {', '.join(self.parameters)}"


def _oauth_client(*, registration_url: str, token_url: str, scope: str) -> Declared:
    scopes = {"scope": scope} if scope else {}
    return {
        "token": "client_secret",
        "id": "client_id",
        "expires": "client_secret_expires_at",
        "issue": {
            "url": registration_url,
            "headers": {"Authorization": "Bearer {management}"},
            "json": {
                "client_name": "{name}",
                "grant_types": ["client_credentials"],
                "response_types": [],
                "redirect_uris": [],
                "token_endpoint_auth_method": "client_secret_basic",
                **scopes,
            },
            "fields": {
                name: f"/{name}"
                for name in (
                    "client_id",
                    "client_secret",
                    "client_secret_expires_at",
                    "registration_access_token",
                    "registration_client_uri",
                )
            },
        },
        "prove": {
            "method": "POST",
            "url": token_url,
            "basic": {
                "username": "{secret.client_id}",
                "password": "{secret.client_secret}",
                "form_encoded": True,
            },
            "form": {"grant_type": "client_credentials", **scopes},
            "answers": {
                "refused": [401, 403, {"status": 400, "at": "/error", "is": "invalid_client"}]
            },
        },
        "revoke": {
            "url": "{secret.registration_client_uri}",
            "headers": {"Authorization": "Bearer {secret.registration_access_token}"},
            "answers": {"gone": [401, 403, 404]},
        },
    }


def _gitlab_project(*, url: str, project: str, scope: str, lifetime_days: str) -> Declared:
    tokens = f"{url}/api/v4/projects/{project}/access_tokens"
    manager = {"PRIVATE-TOKEN": "{management}"}
    return {
        "token": "token",
        "id": "token_id",
        "expires": "expires_at",
        "lifetime_days": int(lifetime_days),
        "issue": {
            "url": tokens,
            "headers": manager,
            "json": {
                "name": "rotated {name}",
                "scopes": scope.split(),
                "access_level": 20,
                "expires_at": "{until.date}",
            },
            "fields": {"token": "/token", "token_id": "/id", "expires_at": "/expires_at"},
        },
        "prove": {
            "url": f"{url}/api/v4/projects/{project}",
            "headers": {"PRIVATE-TOKEN": "{secret.token}"},
        },
        "revoke": {"url": f"{tokens}/{{id}}", "headers": manager},
        "list": {
            "url": f"{tokens}?state=active&per_page=100",
            "headers": manager,
            "items": "",
            "id": "/id",
            "name": "/name",
            "created": "/created_at",
            "active": "/active",
            "gone": "/revoked",
            "used": "/last_used_at",
            "next": "link-header",
        },
    }


def _grafana(*, url: str, service_account: str) -> Declared:
    tokens = f"{url}/api/serviceaccounts/{service_account}/tokens"
    manager = {"Authorization": "Bearer {management}"}
    return {
        "token": "token",
        "id": "token_id",
        "issue": {
            "url": tokens,
            "headers": manager,
            "json": {"name": "rotated-{name}"},
            "fields": {"token": "/key", "token_id": "/id"},
        },
        "prove": {
            "url": f"{url}/api/org",
            "headers": {"Authorization": "Bearer {secret.token}"},
            "answers": {"refused": [401]},
        },
        "revoke": {"url": f"{tokens}/{{id}}", "headers": manager},
        "list": {
            "url": tokens,
            "headers": manager,
            "items": "",
            "id": "/id",
            "name": "/name",
            "created": "/created",
            "next": "one-page",
        },
    }


def _datadog(*, url: str) -> Declared:
    keys = f"{url}/api/v2/api_keys"
    manager = {
        "DD-API-KEY": "{management.api_key}",
        "DD-APPLICATION-KEY": "{management.application_key}",
    }
    return {
        "token": "api_key",
        "id": "api_key_id",
        "issue": {
            "url": keys,
            "headers": manager,
            "json": {"data": {"type": "api_keys", "attributes": {"name": "rotated-{name}"}}},
            "fields": {"api_key": "/data/attributes/key", "api_key_id": "/data/id"},
        },
        "prove": {
            "url": f"{url}/api/v1/validate",
            "headers": {"DD-API-KEY": "{secret.api_key}"},
        },
        "revoke": {"url": f"{keys}/{{id}}", "headers": manager},
        "list": {
            "url": f"{keys}?page%5Bsize%5D=100&filter=rotated-",
            "headers": manager,
            "items": "/data",
            "id": "/id",
            "name": "/attributes/name",
            "created": "/attributes/created_at",
            "next": "one-page",
        },
    }


PRESETS: Mapping[str, Preset] = {
    "oauth-client": Preset(
        _oauth_client,
        {"registration_url": _URL, "token_url": _URL, "scope": re.compile(f"({_SCOPE.pattern})?")},
        tried=True,
        source="https://www.rfc-editor.org/rfc/rfc7592",
        optional={"scope": ""},
    ),
    "gitlab-project-token": Preset(
        _gitlab_project,
        {"url": _URL, "project": _NUMBER, "scope": _SCOPE, "lifetime_days": _DAYS},
        tried=False,
        source="https://docs.gitlab.com/api/project_access_tokens/",
        optional={"url": "https://gitlab.com", "scope": "read_api", "lifetime_days": "120"},
    ),
    "grafana-service-account": Preset(
        _grafana,
        {"url": _URL, "service_account": _NUMBER},
        tried=False,
        source="https://grafana.com/docs/grafana/latest/developers/http_api/serviceaccount/",
    ),
    "datadog-api-key": Preset(
        _datadog,
        {"url": _URL},
        tried=False,
        source="https://docs.datadoghq.com/api/latest/key-management/",
        optional={"url": "https://api.datadoghq.com"},
    ),
}
"""By the name in the settings."""
