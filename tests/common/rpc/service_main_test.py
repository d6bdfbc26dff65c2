#!/usr/bin/env python3
"""How a server starts, refuses and stops: flags, environment, signals, exit codes."""

import json
import os
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

import grpc

PROBE = ""  # set by main


def run(*arguments, **environment):
    return subprocess.run(
        [PROBE, *arguments], env={**os.environ, **environment}, text=True, capture_output=True, timeout=60
    )


class Running:
    """A probe that serves; its ready line and its end."""

    def __init__(self, *arguments, descriptors=None, **environment):
        def limit():
            if descriptors:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

        self.process = subprocess.Popen(
            [PROBE, "--listen=127.0.0.1:0", *arguments],
            env={**os.environ, **environment},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=limit,
        )
        ready, _, _ = select.select([self.process.stdout], [], [], 30)
        self.ready = self.process.stdout.readline() if ready else ""
        match = re.search(r"127\.0\.0\.1:(\d+)", self.ready)
        self.port = int(match.group(1)) if match else 0

    def stop(self, signal_number=signal.SIGTERM):
        self.process.send_signal(signal_number)
        _, errors = self.process.communicate(timeout=60)
        return self.process.returncode, [json.loads(line) for line in errors.splitlines()]


def echo(channel):
    """The probe's Echo; messages whose first field is a text of four letters."""
    call = channel.unary_unary("/weft.rpctest.v1.ProbeService/Echo")
    return call(b"\n\x04here", timeout=30, wait_for_ready=True)[2:6].decode()


