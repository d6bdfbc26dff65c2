"""A TCP relay that can be cut: what went through went through, and then nobody says good-bye."""

import contextlib
import socket
import struct
import threading


class CutRelay:
    """Listens on 127.0.0.1 and passes bytes to a server and back until cut()."""

    def __init__(self, target):
        host, _, port = target.rpartition(":")
        self._target = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._sockets = []
        self._passed = 0
        self._more = threading.Condition()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                self._sockets += [client, server]
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
                with self._more:
                    self._passed += len(data)
                    self._more.notify_all()

    def wait_until_passed(self, size, seconds=20):
        """Until so many bytes went through, both ways together."""
        with self._more:
            if not self._more.wait_for(lambda: self._passed >= size, seconds):
                raise TimeoutError(f"{self._passed} of {size} bytes went through the relay")

    def cut(self):
        """Resets every connection, without a half-close; none is taken after it."""
        self._listener.close()
        for each in self._sockets:
            with contextlib.suppress(OSError):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                # Wakes the thread that reads; the reset follows with the last reference.
                each.shutdown(socket.SHUT_RD)
                each.close()
