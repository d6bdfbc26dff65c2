"""Suite: the three servers as processes, and a client that speaks proto JSON."""

import collections
import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess
import threading

import grpc
from google.protobuf import descriptor_pb2

from .descriptors import api

SERVERS = ("registry", "ingestion", "metrics")
START_SECONDS = 60
STOP_SECONDS = 60
CALL_SECONDS = 60
CHUNK_BYTES = 256 * 1024
# Calls that load_example has under way at a time.
IN_FLIGHT = 32

# What a directory of answers holds, in the order in which one needs the other: the file, the method that
# creates one, and the one that makes it usable. tools/cli/load.cc does this for organizations, too.
STEPS = (
    ("taxonomy.json", "weft.registry.v1.TaxonomyService/CreateTaxonomy",
     "weft.registry.v1.TaxonomyService/PublishTaxonomy"),
    ("cohort.json", "weft.registry.v1.CohortService/CreateCohort", None),
    ("sites.json", "weft.registry.v1.SiteService/CreateSite", None),
    ("memberships.json", "weft.registry.v1.CohortService/CreateMembership", None),
    ("instrument.json", "weft.ingestion.v1.InstrumentService/CreateInstrument",
     "weft.ingestion.v1.InstrumentService/PublishInstrument"),
    ("wave.json", "weft.ingestion.v1.WaveService/CreateWave",
     "weft.ingestion.v1.WaveService/OpenWave"),
)


class CallError(Exception):
    """A call that did not end with OK."""

    def __init__(self, path, error):
        self.code = error.code()
        self.message = error.details()
        self.details = _error_details(error)
        super().__init__(f"{path}: {self.code.name}: {self.message} {self.details}")

    @property
    def reason(self):
        """The stable reason of google.rpc.ErrorInfo, e.g. "SITE_NOT_FOUND"."""
        return next((each["reason"] for each in self.details if "reason" in each), "")


def _error_details(error):
    """The google.rpc details of an error, each as a dict in proto JSON."""
    trailers = error.trailing_metadata() or ()
    packed = next((value for key, value in trailers if key == "grpc-status-details-bin"), b"")
    details = []
    for any_detail in api().message("google.rpc.Status").FromString(packed).details:
        message = api().message(any_detail.type_url.rpartition("/")[2])()
        any_detail.Unpack(message)
        details.append(api().to_json(message))
    return details


