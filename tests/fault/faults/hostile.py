"""Hostile and broken clients: oversized, malformed, deeply nested and truncated input, floods. The server
stays, answers others, and its memory stays bounded."""

import gzip
import struct

import grpc

from . import http2
from .context import require
from .http2 import (CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, PING, RST_STREAM, SETTINGS,
                    WINDOW_UPDATE, Connection, frame, message, request_headers)
from .ledger import Ledger, sites

GET = "/weft.registry.v1.SiteService/GetSite"
CREATE = "/weft.registry.v1.SiteService/CreateSite"
GROWTH_MIB = 250
REFUSALS = {grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.RESOURCE_EXHAUSTED,
            grpc.StatusCode.INTERNAL, grpc.StatusCode.UNIMPLEMENTED}


def connection_cases(draw, flood):
    """What a client may write to its connection: name, bytes, whether a preface comes first."""
    headers = request_headers(GET)
    opened = frame(HEADERS, END_HEADERS, 1, headers)
    yield "http/1.1", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", False
    yield "noise", draw.randbytes(10_000), False
    yield "half a preface", http2.PREFACE[:10], False
    yield "nothing", b"", False
    yield "noise after the preface", draw.randbytes(10_000), True
    yield "half a frame header", b"\x00\x00", True
    yield "a frame of 16 MiB", frame(DATA, 0, 1, b"x" * 100, length=0xFFFFFF), True
    yield "data before headers", frame(DATA, 0, 1, b"x"), True
    yield "an even stream", frame(HEADERS, END_HEADERS, 2, headers), True
    yield "headers cut in the middle", frame(HEADERS, END_HEADERS, 1, headers[:20]), True
    yield "headers that do not decode", frame(HEADERS, END_HEADERS, 1, b"\xff" * 200), True
    yield "a header value of 1 MiB", frame(HEADERS, 0, 1, headers) + b"".join(
        frame(CONTINUATION, 0, 1, http2.header(f"h{i}", "v" * 16_000)) for i in range(64)), True
    yield "headers that never end", frame(HEADERS, 0, 1, headers) + b"".join(
        frame(CONTINUATION, 0, 1, http2.header(f"h{i}", "v")) for i in range(flood)), True
    yield "10,000 headers", frame(HEADERS, 0, 1, headers) + b"".join(
        frame(CONTINUATION, END_HEADERS if i == 99 else 0, 1,
              b"".join(http2.header(f"h{i}-{j}", "v") for j in range(100))) for i in range(100)), True
    yield "a path of 60 KiB", frame(HEADERS, 0, 1, request_headers("/" + "p" * 15_000)) + frame(
        CONTINUATION, END_HEADERS, 1, http2.header("x", "y" * 16_000)), True
    yield "a message that promises 4 GiB", opened + frame(
        DATA, 0, 1, message(b"x", length=0xFFFFFFFF)), True
    yield "a message cut in the middle", opened + frame(
        DATA, END_STREAM, 1, message(b"x" * 10, length=1000)), True
    yield "half a message envelope", opened + frame(DATA, END_STREAM, 1, b"\x00\x00"), True
    yield "a window of more than 2 GiB", opened + frame(
        WINDOW_UPDATE, 0, 0, struct.pack(">I", 0x7FFFFFFF)) * 3, True
    yield "a flood of settings", frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 65535)) * flood, True
    yield "a flood of pings", frame(PING, 0, 0, b"8 bytes!") * flood, True
    yield "a flood of empty data", opened + frame(DATA, 0, 1) * flood, True
    yield "streams opened and reset at once", b"".join(
        frame(HEADERS, END_HEADERS, 2 * i + 1, headers) + frame(
            RST_STREAM, 0, 2 * i + 1, struct.pack(">I", 8)) for i in range(flood)), True


def nested(depth):
    """Groups within groups, in a field that no message has."""
    return b"\xa3\x06" * depth + b"\xa4\x06" * depth


