"""Types are known before threads use them: msgspec cannot be asked about one by two threads at once."""

from __future__ import annotations

import subprocess
import sys

RACE = """
import sys, threading, types
import msgspec
from broker.first_use import know_types
sys.setswitchinterval(1e-6)
parts = "\\n".join(
    f"class S{k}(msgspec.Struct, tag='s{k}'):\\n    a: int\\n    c: list[int] = []" for k in range(20)
)
whole = "class W(msgspec.Struct):\\n    u: " + "|".join(f"S{k}" for k in range(20))
for _ in range(100):
    module = types.ModuleType("made_up")
    sys.modules["made_up"] = module
    exec("from __future__ import annotations\\nimport msgspec\\n" + parts + "\\n" + whole, module.__dict__)
    know_types(module)
    together = threading.Barrier(8)
    def decode():
        together.wait()
        msgspec.json.decode(b'{"u":{"type":"s3","a":1}}', type=module.W)
    threads = [threading.Thread(target=decode) for _ in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""


def test_threads_that_decode_a_known_type_at_once_do_not_crash():
    done = subprocess.run([sys.executable, "-c", RACE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.returncode} {done.stderr}"
