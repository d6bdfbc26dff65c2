"""Streams of responses that are cut without a half-close: none applies anything beyond its last
acknowledgement. Files apply nothing at all; streams of batches apply whole batches, in order."""

import csv
import io
import itertools
import queue

import grpc
from pyweft.examples import large_example

from .context import CallError, require
from .cut import CutRelay

WAVE = "waves/2025-winter"
SITES_PER_STREAM = 6
BATCH = 2
IMPORT = "weft.ingestion.v1.ImportService/ImportResponses"
INGEST = "weft.ingestion.v1.ResponseService/IngestResponses"
LIST = "weft.ingestion.v1.ResponseService/ListResponses"


def run(context):
    streams = context.count(60, 400)
    directory = context.scratch / "example"
    directory.mkdir()
    site_ids = large_example(directory, streams * SITES_PER_STREAM)
    files, batches, complete = 0, 0, 0
    with context.servers("registry", "ingestion") as suite:
        require(suite.load_definitions(directory) == WAVE, "another wave")
        with open(directory / "responses.csv", newline="", encoding="utf-8") as file:
            head, *rows = list(csv.reader(file))
        acknowledged, sent = {}, {}
        for number in range(streams):
            own = site_ids[number * SITES_PER_STREAM:(number + 1) * SITES_PER_STREAM]
            by_reset = bool(number % 2)
            if number % 4 < 2:
                files += 1
                text = io.StringIO()
                csv.writer(text).writerows([head, *(row for row in rows if row[0] in own)])
                _cut_file(suite, context.random, text.getvalue().encode(), by_reset)
                acknowledged[number], sent[number] = 0, 0
            else:
                batches += 1
                acknowledged[number], sent[number] = _cut_batches(
                    suite, context.random, own, by_reset)
                complete += sent[number] == len(own)
            sent[number] = own[:sent[number]]
        # Whatever a server may still be doing for a cut stream ends before it does.
        suite.restart("ingestion")
        applied = _applied(suite)
        for number in range(streams):
            own = site_ids[number * SITES_PER_STREAM:(number + 1) * SITES_PER_STREAM]
            there = [each for each in own if each in applied]
            require(there == own[:len(there)], f"stream {number} left holes: {there}")
            require(len(there) >= acknowledged[number], f"stream {number}: acknowledged and lost")
            require(set(there) <= set(sent[number]), f"stream {number} applied what it had not sent whole")
            require(len(there) % BATCH == 0, f"stream {number} applied half a batch: {there}")
        imports = suite.call("weft.ingestion.v1.ImportService/ListImports", {"parent": WAVE})["imports"]
        require(not imports, f"an import of a file that was cut: {imports}")
    return {"streams": streams, "files": files, "batch_streams": batches,
            "cut_before_the_end_message_only": complete,
            "acknowledged": sum(acknowledged.values()), "applied": len(applied)}


class _Upload:
    """A client stream that is fed message by message and then cut."""

    def __init__(self, suite, path, by_reset):
        self._suite = suite
        self._path = path
        self._messages = queue.Queue()
        self._by_reset = by_reset
        self._relay = CutRelay(suite.addresses["ingestion"])
        self._channel = suite.new_channel("ingestion", self._relay.address)
        self.call = suite.open_upload(path, iter(self._messages.get, None), self._channel)

    def send(self, value):
        self.send_message(self._suite.request(self._path, value))

    def send_message(self, message):
        self._messages.put(message)

    def arrived(self, size):
        """Waits until so many bytes have gone to the server."""
        self._relay.wait_until_passed(size)

    def cut(self):
        """By a reset of the connection, or of the stream alone."""
        if self._by_reset:
            self._relay.cut()
        else:
            self.call.cancel()
        self._messages.put(None)
        self._channel.close()
        self._relay.cut()


def _cut_file(suite, draw, data, by_reset):
    upload = _Upload(suite, IMPORT, by_reset)
    upload.send({"header": {"parent": WAVE, "displayName": "cut.csv"}})
    # Sometimes all of it came, and only the last message is missing.
    size = len(data) if draw.random() < 0.5 else draw.randrange(len(data))
    make = suite.request(IMPORT, {}).__class__
    for at in range(0, size, 997):
        upload.send_message(make(chunk=data[at:min(at + 997, size)]))
    upload.arrived(size)
    upload.cut()


def _cut_batches(suite, draw, site_ids, by_reset):
    """(How many items were acknowledged, how many were sent.)"""
    upload = _Upload(suite, INGEST, by_reset)
    upload.send({"header": {"parent": WAVE}})
    parts = [site_ids[at:at + BATCH] for at in range(0, len(site_ids), BATCH)]
    wanted = draw.randint(0, len(parts))
    answers = iter(upload.call)
    acknowledged = sent = 0
    for part in itertools.islice(parts, wanted):
        upload.send({"batch": {"items": [
            {"response": {"respondent": f"sites/{each}", "answers": {}}} for each in part]}})
        sent += len(part)
        if draw.random() < 0.7:
            try:
                acknowledged = next(answers).acknowledged_count
            except (grpc.RpcError, StopIteration) as error:
                raise AssertionError(f"a stream broke by itself: {error}") from None
    upload.cut()
    return acknowledged, sent


def _applied(suite):
    names, token = set(), ""
    while True:
        try:
            page = suite.call(LIST, {"parent": WAVE, "pageSize": 1000, "pageToken": token})
        except CallError as error:
            raise AssertionError(f"cannot list: {error}") from None
        names.update(each["name"].rpartition("/")[2] for each in page["responses"])
        token = page["nextPageToken"]
        if not token:
            return names
