"""Airflow as a child of this process: starts it, asks it over REST, stops all of it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from waypost.settings import PROJECT, Settings

START_LIMIT_SECONDS = 120
STOP_LIMIT_SECONDS = 30
REQUEST_LIMIT_SECONDS = 60
COMPONENTS = ("metadatabase", "scheduler", "dag_processor", "triggerer")


class AirflowError(Exception):
    """Airflow did not do what was asked; one sentence, and the HTTP status when it answered."""

    def __init__(self, sentence: str, code: int = 0) -> None:
        super().__init__(sentence)
        self.code = code


def free_ports(count: int) -> list[int]:
    """Ports on localhost that nobody uses now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()


def environment(settings: Settings, port: int, log_ports: tuple[int, int]) -> dict[str, str]:
    """What Airflow's processes need to know; a fresh SQLite file holds the metadata of one run."""
    address = f"http://127.0.0.1:{port}"
    chosen = {
        "AIRFLOW_HOME": str(settings.airflow),
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "15",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{_database(settings)}",
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(log_ports[0]),
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(log_ports[1]),
        "GX_ANALYTICS_ENABLED": "false",
        "WAYPOST_HOME": str(settings.home),
        "WAYPOST_SECRET_FILE": str(settings.secret_file),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    return {**os.environ, **chosen}


def _database(settings: Settings) -> Path:
    return settings.airflow / "run.db"


class Airflow:
    """`airflow standalone` in a process group of its own, as a context manager."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._token = ""
        self.log = settings.airflow / "standalone.log"
        port, *log_ports = free_ports(3)
        self.address = f"http://127.0.0.1:{port}"
        self._environment = environment(settings, port, (log_ports[0], log_ports[1]))

    def __enter__(self) -> Airflow:
        self._settings.airflow.mkdir(parents=True, exist_ok=True)
        for leftover in self._settings.airflow.glob(f"{_database(self._settings).name}*"):
            leftover.unlink()
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [str(Path(sys.executable).parent / "airflow"), "standalone"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait_until_healthy()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + START_LIMIT_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise AirflowError(f"Airflow ended while it started; its log is {self.log}.")
            if self._is_healthy():
                self._token = self.get("/auth/token")["access_token"]
                return
            time.sleep(0.5)
        raise AirflowError(
            f"Airflow was not up after {START_LIMIT_SECONDS} s; its log is {self.log}."
        )

    def _is_healthy(self) -> bool:
        try:
            health = self.get("/api/v2/monitor/health")
        except (AirflowError, URLError, OSError, ValueError):
            return False
        return all((health.get(one) or {}).get("status") == "healthy" for one in COMPONENTS)

    def get(self, path: str) -> Any:
        """Ask the REST API; returns the parsed answer."""
        return self._call("GET", path, None)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Send JSON to the REST API; returns the parsed answer."""
        return self._call("POST", path, body)

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        request = Request(self.address + path, data, headers, method=method)
        try:
            with urlopen(request, timeout=REQUEST_LIMIT_SECONDS) as response:
                return json.loads(response.read() or b"null")
        except HTTPError as error:
            told = error.read().decode(errors="replace")[:300]
            sentence = f"Airflow answered {error.code} to {method} {path}: {told}; see {self.log}."
            raise AirflowError(sentence, error.code) from None

    def set_pool(self, name: str, slots: int) -> None:
        """Make a pool, or give one that is there another number of slots."""
        pool = {"slots": slots, "description": "", "include_deferred": False}
        try:
            self.post("/api/v2/pools", {"name": name, **pool})
        except AirflowError as error:
            if error.code != 409:
                raise
            self._call("PATCH", f"/api/v2/pools/{name}", {"pool": name, **pool})

    def stop(self) -> None:
        """End the whole group: parent, scheduler, processors, servers, workers."""
        if self._process is not None:
            stop_group(self._process)
        self._process = None


def stop_group(leader: subprocess.Popen[bytes]) -> None:
    """End a process group, at first politely; `leader` was started in a session of its own."""
    _signal(leader.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_LIMIT_SECONDS
    while time.monotonic() < deadline and _signal(leader.pid, 0):
        leader.poll()  # a child that ended is a zombie until somebody asks for it
        time.sleep(0.2)
    _signal(leader.pid, signal.SIGKILL)
    leader.wait()


def _signal(group: int, number: int) -> bool:
    """Signal a process group; False when it is gone."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True
