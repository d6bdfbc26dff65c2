"""The programs that a benchmark runs: ours, the bare server, and the peers where they are installed."""

import contextlib
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import time

START_SECONDS = 60
HERE = pathlib.Path(__file__).resolve().parent


def run_json(program, *arguments):
    """Runs a program to its end; the last line that it prints, which is JSON."""
    command = [str(program), *(str(each) for each in arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} exited with {done.returncode}\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def start(command, log, **options):
    """Starts a process that ends with this one, whatever happens."""
    with open(log, "ab") as file:
        return subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *(str(each) for each in command)], stderr=file, **options)


def stop(process, how=signal.SIGKILL):
    process.send_signal(how)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process, log):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args[3]} did not start; see {log}")


def resident_mib(pid):
    """What the process has in memory."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"process {pid} has no VmRSS")


def disk_mib(directory):
    """What the files below the directory take of the disk."""
    return sum(path.stat().st_blocks * 512 for path in directory.rglob("*") if path.is_file()) / 1024**2


class Bare:
    """The bare server: gRPC's and RocksDB's own speed."""

    def __init__(self, bin_dir, scratch):
        self._process = start(
            [bin_dir / "weft-bench-limit", "--data", scratch / "bare"], scratch / "bare.log",
            stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"weft-bench-limit did not start; see {scratch / 'bare.log'}")
        self.target = f"127.0.0.1:{json.loads(line)['port']}"

    def close(self):
        stop(self._process)


class Etcd:
    """A single etcd with its own data, or none."""

    @staticmethod
    def installed():
        return shutil.which("etcd") is not None

    def __init__(self, scratch):
        port, peer_port = free_port(), free_port()
        self.target = f"127.0.0.1:{port}"
        client, peer = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{peer_port}"
        log = scratch / "etcd.log"
        self._process = start([
            "etcd", "--data-dir", scratch / "etcd", "--listen-client-urls", client,
            "--advertise-client-urls", client, "--listen-peer-urls", peer,
            "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}",
            "--log-level", "error", "--quota-backend-bytes", 4 << 30], log, stdout=subprocess.DEVNULL)
        wait_for_port(port, self._process, log)
        # The port is open before the single member has elected itself.
        time.sleep(2)

    @property
    def pid(self):
        return self._process.pid

    def close(self):
        stop(self._process)


def _postgres_bin():
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent if found else None


class Postgres:
    """A PostgreSQL cluster of its own, with durable commits, on loopback."""

    @staticmethod
    def installed(bin_dir):
        return _postgres_bin() is not None and (bin_dir / "weft-bench-postgres").exists()

    def __init__(self, bin_dir, scratch):
        self._client = bin_dir / "weft-bench-postgres"
        self.home = scratch / "postgres"
        self.home.mkdir()
        # PostgreSQL does not run as root.
        as_user = []
        if os.getuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.home, user.pw_uid, user.pw_gid)
            as_user = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--init-groups"]
        else:
            user = pwd.getpwuid(os.getuid())
        data, log, port = self.home / "data", scratch / "postgres.log", free_port()
        initdb = ["setpriv", *as_user, "--", _postgres_bin() / "initdb", "-D", data, "-A", "trust",
                  "-U", "bench", "-E", "UTF8", "--locale=C"]
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=self.home)
        settings = {
            "listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": self.home,
            "shared_buffers": "1GB", "max_wal_size": "4GB", "jit": "off", "max_connections": 100,
        }
        command = [*as_user, "--", _postgres_bin() / "postgres", "-D", data]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self._process = start(command, log, stdout=subprocess.DEVNULL, cwd=self.home)
        wait_for_port(port, self._process, log)
        self.target = f"host=127.0.0.1 port={port} user=bench dbname=postgres"

    def run(self, command, *arguments):
        return run_json(self._client, command, "--target", self.target, *arguments)

    def query_ms(self, sql):
        return self.run("query", "--sql", sql)["ms"]

    def close(self):
        stop(self._process, signal.SIGQUIT)


class DuckDb:
    """DuckDB in a process of its own, in memory."""

    DIRECTORY = HERE / "duckdb"

    @classmethod
    def installed(cls):
        return shutil.which("node") is not None and (cls.DIRECTORY / "node_modules").is_dir()

    def __init__(self, scratch):
        self._log = scratch / "duckdb.log"
        self._process = start(
            ["node", self.DIRECTORY / "duckdb.mjs", os.cpu_count()], self._log,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def query_ms(self, sql):
        self._process.stdin.write(json.dumps({"sql": sql}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"DuckDB ended; see {self._log}")
        return json.loads(line)["ms"]

    def close(self):
        stop(self._process)
