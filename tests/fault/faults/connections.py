"""More connections than file descriptors: the server takes what it can, and serves again as soon as they
leave."""

import contextlib
import resource
import socket
import time

from .context import Breach, CallError, require
from .ledger import Ledger, sites

DESCRIPTORS = 64
CONNECTIONS = 200
BACK_SECONDS = 20


def run(context):
    rounds = context.count(1, 3)
    waited = []
    with context.servers("registry") as suite:
        ledger = Ledger(suite, sites())
        ledger.write(20)
        ledger.collect(wait=True)
        # The hard limit stays: not everybody may raise it again.
        soft, hard = resource.prlimit(suite.pid("registry"), resource.RLIMIT_NOFILE)
        resource.prlimit(suite.pid("registry"), resource.RLIMIT_NOFILE, (DESCRIPTORS, hard))
        host, _, port = suite.addresses["registry"].rpartition(":")
        for _ in range(rounds):
            with contextlib.ExitStack() as stack:
                for _ in range(CONNECTIONS):
                    connection = stack.enter_context(socket.socket())
                    connection.setblocking(False)
                    connection.connect_ex((host, int(port)))
                # Until the server has taken what it can: nothing of it can be seen from outside.
                time.sleep(1)
                require(not suite.has_ended("registry"), "the server is gone")
            waited.append(_seconds_until_served(suite))
        resource.prlimit(suite.pid("registry"), resource.RLIMIT_NOFILE, (soft, hard))
        ledger.write(20)
        ledger.collect(wait=True)
        ledger.check()
    return {"descriptors": DESCRIPTORS, "connections": CONNECTIONS, "served_again_after_seconds": waited,
            **ledger.summary()}


def _seconds_until_served(suite):
    start = time.monotonic()
    while True:
        channel = suite.new_channel("registry")
        try:
            suite.call("weft.registry.v1.SiteService/ListSites", {"pageSize": 1}, timeout=2, channel=channel)
            return round(time.monotonic() - start, 2)
        except CallError as error:
            if time.monotonic() - start > BACK_SECONDS:
                raise Breach(f"not served {BACK_SECONDS} s after all had left: {error}") from None
        finally:
            channel.close()
