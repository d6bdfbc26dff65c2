"""The storage engine on a disk that fails (tests/fault/storage): power loss, errors, no room, hangs, bit
flips."""

import os
import re
import subprocess

from .context import require


def run(context):
    program = context.build_dir / "tests/fault/storage/storage_fault_test"
    require(program.exists(), f"{program} is not built")
    environment = {**os.environ, "WEFT_SEED": str(context.seed)}
    if context.full:
        environment["WEFT_FAULT_FULL"] = "1"
    done = subprocess.run([program], env=environment, capture_output=True, text=True, check=False)
    require(done.returncode == 0, done.stdout[-6000:])
    figures = [line for line in done.stdout.splitlines()
               if re.match(r"\d+ (power|calls|full)|[.A-Z]\w+: |writable after", line)]
    return {"figures": figures}
