"""Who may press on a console: accounts with a PIN, known machines, and the server's secret.

Everything is in the dashboard's state folder. A PIN of six digits is enough because it counts only on a
machine that is known: one that was let in once with a code which a technician (``preaccueil account
machine``) or a supervisor gave, and which keeps a signed cookie since. The command and the running
dashboard share the file: each change is made under a lock and put in place in one step.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from msgspec.structs import replace

from broker.clock import SECOND
from broker.contract.topics import LEVEL
from dashboard.audit import Trail

Role: TypeAlias = Literal["agent", "technician", "supervisor"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)

PIN_DIGITS: Final = 6
CODE_VALID_S: Final = 15 * 60
"""How long a machine's code may be used, once; civil seconds."""

_CODE_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""No 0, O, 1 and I: a code is read aloud from one screen and typed on another."""
_CODE_LENGTH: Final = 10
_MOST_NAME_LENGTH: Final = 40


class AccountError(Exception):
    """What was asked for cannot be; the text is for the person who asked."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may press. ``pin`` is its argon2 hash; ``stamp`` changes with it, which ends sessions."""

    id: str
    name: str
    role: Role
    pin: str
    stamp: str

    def may(self, role: Role) -> bool:
        """Whether this account may do what that role does: a supervisor may do all."""
        return self.role in (role, "supervisor")


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """A machine on which PINs count, known since ``since_ns`` (civil)."""

    id: str
    name: str
    since_ns: int


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """A code that lets one machine in, once; only its SHA-256 is kept."""

    sha256: str
    name: str
    until_ns: int


class Register(msgspec.Struct, frozen=True, kw_only=True):
    """The whole file."""

    accounts: list[Account] = []
    machines: list[Machine] = []
    codes: list[Code] = []


DEMONSTRATION: Final = (
    Account(id="demo-agent", name="", role="agent", pin="", stamp="demo"),
    Account(id="demo-technician", name="", role="technician", pin="", stamp="demo"),
    Account(id="demo-supervisor", name="", role="supervisor", pin="", stamp="demo"),
)
"""The accounts of a demonstration: no PIN, no file, and only where nobody but this machine can reach."""

SIMULATED: Final = Account(id="demo-simulation", name="", role="agent", pin="", stamp="demo")
"""And the account of its simulated agents, so that a desk that a person has taken can be told from theirs."""


