"""The instance metadata service, as far as SDKs ask it for credentials and region.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
"""

import json
import secrets
from http import HTTPStatus
from typing import Final

from werkzeug.wrappers import Request, Response

from local.identity.sessions import ServiceSession
from local.instances.sessions import InstanceSessions, NoRoleError

_CREDENTIALS: Final = "meta-data/iam/security-credentials/"
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


def metadata_url(server_url: str, instance_id: str) -> str:
    """Where an instance finds its metadata: for `AWS_EC2_METADATA_SERVICE_ENDPOINT`.

    Args:
        server_url: The local AWS.
        instance_id: The instance.
    """
    return f"{server_url}{MetadataService.PREFIX}{instance_id}"


class MetadataService:
    """Answers the requests of programs on instances.

    A token is asked for where the instance wants one (IMDSv2), as on EC2.

    Args:
        sessions: Who assumes the roles.
    """

    PREFIX = "/_local/instances/"

    def __init__(self, sessions: InstanceSessions) -> None:
        self._sessions = sessions
        self._tokens: set[str] = set()

    def answer(self, request: Request) -> Response | None:
        """Answer a request; None if it is not for an instance's metadata."""
        if not request.path.startswith(self.PREFIX):
            return None
        instance_id, _, path = request.path.removeprefix(self.PREFIX).partition("/latest/")
        try:
            return self._answer(request, instance_id, path)
        except (LookupError, NoRoleError) as error:
            return Response(f"{error}\n", HTTPStatus.NOT_FOUND)

    def _answer(self, request: Request, instance_id: str, path: str) -> Response:
        instance = self._sessions.instance(instance_id)
        if request.method == "PUT" and path == "api/token":
            return self._token()
        if instance.metadata_options.http_tokens == "required" and not self._is_given(request):
            return Response(status=HTTPStatus.UNAUTHORIZED)
        if path == "meta-data/placement/region":
            return Response(instance.region_name)
        role = self._sessions.role_of(instance_id)
        if path == _CREDENTIALS:
            return Response(role)
        if path == f"{_CREDENTIALS}{role}":
            return Response(_document(self._sessions.assume(instance_id)))
        return Response(status=HTTPStatus.NOT_FOUND)

    def _token(self) -> Response:
        token = secrets.token_urlsafe(40)
        self._tokens.add(token)
        return Response(token, headers={"X-aws-ec2-metadata-token-ttl-seconds": "21600"})

    def _is_given(self, request: Request) -> bool:
        return request.headers.get("X-aws-ec2-metadata-token") in self._tokens


def _document(session: ServiceSession) -> str:
    return json.dumps(
        {
            "Code": "Success",
            "Type": "AWS-HMAC",
            "LastUpdated": session.since.strftime(_TIME),
            "Expiration": session.until.strftime(_TIME),
            "AccessKeyId": session.access_key_id,
            "SecretAccessKey": session.secret_access_key,
            "Token": session.session_token,
        }
    )
