"""Declarations to start from."""

from typing import Any


def short() -> dict[str, Any]:
    """OAuth clients, as docs/api-tokens.md has them: no list, an id, several fields."""
    return {
        "token": "client_secret",
        "id": "client_id",
        "hosts": ["manage.example.com:8443"],
        "issue": {
            "url": "https://auth.example.com/reg",
            "headers": {"Authorization": "Bearer {management.token}"},
            "json": {"client_name": "{name}", "grant_types": ["client_credentials"], "n": 1},
            "answers": {"done": [201], "full": [{"status": 400, "at": "/error", "is": "full"}]},
            "fields": {
                "client_id": "/client_id",
                "client_secret": "/client_secret",
                "manage": "/registration_client_uri",
                "manage_token": "/registration_access_token",
            },
        },
        "prove": {
            "method": "POST",
            "url": "https://auth.example.com/token?audience={secret.client_id}",
            "basic": {
                "username": "{secret.client_id}",
                "password": "{secret.client_secret}",
                "form_encoded": True,
            },
            "form": {"grant_type": "client_credentials"},
        },
        "revoke": {
            "url": "{secret.manage}",
            "headers": {"Authorization": "Bearer {secret.manage_token}"},
            "answers": {"gone": [401, 404]},
        },
    }


def whole() -> dict[str, Any]:
    """Everything that a declaration can say, about an API that lists."""
    return {
        "token": "token",
        "id": "token_id",
        "expires": "until",
        "most": 10,
        "lifetime_days": 90,
        "settle_seconds": 5,
        "issue": {
            "method": "POST",
            "url": "https://api.example.com:8443/v1/tokens?scope=read",
            "headers": {"X-Key": "{management}", "Content-Type": "application/vnd.api+json"},
            "json": {"data": {"name": "{name}", "until": "{until.date}", "flags": [True, None]}},
            "answers": {"done": [200], "full": [422], "later": [409]},
            "fields": {"token": "/data/token", "token_id": "/data/id", "until": "/data/until"},
        },
        "prove": {
            "url": "https://api.example.com:8443/v1/me",
            "headers": {"Authorization": "Bearer {secret.token}"},
            "answers": {"done": [200], "refused": [401, {"status": 200, "at": "/ok", "is": False}]},
        },
        "revoke": {
            "method": "POST",
            "url": "https://api.example.com:8443/v1/tokens/{id}/revoke",
            "headers": {"X-Key": "{management}"},
            "form": {"reason": "rotated"},
        },
        "list": {
            "url": "https://api.example.com:8443/v1/tokens?per_page=100",
            "headers": {"X-Key": "{management}"},
            "items": "/data",
            "id": "/id",
            "created": "/created_at",
            "name": "/attributes/name",
            "active": "/active",
            "gone": {"at": "/revoked", "is": True},
            "used": "/last_used_at",
            "next": "/links/next",
            "exclusive": False,
        },
    }
