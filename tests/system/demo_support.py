"""What the tests of tools/demo share: a scratch directory that looks like a checkout, and the demo as a
process. The demo's output and data land in the scratch directory, never in the repository."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUF = ROOT / "tools" / "node" / "node_modules" / ".bin" / "buf"
# The programs under test: those of the release preset, unless a build says where its own are.
BIN_DIR = pathlib.Path(os.environ.get("WEFT_BIN_DIR", ROOT / "build" / "bin"))
WAVE = "waves/2025-winter"


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]
    finally:
        for s in sockets:
            s.close()


def demo_environment():
    """So that tools/demo runs the programs under test, instead of building others."""
    return {**os.environ, "WEFT_DEMO_BIN": str(BIN_DIR)}


class Checkout:
    """A directory with links to the repository's entries, to run commands in as README shows them."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="weft-demo-"))
        for entry in ("tools", "examples", "docs", "protos"):
            (self.path / entry).symlink_to(ROOT / entry)
        (self.path / "build").mkdir()
        (self.path / "build" / "bin").symlink_to(BIN_DIR)

    def close(self):
        shutil.rmtree(self.path)


class Demo:
    """tools/demo, serving. Use as a context manager; it stops the demo with SIGINT, as a person does."""

    def __init__(self, cwd, ports=None, arguments=()):
        self.cwd = cwd
        self.ports = ports or free_ports(3)
        self.arguments = list(arguments)
        self.output = ""
        self.returncode = None

    def environment(self):
        return {**demo_environment(), "WEFT_DEMO_PORTS": " ".join(map(str, self.ports))}

    def run_once(self, timeout=900):
        done = subprocess.run(
            ["tools/demo", "--once", *self.arguments], cwd=self.cwd, env=self.environment(),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout, check=False)
        self.output, self.returncode = done.stdout, done.returncode
        return self

    def __enter__(self):
        self.process = subprocess.Popen(
            ["tools/demo", *self.arguments], cwd=self.cwd, env=self.environment(),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        serving = threading.Event()

        def read():
            for line in self.process.stdout:
                self.output += line
                if line.startswith("Serving until Ctrl-C"):
                    serving.set()
            serving.set()

        self.reader = threading.Thread(target=read)
        self.reader.start()
        if not serving.wait(900) or self.process.poll() is not None:
            self.stop()
            raise AssertionError(f"tools/demo does not serve:\n{self.output}")
        return self

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.returncode = self.process.wait(60)
        self.reader.join(10)

    def __exit__(self, *unused):
        self.stop()


def claims(output):
    """{id: verdict} of the lines that the demo prints for the brief's claims."""
    verdicts = {}
    inside = False
    for line in output.splitlines():
        inside = inside or line.startswith("The brief's claims:")
        if not inside or " | " not in line:
            continue
        verdicts[line.split()[0]] = line.rsplit(" | ", 1)[1]
    return verdicts


def wait_until(condition, seconds=30, what="the condition"):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come true within {seconds} s")
