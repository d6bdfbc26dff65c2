"""The disk fills up, by our writes and by somebody else's: writes are refused with the right code, reads go
on, and with room again writes do too, without a restart."""

import contextlib
import os
import subprocess
import time

import grpc

from .context import Breach, CallError, require
from .ledger import Ledger, sites

DISK_MIB = 64
WRITABLE_SECONDS = 5
GET = "weft.registry.v1.SiteService/GetSite"


@contextlib.contextmanager
def small_disk(path):
    """A file system of its own; None where this user may not make one."""
    path.mkdir()
    made = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", path], check=False).returncode == 0
    try:
        yield path if made else None
    finally:
        if made:
            subprocess.run(["umount", "--lazy", path], check=True)


def fill(path):
    """Takes what is left of the disk."""
    block = b"f" * (1 << 20)
    with contextlib.suppress(OSError), open(path, "ab", buffering=0) as file:
        while file.write(block) == len(block):
            pass


def run(context):
    with small_disk(context.scratch / "disk") as disk:
        if disk is None:
            return {"impossible_here": "mounting a small file system needs root"}
        with context.servers("registry", directory="disk/servers") as suite:
            ledger = Ledger(suite, sites(padding=40))
            by_others = _round(suite, ledger, disk / "filler", grow=True)
            by_us = _round(suite, ledger, disk / "filler", grow=False)
            suite.restart("registry")
            ledger.resolve()
            ledger.check()
            ledger.check_feed()
    return {"writable_after_seconds": {"filled_by_others": by_others, "filled_by_us": by_us},
            "limit_seconds": WRITABLE_SECONDS, **ledger.summary()}


def _round(suite, ledger, filler, grow):
    """Fills the disk, looks, makes room; seconds until a write went through."""
    ledger.write(50)
    if grow:
        fill(filler)
    else:
        # Half of the disk is taken by somebody, the rest by us.
        filler.write_bytes(b"f" * (DISK_MIB // 2 << 20))
    ledger.write(20_000, window=8, until=lambda: _refused(ledger))
    ledger.collect(wait=True)
    require(ledger.reasons["STORAGE_FULL"] > 0, f"no write met the full disk: {dict(ledger.reasons)}")
    others = {reason: count for reason, count in ledger.reasons.items() if reason != "STORAGE_FULL"}
    require(not others, f"refused for other reasons than the full disk: {others}")
    codes = {error.code for error in ledger.refused.values()}
    require(codes <= {grpc.StatusCode.RESOURCE_EXHAUSTED}, f"refused with {codes}")
    # A write that met the full disk itself may stand after a restart (Engine::Commit): ambiguous.
    ledger.ambiguous.update(ledger.refused)
    ledger.refused.clear()
    for answer in list(ledger.acknowledged.values())[::10]:
        require(suite.call(GET, {"name": answer["name"]}) == answer, "a read of what was there")
    filler.unlink()
    start = time.monotonic()
    while True:
        try:
            suite.call(ledger.kind.create, ledger.kind.request("room again", ""), timeout=5)
            break
        except CallError as error:
            if time.monotonic() - start > WRITABLE_SECONDS:
                raise Breach(f"still refused {WRITABLE_SECONDS} s after there was room: {error}") from None
            time.sleep(0.05)
    seconds = round(time.monotonic() - start, 2)
    for row in ledger.kind.rows(suite):
        if row["displayName"] == "room again":
            suite.call("weft.registry.v1.SiteService/DeleteSite", {"name": row["name"]})
    ledger.reasons.clear()
    return seconds


def _refused(ledger):
    ledger.collect()
    return ledger.reasons["STORAGE_FULL"] >= 20