class Accounts:
    """The accounts and machines of one dashboard.

    Args:
        folder: the dashboard's state folder; made when missing.
        demonstration: anybody may sign in as one of two ready-made accounts.
        hasher: hashes PINs; the library's own choice (RFC 9106, low memory) unless something must be quick.
    """

    def __init__(
        self, folder: Path, *, demonstration: bool = False, hasher: PasswordHasher | None = None
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self.demonstration = folder, demonstration
        self.trail = Trail(folder)
        self._path = folder / "accounts.json"
        self._hasher = hasher or PasswordHasher()
        self._read: tuple[tuple[int, int, int], Register] | None = None

    @property
    def register(self) -> Register:
        """What the file says now; read again when it was replaced. Raises AccountError when it is broken."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return Register()
        mark = (found.st_ino, found.st_mtime_ns, found.st_size)
        if self._read is None or self._read[0] != mark:
            try:
                register = msgspec.json.decode(self._path.read_bytes(), type=Register)
            except msgspec.DecodeError as problem:
                raise AccountError(f"{self._path} cannot be read: {problem}") from problem
            self._read = mark, register
        return self._read[1]

    # Accounts -----------------------------------------------------------------------------------

    def find(self, account_id: str) -> Account | None:
        """The account of that id, None when there is none."""
        known = (*self.register.accounts, *((*DEMONSTRATION, SIMULATED) if self.demonstration else ()))
        return next((account for account in known if account.id == account_id), None)

    def holds(self, account_id: str, pin: str) -> Account | None:
        """The account when ``pin`` is its own, else None. Takes part of a second on a Pi, as it should."""
        account = self.find(account_id)
        if account is None or not account.pin:
            return None
        try:
            self._hasher.verify(account.pin, pin)
        except (Argon2Error, InvalidHashError):
            return None
        return account

    def add(self, account_id: str, name: str, role: Role, pin: str) -> None:
        """Add an account. Raises AccountError when the id is taken or something is not allowed."""
        if not LEVEL.fullmatch(account_id):
            raise AccountError(f"{account_id!r} is no id: lower-case letters, digits and hyphens, at most 32")
        name = _checked_name(name)
        account = Account(
            id=account_id, name=name, role=role, pin=self._hash(pin), stamp=secrets.token_hex(8)
        )
        with self._changing() as register:
            if any(known.id == account_id for known in register.accounts):
                raise AccountError(f"there is an account {account_id!r} already")
            self._write(replace(register, accounts=[*register.accounts, account]))

    def remove(self, account_id: str) -> None:
        """Remove an account; its sessions end. Raises AccountError when there is none."""
        with self._changing() as register:
            self._known(register, account_id)
            kept = [known for known in register.accounts if known.id != account_id]
            self._write(replace(register, accounts=kept))

    def set_pin(self, account_id: str, pin: str) -> None:
        """Give an account another PIN; its sessions end. Raises AccountError."""
        hashed = self._hash(pin)
        with self._changing() as register:
            account = self._known(register, account_id)
            changed = replace(account, pin=hashed, stamp=secrets.token_hex(8))
            kept = [changed if known.id == account_id else known for known in register.accounts]
            self._write(replace(register, accounts=kept))

    # Machines -----------------------------------------------------------------------------------

    def new_code(self, name: str, now_ns: int) -> str:
        """A code that lets one machine in within the next quarter of an hour. Raises AccountError."""
        name = _checked_name(name)
        letters = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
        code = Code(sha256=_digest(letters), name=name, until_ns=now_ns + CODE_VALID_S * SECOND)
        with self._changing() as register:
            open_codes = [known for known in register.codes if known.until_ns > now_ns]
            self._write(replace(register, codes=[*open_codes, code]))
        return f"{letters[:5]}-{letters[5:]}"

    def let_in(self, code: str, now_ns: int) -> Machine | None:
        """Make a machine known by its code, which is then used up; None when the code does not count."""
        digest = _digest("".join(letter for letter in code.upper() if letter in _CODE_LETTERS))
        with self._changing() as register:
            fits = [known for known in register.codes if known.sha256 == digest and known.until_ns > now_ns]
            if not fits:
                return None
            machine = Machine(id=secrets.token_hex(8), name=fits[0].name, since_ns=now_ns)
            codes = [known for known in register.codes if known.sha256 != digest]
            self._write(replace(register, machines=[*register.machines, machine], codes=codes))
        return machine

    def machine(self, machine_id: str) -> Machine | None:
        """The known machine of that id."""
        return next((known for known in self.register.machines if known.id == machine_id), None)

    def forget(self, machine_id: str) -> None:
        """Know a machine no longer; the sessions on it end. Raises AccountError when it is not known."""
        with self._changing() as register:
            kept = [known for known in register.machines if known.id != machine_id]
            if len(kept) == len(register.machines):
                raise AccountError(f"there is no machine {machine_id!r}")
            self._write(replace(register, machines=kept))

    # Inside -------------------------------------------------------------------------------------

    def secret(self) -> bytes:
        """What cookies are signed with: made at the first start, kept, so that sessions outlive a restart."""
        path = self._folder / "secret.key"
        with self._locked():
            if not path.exists():
                self._put(path, secrets.token_bytes(32))
            return path.read_bytes()

    def _hash(self, pin: str) -> str:
        if len(pin) != PIN_DIGITS or not (pin.isascii() and pin.isdigit()):
            raise AccountError(f"a PIN has {PIN_DIGITS} digits")
        steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
        if len(steps) == 1 and steps <= {0, 1, 9}:
            raise AccountError("anybody would try this PIN first: no run of digits, no one digit alone")
        return self._hasher.hash(pin)

    @staticmethod
    def _known(register: Register, account_id: str) -> Account:
        for account in register.accounts:
            if account.id == account_id:
                return account
        known = ", ".join(account.id for account in register.accounts) or "none"
        raise AccountError(f"there is no account {account_id!r} (known: {known})")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self._folder / "accounts.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _changing(self) -> Iterator[Register]:
        with self._locked():
            yield self.register

    def _write(self, register: Register) -> None:
        self._put(self._path, msgspec.json.format(msgspec.json.encode(register), indent=1))

    def _put(self, path: Path, content: bytes) -> None:
        """Replace a file in one step, for this user's eyes only; root leaves it to the folder's owner."""
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if os.geteuid() == 0:
            owner = self._folder.stat()
            os.chown(fresh, owner.st_uid, owner.st_gid)
        fresh.replace(path)


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= _MOST_NAME_LENGTH:
        raise AccountError(f"a name has 1 to {_MOST_NAME_LENGTH} characters")
    return name
