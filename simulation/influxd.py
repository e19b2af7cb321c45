"""An InfluxDB of our own on loopback, for ``make run`` and for the tests.

It listens on a port that the kernel picks, keeps everything in the folder it is given, and ends with
us. A folder that was used before keeps its points.
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import influxdb_client

from hall.store.open import StoreConfig

ORG = "preaccueil"
"""The organisation that every bucket of ours belongs to."""

_library: Any = influxdb_client
"""It says that it is typed, and is not."""

_GET = Path(__file__).resolve().parent.parent / "tools" / "influxd" / "get.sh"
_LISTENING = re.compile(r"msg=Listening .*\bport=(\d+)")
_FIRST_START_S = 60.0
"""Seconds until it listens: one on a desk computer; migrations on a loaded Pi take longer."""


class InfluxdError(Exception):
    """There is no influxd, or it does not do what it should; the text says what to do."""


def find_influxd(*, only_what_is_there: bool) -> Path:
    """The program, as ``tools/influxd/get.sh`` finds it.

    Args:
        only_what_is_there: neither install nor build one, which takes minutes.

    Raises:
        InfluxdError: there is none; the text is the script's.
    """
    command = [str(_GET), *(["--check"] if only_what_is_there else [])]
    # A build tells on stderr what it does for minutes: that is for the person who waits.
    stderr = subprocess.PIPE if only_what_is_there else None
    try:
        found = subprocess.run(command, stdout=subprocess.PIPE, stderr=stderr, text=True, check=False)
    except OSError as problem:
        raise InfluxdError(f"cannot run {_GET}: {problem.strerror}") from problem
    if found.returncode:
        raise InfluxdError((found.stderr or "").strip() or f"{_GET} ended with {found.returncode}")
    return Path(found.stdout.strip())


class Influxd:
    """A running influxd; a context manager that stops it.

    Args:
        program: the influxd 2.x to run.
        folder: where it keeps its points, its log and its tokens; made when missing.

    Raises:
        InfluxdError: it does not start; the text shows the end of its log.
    """

    def __init__(self, program: Path, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._log = folder / "influxd.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    str(program),
                    "run",
                    "--http-bind-address=127.0.0.1:0",
                    f"--bolt-path={folder / 'influxd.bolt'}",
                    f"--sqlite-path={folder / 'influxd.sqlite'}",
                    f"--engine-path={folder / 'engine'}",
                    "--reporting-disabled",
                    "--ui-disabled",
                    "--no-tasks",
                ],
                # Else it would read a configuration that lies in the working or the home directory.
                env={**os.environ, "INFLUXD_CONFIG_PATH": str(folder)},
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                # A Ctrl-C is for us: we end it, after those who still write to it.
                process_group=0,
            )
        try:
            self.url = f"http://127.0.0.1:{self._port()}"
            self._admin = _library.InfluxDBClient(self.url, self._onboard(), org=ORG)
            self._org_id = self._admin.organizations_api().find_organizations(org=ORG)[0].id
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def bucket(self, name: str, *, retention_s: int = 0) -> StoreConfig:
        """A bucket and a token that may read and write that bucket only; made when missing.

        Args:
            name: the bucket's name.
            retention_s: seconds after which points go; 0 keeps them for ever.
        """
        buckets = self._admin.buckets_api()
        bucket = buckets.find_bucket_by_name(name) or buckets.create_bucket(
            bucket_name=name,
            org=self._org_id,
            retention_rules=[_library.BucketRetentionRules(type="expire", every_seconds=retention_s)],
        )
        token_file = self._folder / f"{bucket.id}.token"
        if not token_file.exists():
            resource = _library.PermissionResource(type="buckets", id=bucket.id, org_id=self._org_id)
            permissions = [
                _library.Permission(action=action, resource=resource) for action in ("read", "write")
            ]
            granted = self._admin.authorizations_api().create_authorization(self._org_id, permissions)
            _write_secret(token_file, granted.token)
        return StoreConfig(kind="influxdb", url=self.url, org=ORG, bucket=name, token_file=token_file)

    def delete_bucket(self, name: str) -> None:
        """Delete a bucket with all its points and its token; nothing where there is none.

        A bucket in use holds some 23 open files: many small ones must go when they are done with.
        """
        buckets = self._admin.buckets_api()
        if bucket := buckets.find_bucket_by_name(name):
            buckets.delete_bucket(bucket)
            (self._folder / f"{bucket.id}.token").unlink(missing_ok=True)

    def stop(self) -> None:
        """End it, giving it ten seconds to write down what it has in memory."""
        if hasattr(self, "_admin"):
            self._admin.close()
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _port(self) -> int:
        """The port, once it listens: its log is the only place that says which one the kernel gave."""
        deadline = time.monotonic() + _FIRST_START_S
        while time.monotonic() < deadline:
            text = self._log.read_text(encoding="utf-8", errors="replace")
            if listening := _LISTENING.search(text):
                return int(listening[1])
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        raise InfluxdError(f"influxd does not start; the end of {self._log}:\n{_tail(text.splitlines())}")

    def _onboard(self) -> str:
        """The token of its administrator: chosen and written down before it is told, so never lost."""
        token_file = self._folder / "admin.token"
        if not token_file.exists():
            _write_secret(token_file, secrets.token_urlsafe(32))
        token = token_file.read_text(encoding="ascii")
        client = _library.InfluxDBClient(self.url)
        setup = _library.SetupService(client.api_client)
        try:
            if setup.get_setup().allowed:
                setup.post_setup(
                    _library.OnboardingRequest(
                        username="admin",
                        password=secrets.token_urlsafe(24),
                        org=ORG,
                        bucket="unused",
                        token=token,
                    )
                )
        finally:
            client.close()
        return token


def _write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)


def _tail(lines: Iterable[str]) -> str:
    return "\n".join([*lines][-5:])
