"""HTTP/2 by hand, as far as bad clients need it: frames with any content, headers without compression."""

import contextlib
import socket
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, END_HEADERS = 0x1, 0x4


def frame(kind, flags=0, stream=0, payload=b"", length=None):
    """A frame; `length` lies about its payload."""
    size = len(payload) if length is None else length
    return struct.pack(">I", size)[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def header(name, value):
    """A header as a literal that is never indexed."""
    return b"\x10" + _text(name) + _text(value)


def _text(value):
    raw = value.encode() if isinstance(value, str) else value
    size = len(raw)
    if size < 127:
        return bytes([size]) + raw
    size -= 127
    encoded = b"\x7f"
    while size >= 128:
        encoded += bytes([size % 128 + 128])
        size //= 128
    return encoded + bytes([size]) + raw


def request_headers(path, extra=()):
    fields = [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost"),
              ("te", "trailers"), ("content-type", "application/grpc"), *extra]
    return b"".join(header(*each) for each in fields)


def message(payload, flag=0, length=None):
    """A gRPC message in its envelope."""
    return struct.pack(">BI", flag, len(payload) if length is None else length) + payload


class Connection:
    """One connection; what cannot be sent because the server hung up is nobody's fault."""

    def __init__(self, address, preface=True):
        host, _, port = address.rpartition(":")
        self._socket = socket.create_connection((host, int(port)), timeout=5)
        if preface:
            self.send(PREFACE + frame(SETTINGS))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def send(self, data):
        with contextlib.suppress(OSError):
            self._socket.sendall(data)

    def call(self, path, payload, stream=1, extra=()):
        self.send(frame(HEADERS, END_HEADERS, stream, request_headers(path, extra)))
        for at in range(0, len(payload), 16384):
            self.send(frame(DATA, 0, stream, payload[at:at + 16384]))
        self.send(frame(DATA, END_STREAM, stream))

    def drain(self, seconds=0.2):
        """What comes back within a while, or until the server hangs up."""
        self._socket.settimeout(seconds)
        received = b""
        with contextlib.suppress(OSError):
            while part := self._socket.recv(65536):
                received += part
        return received
