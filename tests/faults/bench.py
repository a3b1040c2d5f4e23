"""Where the scenarios run: one product's server, a site for each, and ears for what leaks."""

import io
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import trustme

from local.patience import Patience
from tests.faults.function import Function
from tests.faults.site import Site
from tests.faults.subject import Subject
from tests.faults.tally import Tally, Verdict

T = TypeVar("T")

EVERY = slice(None)
"""All of the faults."""

_PREPARE_SECONDS = 30.0

Check = Callable[[Site, T], Verdict]


@dataclass
class Bench:
    """What the scenarios share.

    Attributes:
        subject: The database product, with its server.
        output: What the functions print.
        authority: A certificate authority that the functions trust besides the server's.
        workers: How many faults are tried at the same time; most of the time they wait.
        errors: What Lambda would print of the functions' errors.
        passwords: Every password that there was.
    """

    subject: Subject
    output: io.StringIO
    authority: trustme.CA
    workers: int = 4
    errors: list[str] = field(default_factory=list)
    passwords: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def site(self, *, first_user: bool = True) -> Iterator[Site]:
        """Makes a site for as long as it is needed.

        Args:
            first_user: Whether the application's user exists.
        """
        with self._lock:  # one after the other: they share a database
            site = Site(self.subject)
        try:
            if first_user:
                site.create_first_user()
            yield site
        finally:
            self.passwords |= site.passwords()
            site.proxy.close()

    def function(self, site: Site, strategy: str) -> Function:
        """A rotation function with the site's own client."""
        return Function(site, site.handler(strategy), self.errors)

    def rotated(self, strategy: str) -> Callable[[Site], None]:
        """What makes a new site one that was rotated before.

        Faults of others that are tried at the same time may be in its way, and a machine that is
        slower than functions wait which give up soon, so it tries again, as Secrets Manager does:
        nothing is tried yet that could fail.
        """

        def prepare(site: Site) -> None:
            function, token = self.function(site, strategy), site.secrets.begin(site.arn)
            patience = Patience(_PREPARE_SECONDS)
            while error := function.rotate(token):
                if not getattr(error, "retry_helps", False) or patience.over():
                    raise error

        return prepare

    def run(
        self,
        tally: Tally,
        faults: Iterable[T],
        check: Check[T],
        *,
        fresh: bool = False,
        first_user: bool = True,
        workers: int = 0,
        again: int = 0,
        prepare: Callable[[Site], None] = lambda _: None,
    ) -> Tally:
        """Tries faults, several at a time, each worker on a site of its own.

        Args:
            tally: Counts what came of it.
            faults: What to try.
            check: Tries one.
            fresh: Whether each fault wants a new site; else only one after which all was not well.
            first_user: Whether a new site has the application's user.
            workers: How many at the same time, if not as many as usual.
            again: On how many more sites a fault is tried that does not happen on each of them.
            prepare: What is done with a new site.
        """
        waiting: queue.SimpleQueue[tuple[T, int]] = queue.SimpleQueue()
        for fault in faults:
            waiting.put((fault, again))
            tally.wanted += 1

        def work() -> None:
            while not waiting.empty():
                with self.site(first_user=first_user) as site:
                    prepare(site)
                    self._try(tally, site, waiting, check, once=fresh)

        workers = min(workers or self.workers, tally.wanted)
        with ThreadPoolExecutor(workers) as pool:
            for done in [pool.submit(work) for _ in range(workers)]:
                done.result()
        return tally

    def _try(
        self,
        tally: Tally,
        site: Site,
        waiting: "queue.SimpleQueue[tuple[T, int]]",
        check: Check[T],
        *,
        once: bool,
    ) -> None:
        while True:
            try:
                fault, left = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                verdict = check(site, fault)
            except Exception as error:  # noqa: BLE001  # one fault must not end all others
                verdict = Verdict(str(fault), findings=[f"The bench ended in {error!r}"])
            if left and not (verdict.injected or verdict.findings):
                waiting.put((fault, left - 1))
                return
            with self._lock:
                tally.add(verdict)
            if once or verdict.findings or not verdict.injected:
                return
