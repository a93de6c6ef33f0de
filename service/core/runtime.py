"""What a running installation consists of, made once and handed to everything that needs it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session, sessionmaker

from service.core import db, jobs, keys
from service.core.clock import Clock, utc_now
from service.core.crypto import Vault
from service.core.errors import Misconfigured
from service.core.key_store import KeyStore
from service.core.settings import Settings
from service.core.storage import LocalStorage, Storage

Sweep = Callable[["Runtime"], int]
HoldsSealed = Callable[[Session], bool]

_LOG = logging.getLogger(__name__)


@dataclass
class Runtime:
    """Settings, database, clock, keys and the job runner of one process."""

    settings: Settings
    sweeps: tuple[Sweep, ...] = ()
    clock: Clock = field(default=utc_now)
    sealed: tuple[HoldsSealed, ...] = ()

    @cached_property
    def engine(self) -> Engine:
        """Return the engine; the first use opens it."""
        return db.connect(self.settings.database_url)

    @cached_property
    def jobs(self) -> jobs.Jobs:
        """Return the job runner."""
        return jobs.Jobs(self.settings, self.sweep)

    def sweep(self) -> None:
        """Do everything that is due; a feature's sweep returns how many rows it took."""
        for sweep in self.sweeps:
            while sweep(self):
                pass

    @cached_property
    def vault(self) -> Vault:
        """Return the vault that seals personal data."""
        self.require_master_key()
        masters, index = keys.FolderMasters(self.key_folder), keys.index_key(self.key_folder)
        masters.key(masters.newest())
        return Vault(masters, index, self.key_store)

    @cached_property
    def key_store(self) -> KeyStore:
        """Return the database of case keys; the first use opens it."""
        return KeyStore(self.settings.key_store_url)

    def require_master_key(self) -> None:
        """Raise Misconfigured when the database holds what only a key that is gone can open.

        A new key in its place would hide the loss until somebody needs the data.
        """
        path = self.key_folder / keys.MASTER
        if keys.master_versions(self.key_folder) or not self.sealed:
            return
        with self.reading() as session:
            if any(holds(session) for holds in self.sealed):
                what = "is missing, and the database holds data sealed with it; restore the file"
                raise Misconfigured(what, where=str(path))

    @cached_property
    def storage(self) -> Storage:
        """Return where sealed files lie."""
        return LocalStorage(self.settings.home / "files")

    @property
    def key_folder(self) -> Path:
        """Return the folder of this installation's secrets."""
        return self.settings.home / "keys"

    def publisher_key(self) -> Ed25519PrivateKey:
        """Return the key that signs packs."""
        return keys.signing_key(self.key_folder, keys.PUBLISHER)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Open a writing transaction: commits at the end, rolls back on any error."""
        with self._writing() as session:
            with session.begin():
                yield session
            if jobs.sweep_requested(session):
                self._wake_worker()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a transaction that only reads and never blocks a writer."""
        with self._reading() as session, session.begin():
            yield session

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """Open a connection that only reads: for what every request asks, where a session costs more than the answer."""
        with self._read_only.connect() as connection:
            yield connection

    def _wake_worker(self) -> None:
        """Tell the worker to look now; what was committed stands whether or not it hears that."""
        try:
            self.jobs.look_now()
        except Exception as error:  # noqa: BLE001 - queues share no error, and none may undo the answer
            kind = type(error).__name__
            _LOG.warning("the job queue cannot be reached (%s); work waits for a sweep", kind)

    def close(self) -> None:
        """Give back the connections; the object opens new ones when used again."""
        if "engine" in self.__dict__:
            self.engine.dispose()
        if "key_store" in self.__dict__:
            self.key_store.close()

    @cached_property
    def _writing(self) -> sessionmaker[Session]:
        folder = {"home": self.settings.home}
        return sessionmaker(self.engine, expire_on_commit=False, info=folder)

    @cached_property
    def _reading(self) -> sessionmaker[Session]:
        return sessionmaker(self._read_only, expire_on_commit=False, autoflush=False)

    @cached_property
    def _read_only(self) -> Engine:
        return db.read_only(self.engine)
