"""What a scenario is given: the servers' directory, a scratch directory, a seeded source of chance."""

import pathlib
import random
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests"))

from pyweft import CallError, Suite  # noqa: E402


__all__ = ["ROOT", "Breach", "CallError", "Context", "Suite", "require"]


class Breach(AssertionError):
    """A promise was broken."""


def require(condition, message):
    if not condition:
        raise Breach(message)


class Context:
    def __init__(self, bin_dir, build_dir, seed, full):
        self.bin_dir = bin_dir
        self.build_dir = build_dir
        self.full = full
        self.random = random.Random(seed)
        self.seed = seed
        self._scratch = tempfile.TemporaryDirectory(prefix="weft-fault-")
        self.scratch = pathlib.Path(self._scratch.name)

    def close(self):
        self._scratch.cleanup()

    def count(self, short, full):
        """How many: the short form's number or the issue's."""
        return full if self.full else short

    def suite(self, name="suite", **options):
        """Servers that are not started yet; use `with context.servers(...)` to end them."""
        data = self.scratch / name
        data.mkdir(parents=True, exist_ok=True)
        return Suite(self.bin_dir, data, **options)

    def servers(self, *names, directory="suite", **options):
        return _Servers(self.suite(directory, **options), names)


class _Servers:
    """Starts some of the servers, and ends them whatever happens. All must exit with 0 at the end, which
    also says that no coroutine of a call was left behind."""

    def __init__(self, suite, names):
        self._suite = suite
        self._names = names

    def __enter__(self):
        try:
            for name in self._names:
                self._suite.start_one(name)
        except BaseException:
            self._suite.kill_all()
            raise
        return self._suite

    def __exit__(self, kind, *_):
        if kind is None:
            self._suite.stop()
        else:
            self._suite.kill_all()
