#!/usr/bin/python3
"""Keeps a copy of what a Weft service holds in a SQLite file, by its change feed. README.md says what it has to
get right; --help how to run it."""

import argparse
import json
import random
import signal
import sqlite3
import sys
import time

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

HEARTBEAT_SECONDS = 2
LONGEST_WAIT_SECONDS = 5

SCHEMA = """
create table if not exists resource (
  name text primary key,      -- "sites/site-01"
  type text not null,         -- "site"
  etag text not null,
  content text not null,      -- proto JSON; of types that are not known: the bytes in hexadecimal
  generation integer not null -- of the snapshot that it was in, or that was read before it changed
);
create table if not exists feed (
  only_row integer primary key check (only_row = 1),
  position text not null,     -- resume_position of the last message that was applied
  generation integer not null,
  following integer not null  -- 0 while a snapshot is read
);
insert or ignore into feed values (1, '', 0, 1);
"""


class Descriptions:
    """Messages by their descriptions, without generated code."""

    def __init__(self, path):
        described = descriptor_pb2.FileDescriptorSet()
        with open(path, "rb") as file:
            described.ParseFromString(file.read())
        self.pool = descriptor_pool.DescriptorPool()
        for file in described.file:
            self.pool.Add(file)

    def message(self, name):
        descriptor = self.pool.FindMessageTypeByName(name)
        # Newer versions of protobuf have the former alone.
        if hasattr(message_factory, "GetMessageClass"):
            return message_factory.GetMessageClass(descriptor)
        return message_factory.MessageFactory(self.pool).GetPrototype(descriptor)

    def content(self, packed):
        """A resource as JSON."""
        name = packed.type_url.rpartition("/")[2]
        try:
            message = self.message(name)()
        except KeyError:
            return json.dumps({"@type": name, "@bytes": packed.value.hex()})
        message.ParseFromString(packed.value)
        return json_format.MessageToJson(message, indent=None, sort_keys=True, descriptor_pool=self.pool)


class Copy:
    """The file."""

    def __init__(self, path):
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = full")
        self._db.executescript(SCHEMA)

    def state(self):
        """Where the feed was left: position, generation, whether a snapshot has been read whole."""
        return self._db.execute("select position, generation, following from feed").fetchone()

    def start_over(self):
        """What is there stays until a snapshot is whole."""
        self._db.execute("update feed set position = '', generation = generation + 1, following = 0")

    def apply(self, message, content_of):
        """A message and its position, or neither."""
        self._db.execute("begin immediate")
        try:
            generation = self._db.execute("select generation from feed").fetchone()[0]
            for change in message.snapshot.changes:
                self._put(change, content_of, generation)
            for batch in message.changes.batches:
                for change in batch.changes:
                    if change.kind == change.KIND_DELETED:
                        self._db.execute("delete from resource where name = ?", (change.name,))
                    else:
                        self._put(change, content_of, generation)
            if message.HasField("snapshot_end"):
                self._db.execute("delete from resource where generation < ?", (generation,))
                self._db.execute("update feed set following = 1")
            self._db.execute("update feed set position = ?", (message.resume_position,))
            self._db.execute("commit")
        except BaseException:
            self._db.execute("rollback")
            raise

    def _put(self, change, content_of, generation):
        self._db.execute("insert or replace into resource values (?, ?, ?, ?, ?)",
                         (change.name, change.type, change.etag, content_of(change.resource), generation))


class Consumer:
    def __init__(self, options):
        self._descriptions = Descriptions(options.descriptors)
        self._copy = Copy(options.file)
        self._channel = grpc.insecure_channel(options.server)
        response = self._descriptions.message("weft.type.v1.WatchResponse")
        self._request = self._descriptions.message("weft.type.v1.WatchRequest")
        self._watch = self._channel.unary_stream(
            f"/{options.service}/Watch", request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=response.FromString)
        self._principal = options.principal
        self._once = options.once
        self._stream = None
        self._stopped = False
        self._wait = 0.1

    def stop(self, *_):
        """After the message at hand."""
        self._stopped = True
        if self._stream is not None:
            self._stream.cancel()

    def run(self):
        position, _, following = self._copy.state()
        if position == "" and following:
            self._copy.start_over()
        while not self._stopped:
            try:
                if self._follow():
                    return
            except grpc.RpcError as error:
                if self._stopped:
                    return
                self._after(error)

    def _follow(self):
        """Until the stream ends. True when that is all that is asked for."""
        position, _, following = self._copy.state()
        request = self._request(resume_position=position, send_initial=not following)
        request.heartbeat.seconds = HEARTBEAT_SECONDS
        self._stream = self._watch(request, metadata=(("weft-principal", self._principal),))
        if self._stopped:  # Since it was looked at.
            self._stream.cancel()
        first = True
        for message in self._stream:
            self._copy.apply(message, self._descriptions.content)
            self._wait = 0.1
            if self._stopped:
                return True
            # A bookmark says that nothing else has happened by now; the first message that it only says where the
            # stream starts.
            if self._once and message.HasField("bookmark") and not first and self._copy.state()[2]:
                return True
            first = False
        return False  # Servers end streams now and then; the next one goes on.

    def _after(self, error):
        """What an error asks for."""
        if error.code() in (grpc.StatusCode.OUT_OF_RANGE, grpc.StatusCode.FAILED_PRECONDITION):
            print(f"starting over: {error.details()}", file=sys.stderr, flush=True)
            self._copy.start_over()
            return
        if error.code() in (grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.UNAUTHENTICATED,
                            grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.UNIMPLEMENTED):
            raise SystemExit(f"refused: {error.details()}")
        print(f"trying again in {self._wait:.1f} s: {error.code().name}: {error.details()}", file=sys.stderr,
              flush=True)
        time.sleep(self._wait * random.uniform(0.8, 1.2))
        self._wait = min(2 * self._wait, LONGEST_WAIT_SECONDS)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--descriptors", required=True, help="the file that examples/consumer/describe wrote")
    parser.add_argument("--server", default="127.0.0.1:7401", help="host:port of the service")
    parser.add_argument("--service", default="weft.registry.v1.ChangeService",
                        help="or weft.ingestion.v1.ChangeService")
    parser.add_argument("--file", required=True, help="the copy, a SQLite database")
    parser.add_argument("--principal", default="services/consumer", help="who calls")
    parser.add_argument("--once", action="store_true", help="end when the copy has all that there was")
    consumer = Consumer(parser.parse_args())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, consumer.stop)
    consumer.run()


if __name__ == "__main__":
    main()