class ServiceMainTest(unittest.TestCase):
    def test_ready_line_then_drain(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with tempfile.TemporaryDirectory() as data:
                running = Running("--data", data)
                self.assertEqual(
                    running.ready, f"weft-probe ready on 127.0.0.1:{running.port}, data in {data}\n"
                )
                code, lines = running.stop(number)
                self.assertEqual(code, 0)
                self.assertEqual([line["event"] for line in lines], ["ready", "draining", "stopped"])

    def test_memory_engine(self):
        running = Running("--engine=memory")
        self.assertIn("data in memory", running.ready)
        self.assertEqual(running.stop()[0], 0)

    def test_metrics_are_served_where_they_are_asked_for(self):
        running = Running("--engine=memory", "--metrics_listen=127.0.0.1:0")
        match = re.search(r", metrics on (127\.0\.0\.1:\d+)/metrics\n$", running.ready)
        self.assertIsNotNone(match, running.ready)
        with urllib.request.urlopen(f"http://{match[1]}/metrics", timeout=30) as answer:
            text = answer.read().decode()
        self.assertIn('weft_build_info{service="probe",version="', text)
        self.assertIn('rpc_server_calls_in_progress{class="read"} 0', text)
        result = run("--listen=127.0.0.1:0", "--engine=memory", f"--metrics_listen={match[1]}")
        self.assertEqual(result.returncode, 2)
        self.assertRegex(result.stderr, rf"^weft-probe: cannot serve metrics on {match[1]}.*\n$")
        self.assertEqual(running.stop()[0], 0)

    def test_environment_and_precedence(self):
        with tempfile.TemporaryDirectory() as data:
            running = Running(WEFT_DATA=data, WEFT_ENGINE="rocksdb")
            self.assertIn(f"data in {data}", running.ready)
            self.assertEqual(running.stop()[0], 0)
            # --listen=127.0.0.1:0 of the command line wins over the environment.
            running = Running("--engine", "memory", WEFT_ENGINE="rocksdb", WEFT_LISTEN="0.0.0.0:1")
            self.assertIn("data in memory", running.ready)
            self.assertEqual(running.stop()[0], 0)

    def test_flags_of_the_service_work_alike(self):
        result = run("--refuse", "--engine=memory", WEFT_PEER="there:1")
        self.assertEqual((result.returncode, result.stderr), (2, "weft-probe: refused for there:1\n"))

    def test_flagfile(self):
        with tempfile.NamedTemporaryFile("w", suffix=".flags") as file:
            file.write("--refuse\n--engine=memory\n--peer=filed:1\n")
            file.flush()
            result = run(f"--flagfile={file.name}")
            self.assertEqual((result.returncode, result.stderr), (2, "weft-probe: refused for filed:1\n"))

    def test_refusals_say_what_to_do(self):
        cases = [
            (["--listn=127.0.0.1:0"], {}, "did you mean --listen?"),
            (["--listen=0.0.0.0:7499"], {}, "not authenticated yet"),
            (["--listen=127.0.0.1:99999"], {}, "1 to 65535"),
            (["--metrics_listen=0.0.0.0:9100"], {}, "not authenticated yet"),
            (["--listener=both"], {}, "own or grpc"),
            (["--max_connections=0"], {}, "at least 1"),
            (["--engine=sqlite"], {}, "rocksdb or memory"),
            (["--log_level=loud"], {}, "debug, info, warning, error or off"),
            (["--drain_time=soon"], {}, "soon"),
            (["--data"], {}, "--data needs a value"),
            (["extra"], {}, 'unexpected argument "extra"'),
            ([], {"WEFT_DRAIN_TIME": "soon"}, "WEFT_DRAIN_TIME"),
            (["--data=/proc/nowhere"], {}, "/proc/nowhere"),
        ]
        for arguments, environment, expected in cases:
            with self.subTest(arguments=arguments, environment=environment):
                result = run(*arguments, **environment)
                self.assertEqual(result.returncode, 2)
                self.assertIn(expected, result.stderr)
                self.assertTrue(result.stderr.startswith("weft-probe: "))
                self.assertEqual(result.stdout, "")

    def test_address_and_directory_in_use(self):
        with tempfile.TemporaryDirectory() as data:
            running = Running("--data", data)
            result = run("--engine=memory", f"--listen=127.0.0.1:{running.port}")
            self.assertEqual(result.returncode, 2)
            self.assertIn(f"another process listens on 127.0.0.1:{running.port}", result.stderr)
            result = run("--listen=127.0.0.1:0", "--data", data)
            self.assertEqual(result.returncode, 2)
            self.assertIn("in use", result.stderr)
            self.assertEqual(running.stop()[0], 0)

    def test_help_and_version(self):
        result = run("--help")
        self.assertEqual(result.returncode, 0)
        for text in ("Shows how services start", "--peer", "WEFT_PEER", "127.0.0.1:7499", "Exit codes"):
            self.assertIn(text, result.stdout)
        self.assertRegex(run("--version").stdout, r"^weft-probe \d+\.\d+\.\d+\n$")

    def test_open_connections_do_not_hold_up_the_drain(self):
        running = Running("--engine=memory", "--drain_time=30s")
        with socket.create_connection(("127.0.0.1", running.port)):
            start = time.monotonic()
            self.assertEqual(running.stop()[0], 0)
            self.assertLess(time.monotonic() - start, 10)

    def test_64_descriptors_and_200_connections(self):
        with tempfile.TemporaryDirectory() as data:
            running = Running("--data", data, descriptors=64)
            with grpc.insecure_channel(f"127.0.0.1:{running.port}") as early:
                self.assertEqual(echo(early), "here")
                flood = [
                    socket.create_connection(("127.0.0.1", running.port), timeout=30)
                    for _ in range(200)
                ]
                # Who is connected is served, and who does not fit is told.
                self.assertEqual(echo(early), "here")
                self.assertEqual(flood[-1].recv(1), b"")
                for connection in flood:
                    connection.close()
            with grpc.insecure_channel(f"127.0.0.1:{running.port}") as late:
                self.assertEqual(echo(late), "here")
            self.assertEqual(running.stop()[0], 0)

    def test_garbage_on_the_port_is_survived(self):
        running = Running("--engine=memory")
        for garbage in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", bytes(range(256)) * 100):
            with socket.create_connection(("127.0.0.1", running.port)) as connection:
                connection.sendall(garbage)
        time.sleep(0.1)
        self.assertIsNone(running.process.poll())
        self.assertEqual(running.stop()[0], 0)


if __name__ == "__main__":
    PROBE = sys.argv.pop(1)
    unittest.main()
