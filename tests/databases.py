"""Real PostgreSQL and MariaDB servers for tests of the recorder: private, in /tmp, reachable by unix sockets only.

Use with `pytest_plugins = ("tests.databases",)` and a fixture `recorder_db_url` that returns `fresh_database`. A server
starts with the first test that needs it and ends with the session; each test has a database of its own. Without the
servers' programs these tests are skipped, except under CI=true, where that is a failure.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg2
import pymysql
import pytest
from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.statistics import async_add_external_statistics
from homeassistant.core import HomeAssistant
from pytest_socket import socket_allow_hosts

from custom_components.myelectricaldata import statistics

DATABASES = ("sqlite", "postgresql", "mariadb")
START_SECONDS = 60
_NUMBERS = count(1)


@pytest.fixture(params=[DATABASES[0], *(pytest.param(server, marks=pytest.mark.databases) for server in DATABASES[1:])])
def fresh_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of an empty database for the recorder, on each kind of server in turn."""
    if request.param == "sqlite":
        yield "sqlite://"
        return
    # Home Assistant's test fixtures forbid every connection but those to 127.0.0.1; PyMySQL's is a unix socket.
    socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    run, url = request.getfixturevalue(f"{request.param}_server")
    name = f"recorder_{os.getpid()}_{next(_NUMBERS)}"
    run(f"CREATE DATABASE {name}")
    yield url(name)
    run(f"DROP DATABASE {name}")


@pytest.fixture
def recorder(recorder_mock: Recorder, fresh_database: str) -> Recorder:
    assert fresh_database.startswith(str(recorder_mock.dialect_name))
    return recorder_mock


@pytest.fixture
def imported() -> Iterator[list[datetime]]:
    """The hours that were handed to the recorder, in order; a metadata-only import hands none."""
    hours: list[datetime] = []

    def spy(hass: HomeAssistant, metadata: Any, rows: list[Any]) -> None:
        hours.extend(row["start"] for row in rows)
        async_add_external_statistics(hass, metadata, rows)

    with patch.object(statistics, "async_add_external_statistics", spy):
        yield hours


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[tuple[Callable[[str], None], Callable[[str], str]]]:
    """How to run a statement on a private PostgreSQL, and the URL of one of its databases."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    postgres = programs[-1] if programs else _program("postgres", "PostgreSQL")
    account = _account("postgres")
    with _folder(account) as folder:
        data = folder / "data"
        _run_as(account, postgres.with_name("initdb"), "-D", data, "-U", "ha", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = ("-k", folder, "-c", "listen_addresses=", "-F")

        def run(statement: str, database: str = "postgres") -> None:
            connection = psycopg2.connect(host=str(folder), user="ha", dbname=database)
            try:
                connection.autocommit = True
                connection.cursor().execute(statement)
            finally:
                connection.close()

        with _server(account, folder, (postgres, "-D", data, *options), lambda: run("SELECT 1"), psycopg2.Error):
            yield run, lambda name: f"postgresql://ha@/{name}?host={folder}"


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[tuple[Callable[[str], None], Callable[[str], str]]]:
    """How to run a statement on a private MariaDB, and the URL of one of its databases."""
    mariadbd, install = _program("mariadbd", "MariaDB"), _program("mariadb-install-db", "MariaDB")
    account = _account("mysql")
    with _folder(account) as folder:
        data, socket = f"--datadir={folder / 'data'}", folder / "socket"
        _run_as(account, install, "--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db")
        options = (
            f"--socket={socket}",
            f"--pid-file={folder / 'pid'}",
            "--skip-networking",
            "--character-set-server=utf8mb4",
        )
        speed = ("--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0", "--innodb-buffer-pool-size=64M")

        def run(statement: str) -> None:
            connection = pymysql.connect(unix_socket=str(socket), user="root", charset="utf8mb4")
            try:
                connection.cursor().execute(statement)
            finally:
                connection.close()

        command = (mariadbd, "--no-defaults", data, *options, *speed)
        with _server(account, folder, command, lambda: run("SELECT 1"), pymysql.Error):
            yield run, lambda name: f"mysql+pymysql://root@localhost/{name}?unix_socket={socket}&charset=utf8mb4"


def _program(name: str, product: str) -> Path:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is not None:
        return Path(found)
    reason = f"{product} is not installed: {name} not found (scripts/setup brings it to Debian and Ubuntu)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _account(preferred: str) -> str | None:
    """The system account that runs a server: these servers refuse root. None: whoever we are."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in (preferred, "nobody") if name in names)


@contextmanager
def _folder(account: str | None) -> Iterator[Path]:
    """A folder with a short path (a socket's is limited to 107 bytes) that the account owns."""
    folder = Path(tempfile.mkdtemp(prefix="med", dir="/tmp"))
    try:
        if account is not None:
            shutil.chown(folder, account)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as(account: str | None, *command: object) -> list[str]:
    """The command, run by the account, and told to end with us even if we are killed."""
    user = (
        [] if account is None else [f"--reuid={account}", f"--regid={pwd.getpwnam(account).pw_gid}", "--clear-groups"]
    )
    return ["setpriv", *user, "--pdeathsig", "TERM", *map(str, command)]


def _run_as(account: str | None, *command: object) -> None:
    done = subprocess.run(_as(account, *command), capture_output=True, text=True, cwd="/tmp", check=False)
    assert done.returncode == 0, f"{command[0]} failed:\n{done.stdout}{done.stderr}"


@contextmanager
def _server(
    account: str | None,
    folder: Path,
    command: tuple[object, ...],
    probe: Callable[[], None],
    not_ready: type[Exception],
) -> Iterator[None]:
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(_as(account, *command), stdout=output, stderr=subprocess.STDOUT, cwd="/tmp")
    try:
        end = time.monotonic() + START_SECONDS
        while True:
            assert process.poll() is None, f"{command[0]} ended:\n{log.read_text(errors='replace')}"
            assert time.monotonic() < end, f"{command[0]} is not ready:\n{log.read_text(errors='replace')}"
            with suppress(not_ready):
                probe()
                break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
