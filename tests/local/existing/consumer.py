"""An application on AWS's caching client."""

import json
import threading

import psycopg
from aws_secretsmanager_caching import SecretCache, SecretCacheConfig

from local.patience import wait_until

REFRESH_SECONDS = 1


class Consumer:
    """Logs in again and again, with what the cache has."""

    def __init__(self, aws, arn):
        self._aws, self._arn = aws, arn
        config = SecretCacheConfig(secret_refresh_interval=REFRESH_SECONDS)
        self._cache = SecretCache(config=config, client=aws.client("secretsmanager"))
        self._end = threading.Event()
        self.logins, self.failures, self.seen = 0, [], set()

    def run(self):
        while not self._end.wait(0.02):
            credential = json.loads(self._cache.get_secret_string(self._arn))
            try:
                self._aws.log_in(credential).close()
            except psycopg.OperationalError as error:
                self.failures.append(f"{credential['username']}: {error}")
            self.logins += 1
            self.seen.add(credential["password"])

    def __enter__(self):
        self._thread = threading.Thread(target=self.run)
        self._thread.start()
        return self

    def __exit__(self, *error):
        self.stop()

    def stop(self):
        """Wait for its last login."""
        self._end.set()
        self._thread.join()

    def wait_for(self, password):
        """Wait until it has logged in with a password: it may be one rotation behind."""
        wait_until(lambda: password in self.seen, seconds=20, what="a refresh")
