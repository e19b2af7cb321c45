"""A state folder has one process, and it is free again however that process ends."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from broker.folder import FolderInUseError, Hold

HOLDING = """
import pathlib, sys, time
from broker.folder import Hold
hold = Hold(pathlib.Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def test_a_second_holder_is_told_and_the_first_goes_on(tmp_path):
    with Hold(tmp_path):
        with pytest.raises(FolderInUseError, match="l'arrêter d'abord"):
            Hold(tmp_path)
        with pytest.raises(FolderInUseError):
            Hold(tmp_path)
    with Hold(tmp_path):
        pass


def test_a_killed_process_holds_nothing(tmp_path):
    with subprocess.Popen([sys.executable, "-c", HOLDING, str(tmp_path)], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        with pytest.raises(FolderInUseError):
            Hold(tmp_path)
        process.send_signal(signal.SIGKILL)
        process.wait()
    with Hold(tmp_path):
        pass
