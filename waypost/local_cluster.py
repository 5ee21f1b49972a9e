"""`make up`: Airflow's four processes on a local Postgres and the dashboards, without containers.

Run as `python -m waypost.local_cluster`; with ONCE=1 it ends as soon as everything is healthy.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

from waypost import pages
from waypost.airflow_run import POOL
from waypost.settings import Settings
from waypost.standalone import AirflowError, environment, free_ports, stop_group

COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer")
HEALTHY_WITHIN_SECONDS = 180
BIN = Path(sys.executable).parent


def postgres_bin() -> Path:
    """The folder of the newest Postgres server on this machine."""
    found = [*Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: int(path.parent.parent.name)).parent
    on_path = shutil.which("initdb")
    if not on_path:
        raise AirflowError("There is no Postgres server here: install the package postgresql.")
    return Path(on_path).resolve().parent


def kept_secrets(settings: Settings) -> dict[str, str]:
    """Random secrets of this home, made once; only the owner may read them."""
    path = settings.airflow / "secrets.json"
    if not path.exists():
        names = ("postgres", "admin", "api", "jwt")
        made = {name: secrets.token_hex(32) for name in names}
        made["fernet"] = urlsafe_b64encode(os.urandom(32)).decode()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps(made), "utf-8")
    kept: dict[str, str] = json.loads(path.read_text("utf-8"))
    return kept


@contextmanager
def postgres(settings: Settings, password: str) -> Iterator[str]:
    """A Postgres server on localhost with its files in the home; gives the connection's URL."""
    tools, data, port = postgres_bin(), settings.home / "postgres", free_ports(1)[0]
    as_owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    is_new = not (data / "PG_VERSION").exists()
    if is_new:
        _make_database(tools, data, password, as_owner)
    options = ["-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", str(data)]
    with (settings.runs / "postgres.log").open("wb") as log:
        server = subprocess.Popen(
            [*as_owner, str(tools / "postgres"), *options],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        client = [str(tools / "psql"), f"postgresql://airflow@127.0.0.1:{port}/postgres", "-qc"]
        _wait_for_database(client, password, server)
        if is_new:
            _psql([*client, "create database airflow"], password)
        yield f"postgresql+psycopg2://airflow:{password}@127.0.0.1:{port}/airflow"
    finally:
        stop_group(server)


def _make_database(tools: Path, data: Path, password: str, as_owner: list[str]) -> None:
    data.mkdir(parents=True, mode=0o700, exist_ok=True)
    told = data.with_name("postgres.password")
    told.touch(mode=0o600)
    told.write_text(password, "utf-8")
    if as_owner:
        shutil.chown(data, "postgres")
        shutil.chown(told, "postgres")
    command = [str(tools / "initdb"), "-D", str(data), "-U", "airflow", "-E", "UTF8"]
    try:
        subprocess.run(
            [*as_owner, *command, "-A", "scram-sha-256", f"--pwfile={told}"],
            stdout=subprocess.DEVNULL,
            check=True,
        )
    finally:
        told.unlink()


def _psql(command: list[str], password: str) -> bool:
    """Whether the statement went through; the password stays out of the list of processes."""
    known = {**os.environ, "PGPASSWORD": password}
    return subprocess.run(command, env=known, capture_output=True, check=False).returncode == 0


def _wait_for_database(client: list[str], password: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while not _psql([*client, "select 1"], password):
        if server.poll() is not None or time.monotonic() > deadline:
            raise AirflowError("Postgres did not come up; see runs/postgres.log in the home.")
        time.sleep(0.3)


def airflow_environment(settings: Settings, kept: dict[str, str], url: str) -> dict[str, str]:
    """As `waypost run` has it, but on Postgres, with a login and secrets shared by all."""
    port, *log_ports = free_ports(3)
    passwords = settings.airflow / "passwords.json"
    passwords.touch(mode=0o600)
    passwords.write_text(json.dumps({"admin": kept["admin"]}), "utf-8")
    return environment(settings, port, (log_ports[0], log_ports[1])) | {
        "AIRFLOW__API__SECRET_KEY": kept["api"],
        "AIRFLOW__API_AUTH__JWT_SECRET": kept["jwt"],
        "AIRFLOW__CORE__FERNET_KEY": kept["fernet"],
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url,
    }


def _start(stack: ExitStack, settings: Settings, known: dict[str, str]) -> None:
    """Prepare the metadata, then start the four processes, each in a group of its own."""
    airflow = str(BIN / "airflow")
    for prepare in (["db", "migrate"], ["pools", "set", POOL, "1", "who may open the warehouse"]):
        subprocess.run([airflow, *prepare], env=known, stdout=subprocess.DEVNULL, check=True)
    for component in COMPONENTS:
        log = stack.enter_context((settings.airflow / f"{component}.log").open("wb"))
        process = subprocess.Popen(
            [airflow, component],
            env=known,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        stack.callback(stop_group, process)


def _wait_until_healthy(address: str) -> None:
    deadline = time.monotonic() + HEALTHY_WITHIN_SECONDS
    health: dict[str, dict[str, str]] = {}
    while time.monotonic() < deadline:
        try:
            with urlopen(f"{address}/api/v2/monitor/health", timeout=10) as answer:
                health = json.loads(answer.read())
        except (URLError, OSError, ValueError):
            health = {}
        if health and all((one or {}).get("status") == "healthy" for one in health.values()):
            return
        time.sleep(1)
    raise AirflowError(f"Airflow is not healthy: {health or 'no answer'}; see its logs.")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Bring everything up, say where it is, and wait for Ctrl-C."""
    signal.signal(signal.SIGTERM, _interrupt)
    settings = Settings.from_environment()
    settings.create()
    kept = kept_secrets(settings)
    started = time.monotonic()
    with ExitStack() as stack:
        url = stack.enter_context(postgres(settings, kept["postgres"]))
        known = airflow_environment(settings, kept, url)
        _start(stack, settings, known)
        address = known["AIRFLOW__API__BASE_URL"]
        _wait_until_healthy(address)
        dashboards = stack.enter_context(pages.served(settings))
        print(f"Airflow      {address}   (admin; password in {settings.airflow}/passwords.json)")
        print(f"Dashboards   {dashboards}")
        print(f"All healthy after {time.monotonic() - started:.0f} s. Ctrl-C ends.", flush=True)
        if os.environ.get("ONCE") != "1":
            signal.pause()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped.")
    except (AirflowError, pages.PagesError, subprocess.CalledProcessError) as problem:
        sys.exit(str(problem))