class Suite:
    """The servers, on free ports of 127.0.0.1, with their data and logs below `data_dir`."""

    def __init__(self, bin_dir, data_dir, engine="rocksdb", log_level="warning", flags=None):
        """`flags`: more flags for each server, {"metrics": ["--x=1"]}."""
        self.bin_dir = pathlib.Path(bin_dir)
        self.data_dir = pathlib.Path(data_dir)
        self.engine = engine
        self.log_level = log_level
        self.flags = flags or {}
        # More environment for a server, when it starts: {"registry": {"LD_PRELOAD": ...}}.
        self.environment = {}
        self.addresses = {}
        self._ports = {}
        self._processes = {}
        self._channels = {}
        self._positions = {}
        self._heads = {}

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.kill_all()
            raise

    def __exit__(self, kind, *_):
        if kind is None:
            self.stop()
        else:
            self.kill_all()

    # --- Processes ---

    def start(self):
        for name in SERVERS:
            self.start_one(name)
        return self

    def start_one(self, name):
        """Starts a server and waits for its ready line. A restart takes the same port again."""
        data = self.data_dir / name
        data.mkdir(parents=True, exist_ok=True)
        # The servers end with the test, also when the test is killed. Linux means the thread that
        # starts them, so start them from the main thread.
        command = [
            "setpriv", "--pdeathsig", "KILL", self.bin_dir / f"weft-{name}",
            "--listen", f"127.0.0.1:{self._ports.get(name, 0)}",
            "--data", data, "--engine", self.engine, "--log_level", self.log_level,
        ]
        for peer in SERVERS[:SERVERS.index(name)]:
            command += [f"--{peer}", self.addresses[peer]]
        command += self.flags.get(name, [])
        with open(self.log_path(name), "ab") as log:
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL,
                env={**os.environ, **self.environment.get(name, {})})
        self._processes[name] = process
        # Another store's positions mean nothing to this one.
        self._heads.pop(name, None)
        line = self._read_ready_line(process)
        match = re.fullmatch(rf"weft-{name} ready on (127\.0\.0\.1:(\d+)), .*\n", line)
        if match is None:
            self.kill(name)
            log = self.log_path(name).read_text(encoding="utf-8", errors="replace")
            raise AssertionError(f"weft-{name} did not get ready: {line!r}\n{log[-4000:]}")
        self.addresses[name] = match[1]
        self._ports[name] = int(match[2])

    @staticmethod
    def _read_ready_line(process):
        """The first line; nothing else is ever written there, so the pipe cannot fill up."""
        timer = signal_after(process, START_SECONDS)
        try:
            return process.stdout.readline().decode()
        finally:
            timer.cancel()

    def running(self, name):
        return name in self._processes

    def pid(self, name):
        return self._processes[name].pid

    def has_ended(self, name):
        """Whether the server is gone by itself, or has not come up."""
        return name not in self._processes or self._processes[name].poll() is not None

    def resident_mib(self, name):
        """Its resident memory now."""
        status = pathlib.Path(f"/proc/{self.pid(name)}/status").read_text(encoding="ascii")
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024

    def log_path(self, name):
        return self.data_dir / f"{name}.log"

    def kill(self, name):
        """SIGKILL: nothing is flushed, nothing is said."""
        process = self._processes.pop(name, None)
        if process is not None:
            process.kill()
            process.wait()
            process.stdout.close()
        self._close_channel(name)

    def terminate(self, name):
        """SIGTERM, and what the server exits with."""
        process = self._processes.pop(name)
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"weft-{name} did not stop within {STOP_SECONDS} s") from None
        finally:
            process.stdout.close()
            self._close_channel(name)
        return code

    def restart(self, name):
        """Stops the server if it runs, and starts it on the same port and data."""
        if name in self._processes:
            self._expect_clean(name, self.terminate(name))
        self.start_one(name)

    def stop(self):
        """Stops all, the followers first. Every one must exit with 0."""
        try:
            for name in reversed(SERVERS):
                if name in self._processes:
                    self._expect_clean(name, self.terminate(name))
        finally:
            self.kill_all()

    def kill_all(self):
        for name in list(self._processes):
            self.kill(name)

    def _expect_clean(self, name, code):
        if code != 0:
            log = self.log_path(name).read_text(encoding="utf-8", errors="replace")
            raise AssertionError(f"weft-{name} exited with {code}\n{log[-4000:]}")

    # --- Calls ---

    def channel(self, name):
        if name not in self._channels:
            self._channels[name] = self.new_channel(name)
        return self._channels[name]

    def new_channel(self, name, address=None):
        """A connection of its own, for the caller to close; through `address` when it is given."""
        return grpc.insecure_channel(address or self.addresses[name], options=[
            ("grpc.max_receive_message_length", -1), ("grpc.use_local_subchannel_pool", 1)])

    def _close_channel(self, name):
        if name in self._channels:
            self._channels.pop(name).close()

    def _stub(self, path, channel=None):
        """Of grpc.Channel.unary_unary and its like, the one that the method needs."""
        method = api().method(path)
        client, server = streaming(method)
        kind = f"{'stream' if client else 'unary'}_{'stream' if server else 'unary'}"
        return getattr(channel or self.channel(server_of(path)), kind)(
            f"/{path}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=api().response_class(path).FromString,
        )

    def request(self, path, value):
        return api().from_json(api().request_class(path)(), value or {})

    def call(self, path, value=None, timeout=CALL_SECONDS, metadata=None, channel=None):
        """A unary call: dict in, dict out, defaults included. Raises CallError."""
        return self.finish(path, self.begin(path, value, timeout, metadata, channel))

    def begin(self, path, value, timeout=CALL_SECONDS, metadata=None, channel=None):
        """Starts a unary call: a grpc.Future, for finish()."""
        return self._stub(path, channel).future(
            self.request(path, value), timeout=timeout, metadata=metadata, wait_for_ready=True)

    def finish(self, path, future):
        """What call() answers or raises, of a call that was begun."""
        try:
            response = future.result()
        except grpc.RpcError as error:
            raise CallError(path, error) from None
        self._note_position(path, future.initial_metadata(), future.trailing_metadata())
        return api().to_json(response)

    def call_many(self, path, values, accept=()):
        """Many unary calls, some at a time; the answers in order, None for codes in `accept`."""
        waiting = collections.deque()
        results = []

        def take():
            try:
                results.append(self.finish(path, waiting.popleft()))
            except CallError as error:
                if error.code not in accept:
                    raise
                results.append(None)

        for value in values:
            if len(waiting) == IN_FLIGHT:
                take()
            waiting.append(self.begin(path, value))
        while waiting:
            take()
        return results

    def open_stream(self, path, value=None, channel=None, timeout=CALL_SECONDS):
        """A server stream as gRPC gives it: an iterator of messages, to cancel."""
        return self._stub(path, channel)(
            self.request(path, value), timeout=timeout, wait_for_ready=True)

    def stream(self, path, value=None, timeout=CALL_SECONDS):
        """The messages of a server stream, as dicts."""
        answers = self.open_stream(path, value, timeout=timeout)
        try:
            for message in answers:
                yield api().to_json(message)
        except grpc.RpcError as error:
            raise CallError(path, error) from None
        finally:
            answers.cancel()

    def open_upload(self, path, messages, channel=None, timeout=CALL_SECONDS):
        """A client stream or both-way streams as gRPC gives them, fed by an iterator of messages."""
        stub = self._stub(path, channel)
        start = stub if streaming(api().method(path))[1] else stub.future
        return start(messages, timeout=timeout, wait_for_ready=True)

    def upload(self, path, values, timeout=CALL_SECONDS):
        """Sends messages on a client stream or on both-way streams; the answer or the answers."""
        requests = (self.request(path, value) for value in values)
        try:
            answer = self._stub(path)(requests, timeout=timeout, wait_for_ready=True)
            if streaming(api().method(path))[1]:
                return [api().to_json(message) for message in answer]
            return api().to_json(answer)
        except grpc.RpcError as error:
            raise CallError(path, error) from None

    def _note_position(self, path, *metadata):
        for entries in metadata:
            for key, value in entries or ():
                if key == "weft-position":
                    self._positions[server_of(path)] = value

    def positions(self):
        """For `minPositions`: where the last write of this Suite stands, of calls one by one."""
        return dict(self._positions)

    def heads(self, names=("registry", "ingestion")):
        """For `minPositions`: where the feeds end now, whoever wrote last."""
        for name in names:
            path = f"weft.{name}.v1.ChangeService/ListChanges"
            caught_up = False
            while not caught_up:
                # A filter that nothing passes: only the position is wanted.
                page = self.call(path, {
                    "parent": "none/none", "resumePosition": self._heads.get(name, ""),
                    "pageSize": 1000})
                self._heads[name] = page["resumePosition"]
                caught_up = page["caughtUp"]
        return dict(self._heads)

    # --- Loading ---

    def import_file(self, wave, path, file_format="", dry_run=False, partial=False, import_id="",
                    timeout=600):
        """Imports a file; the Import as a dict, also when it failed."""
        path = pathlib.Path(path)
        return self.import_bytes(wave, path.read_bytes(), path.name, file_format, dry_run, partial,
                                 import_id, timeout)

    def import_bytes(self, wave, data, display_name="", file_format="", dry_run=False,
                     partial=False, import_id="", timeout=600):
        method = "weft.ingestion.v1.ImportService/ImportResponses"
        make = api().request_class(method)

        def messages():
            header = {"parent": wave, "displayName": display_name, "dryRun": dry_run,
                      "partial": partial, "importId": import_id}
            if file_format:
                header["format"] = f"FILE_FORMAT_{file_format.upper()}"
            yield api().from_json(make(), {"header": header})
            for at in range(0, len(data), CHUNK_BYTES):
                yield make(chunk=data[at:at + CHUNK_BYTES])
            yield api().from_json(make(), {"end": {
                "sizeBytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}})

        try:
            answer = self._stub(method)(messages(), timeout=timeout, wait_for_ready=True)
        except grpc.RpcError as error:
            raise CallError(method, error) from None
        result = api().to_json(answer)
        if result["position"]:
            self._positions["ingestion"] = result["position"]
        return result

    def create(self, method, documents):
        """Creates resources from documents with a `name`; those that exist stay as they are."""
        field = api().method(method).input_type.fields
        resource = next(each for each in field
                        if each.message_type is not None
                        and method.endswith(f"/Create{each.message_type.name}"))
        has_parent = any(each.name == "parent" for each in field)
        requests = []
        for document in documents:
            parent, _, resource_id = document["name"].rpartition("/")
            request = {resource.json_name: document, f"{resource.name}_id": resource_id}
            if has_parent:
                request["parent"] = parent.rpartition("/")[0]
            requests.append(request)
        return self.call_many(method, requests, accept=(grpc.StatusCode.ALREADY_EXISTS,))

    def load_definitions(self, directory):
        """Everything but responses.csv; the wave's name. The wave is open then."""
        directory = pathlib.Path(directory)
        name = ""
        for file, create, verb in STEPS:
            if not (directory / file).exists():
                continue
            documents = documents_of(json.loads((directory / file).read_text(encoding="utf-8")))
            self.create(create, documents)
            for document in documents if verb else ():
                name = document["name"]
                if verb.endswith("/OpenWave") and self._is_open(name):
                    continue
                self.call(verb, {"name": name})
        return name

    def load_example(self, directory):
        """Loads a directory as `weft load` does; the wave's name."""
        wave = self.load_definitions(directory)
        file = pathlib.Path(directory) / "responses.csv"
        if file.exists():
            result = self.import_file(wave, file)
            if result["state"] != "STATE_SUCCEEDED":
                raise AssertionError(f"{file}: {json.dumps(result, indent=1)}")
        return wave

    def _is_open(self, wave):
        found = self.call("weft.ingestion.v1.WaveService/GetWave", {"name": wave})
        return found["state"] != "STATE_DRAFT"


def server_of(path):
    """The server of "weft.ingestion.v1.WaveService/GetWave"."""
    return path.split(".")[1]


def streaming(method):
    """Whether the client and whether the server streams, of a method's descriptor."""
    described = descriptor_pb2.MethodDescriptorProto()
    method.CopyToProto(described)
    return described.client_streaming, described.server_streaming


def documents_of(value):
    """The resources of a file: one, or a list such as {"sites": [...]}."""
    if "name" in value:
        return [value]
    return [each for part in value.values() if isinstance(part, list) for each in part]


def signal_after(process, seconds):
    """Kills a process that takes too long, so that a read from it ends."""
    timer = threading.Timer(seconds, process.kill)
    timer.daemon = True
    timer.start()
    return timer
