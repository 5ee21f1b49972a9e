"""Asks a system for a page: waits where it throttles, tries again where it stumbles.

Knows HTTP and patience, not what a page means. Tells no secret: an error names method and path.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from email.utils import parsedate_to_datetime

import httpx
import tenacity

from ingestion.transport import durable
from ingestion.transport.streams import Access, Page, PullError, Request, System

ATTEMPTS = 8
LONGEST_WAIT_SECONDS = 900.0
FIRST_WAIT_SECONDS = 1.0
BACKOFF_LIMIT_SECONDS = 60.0
_AGAIN = {408, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529}


class TokenRefusedError(Exception):
    """The system does not know the mark of the next page any more."""


class UnavailableError(PullError):
    """The account has no such list, or the key may not read it."""


class _NotNowError(Exception):
    """Worth another try, after `wait` seconds if the system named them."""

    def __init__(self, what: str, wait: float | None = None) -> None:
        super().__init__(what)
        self.wait = wait


class Client:
    """One connection to a system; counts requests and retries, remembers when it asked."""

    def __init__(
        self,
        system: System,
        access: Access,
        *,
        now: Callable[[], float],
        sleep: Callable[[float], None] = time.sleep,
        timeout_seconds: float = 60.0,
    ) -> None:
        """`now` gives seconds since 1970."""
        self.system, self.requests, self.retries = system, 0, 0
        self._now, self._sleep = now, sleep
        self._is_known = False  # the key has opened something
        self._per_minute = access.per_minute or system.per_minute
        self._asked: deque[float] = deque(maxlen=self._per_minute)
        self._address = access.url.rstrip("/")
        self._http = httpx.Client(
            headers=dict(system.headers(access)), timeout=timeout_seconds, follow_redirects=False
        )

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def ask(self, request: Request, *, has_token: bool) -> Page:
        """A page. Raises `PullError`, or `TokenRefusedError` when only the token can be wrong."""
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=self._wait,
            retry=tenacity.retry_if_exception_type(_NotNowError),
            sleep=self._sleep,
            before_sleep=self._count_retry,
        )
        try:
            page = retrying(self._once, request, has_token)
        except tenacity.RetryError as error:
            last = error.last_attempt.exception()
            raise PullError(
                f"{self._place(request)} failed {ATTEMPTS} times, last: {last}; "
                "the cursor is kept, so pull again later, and check the address of "
                f"{self.system.name} if it persists."
            ) from None
        if (pause := self.system.pause(page)) > 0:
            self._sleep(pause)
        return page

    def _once(self, request: Request, has_token: bool) -> Page:
        self._keep_rate(request)
        self.requests += 1
        try:
            response = self._http.get(self._address + request.path, params=dict(request.params))
        except httpx.InvalidURL as error:
            raise PullError(f"The address of {self.system.name} is no URL: {error}.") from error
        except httpx.TransportError as error:
            raise _NotNowError(f"{type(error).__name__} ({error})") from error
        self._judge(response, request, has_token)
        return self._page(response)

    def _page(self, response: httpx.Response) -> Page:
        try:
            text, document = durable.parsed(response.content)
        except ValueError:
            raise _NotNowError("the answer is no whole JSON document") from None
        return Page(text, document, response.headers)

    def _judge(self, response: httpx.Response, request: Request, has_token: bool) -> None:
        status, place = response.status_code, self._place(request)
        if status == 200:
            self._is_known = True
            return
        if status in _AGAIN:
            raise _NotNowError(f"status {status}", self._retry_after(response))
        if status == 401:
            refusal = UnavailableError if self._is_known else PullError  # a part of the system
            raise refusal(
                f"{place} was answered 401: {self.system.name} does not know this key; "
                "make a new one there and set it again."
            )
        if has_token and status in (400, 404, 410, 422):
            raise TokenRefusedError
        if status in (403, 404):
            raise UnavailableError(
                f"{place} was answered {status}: grant {self.system.permissions}, "
                "or check the address."
            )
        raise PullError(
            f"{place} was answered {status}: check the address of {self.system.name} "
            "and the times asked for."
        )

    def _retry_after(self, response: httpx.Response) -> float | None:
        """Seconds that the system asks for, as a number or a date; None when it does not say."""
        told = response.headers.get("Retry-After", "")
        try:
            return max(0.0, float(told))
        except ValueError:
            pass
        try:
            wait: float = parsedate_to_datetime(told).timestamp() - self._now()
        except ValueError:
            return None
        return max(0.0, wait)

    def _wait(self, state: tenacity.RetryCallState) -> float:
        """What the system asks for, else exponential back-off; jitter so that nobody marches in step."""
        error = state.outcome.exception() if state.outcome else None
        wait = error.wait if isinstance(error, _NotNowError) else None
        jitter = float(tenacity.wait_random(0, FIRST_WAIT_SECONDS)(state))
        if wait is not None:
            return min(wait, LONGEST_WAIT_SECONDS) + jitter
        backoff = tenacity.wait_exponential_jitter(
            FIRST_WAIT_SECONDS, BACKOFF_LIMIT_SECONDS, jitter=FIRST_WAIT_SECONDS
        )
        return float(backoff(state))

    def _count_retry(self, _state: tenacity.RetryCallState) -> None:
        self.retries += 1

    def _keep_rate(self, request: Request) -> None:
        """At most `per_minute` requests in any minute."""
        if self._per_minute is None or self.system.paced not in request.path:
            return
        if len(self._asked) == self._per_minute:
            wait = 60.0 - (time.perf_counter() - self._asked[0])
            if wait > 0:
                self._sleep(wait)
        self._asked.append(time.perf_counter())

    def _place(self, request: Request) -> str:
        return f"GET {self._address}{request.path}"