def message_cases(draw):
    """Request bytes of a call that ends: name, path, bytes, codes."""
    refused = REFUSALS
    yield "noise", CREATE, draw.randbytes(1000), refused
    yield "a length beyond the end", CREATE, b"\x12\x7f\x0a", refused
    yield "a field that is cut", CREATE, b"\x12", refused
    yield "text that is not UTF-8", CREATE, b"\x12\x04\x32\x02\xff\xfe", refused
    yield "nesting 100,000 deep", CREATE, nested(100_000), refused
    yield "no bytes", CREATE, b"", {grpc.StatusCode.INVALID_ARGUMENT}
    yield "20 MiB", CREATE, b"x" * (20 << 20), {grpc.StatusCode.RESOURCE_EXHAUSTED}
    yield "an unknown method", "/weft.registry.v1.SiteService/Explode", b"", {
        grpc.StatusCode.UNIMPLEMENTED}
    yield "an unknown service", "/weft.nothing.v1.Nothing/Get", b"", {grpc.StatusCode.UNIMPLEMENTED}
    yield "a field of 2 MiB", CREATE, b"\x12\x80\x80\x80\x01" + b"\x32\xfa\xff\xff\x00" + b"d" * (
        (2 << 20) - 6), refused


def run(context):
    flood = context.count(5_000, 50_000)
    rounds = context.count(1, 5)
    answered = {}
    connections = 0
    with context.servers("registry") as suite:
        ledger = Ledger(suite, sites())
        ledger.write(50)
        ledger.collect(wait=True)
        address = suite.addresses["registry"]
        before = suite.resident_mib("registry")
        held = []
        for _ in range(rounds):
            for name, data, preface in connection_cases(context.random, flood):
                with Connection(address, preface) as connection:
                    connection.send(data)
                    connection.drain(0.1)
                connections += 1
                _still_serves(suite, ledger, name)
            # One that stays open, half said, while the rest goes on.
            held.append(Connection(address))
            held[-1].send(frame(HEADERS, 0, 1, request_headers(GET)[:30]))
            for name, path, payload, codes in message_cases(context.random):
                answered[name] = _call(suite, path, payload)
                require(answered[name] in codes, f"{name}: answered {answered[name]}, not one of {codes}")
                _still_serves(suite, ledger, name)
            _gzip_bomb(suite, ledger)
        growth = suite.resident_mib("registry") - before
        require(growth < GROWTH_MIB, f"{growth:.0f} MiB more")
        for connection in held:
            connection.__exit__()
        ledger.check()
    return {"rounds": rounds, "connections": connections, "resident_growth_mib": round(growth, 1),
            "answers": {name: code.name for name, code in answered.items()}, **ledger.summary()}


def _call(suite, path, payload):
    """The code of a call with these very bytes."""
    channel = suite.new_channel("registry")
    try:
        channel.unary_unary(path)(payload, timeout=20)
        return grpc.StatusCode.OK
    except grpc.RpcError as error:
        return error.code()
    finally:
        channel.close()


def _gzip_bomb(suite, ledger):
    """A hundred MiB of zeros in a hundred KiB."""
    bomb = gzip.compress(bytes(100 << 20), 6)
    before = suite.resident_mib("registry")
    with Connection(suite.addresses["registry"]) as connection:
        connection.call(CREATE, message(bomb, flag=1), extra=[("grpc-encoding", "gzip")])
        connection.drain(1)
    _still_serves(suite, ledger, "a gzip bomb")
    growth = suite.resident_mib("registry") - before
    require(growth < GROWTH_MIB, f"{growth:.0f} MiB for a gzip bomb")


def _still_serves(suite, ledger, after):
    require(not suite.has_ended("registry"), f"the server died of: {after}")
    answer = next(iter(ledger.acknowledged.values()))
    found = suite.call("weft.registry.v1.SiteService/GetSite", {"name": answer["name"]}, timeout=20)
    require(found == answer, f"another answer after: {after}")
