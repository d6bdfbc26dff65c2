"""The laboratory of one run: servers with their records, and the peers, each made when a row first asks."""

import contextlib
import functools
import json
import pathlib
import sys

from programs import HERE, Bare, DuckDb, Etcd, Postgres, run_json

sys.path.insert(0, str(HERE.parents[1] / "tests"))

from pyweft import CallError, Suite  # noqa: E402


class Lab:
    def __init__(self, bin_dir, scratch, short, growth):
        self.bin = pathlib.Path(bin_dir)
        self.scratch = pathlib.Path(scratch)
        self.short = short
        self.rounds = 1 if short else 5
        self.seconds = 0.2 if short else 1
        # Sites in the registry, and on the roster of the large wave.
        self.sites = 300 if short else 100_000
        self.growth = growth
        self._stack = contextlib.ExitStack()
        self._salt = 0
        self._waves = set()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stack.close()

    def say(self, text):
        print(f"  {text}", file=sys.stderr, flush=True)

    def fresh(self):
        """A number that no write of this run has used: what is written must be new."""
        self._salt += 10_000_000
        return self._salt

    # --- Programs ---

    def client(self, command, target, *arguments):
        return run_json(self.bin / "weft-bench-client", command, "--target", target, *arguments)

    def calls(self, kind, target, *flags, **options):
        """Unary calls for a while; what the client tells."""
        options = {"in_flight": 64, "keys": self.sites, "seconds": self.seconds, "salt": self.fresh(),
                   **options}
        arguments = ["--kind", kind, *flags]
        for key, value in options.items():
            arguments += [f"--{key.replace('_', '-')}", value]
        return self.client("calls", target, *arguments)

    def call_rate(self, *arguments, **options):
        """A contender for interleave(): calls per second."""
        return lambda _: self.calls(*arguments, **options)["rate"]

    def direct(self, command, *arguments):
        return run_json(self.bin / "weft-bench-direct", command, *arguments)

    def registry_with(self, sites):
        """A registry of its own with so many sites and no members, as a Suite of one server."""
        directory = self.scratch / f"registry-{self.fresh()}"
        self.direct("fill-registry", "--data", directory / "registry", "--sites", sites)
        suite = Suite(self.bin, directory)
        self._stack.callback(suite.kill_all)
        suite.start_one("registry")
        return suite

    # --- Limits and peers; None where they are not installed or not wanted ---

    def _peer(self, installed, make):
        if self.short or not installed:
            return None
        made = make()
        self._stack.callback(made.close)
        return made

    @functools.cached_property
    def bare(self):
        made = Bare(self.bin, self.scratch)
        self._stack.callback(made.close)
        return made

    @functools.cached_property
    def etcd(self):
        etcd = self._peer(Etcd.installed(), lambda: Etcd(self.scratch))
        if etcd is not None:
            self.say("filling etcd")
            self.calls("etcd-put", etcd.target, "--in-order", calls=self.peer_keys, in_flight=256,
                       keys=self.peer_keys, warm_up=0)
        return etcd

    # etcd takes minutes for more; it does not get faster by them.
    peer_keys = 10_000

    @functools.cached_property
    def postgres(self):
        postgres = self._peer(Postgres.installed(self.bin), lambda: Postgres(self.bin, self.scratch))
        if postgres is not None:
            self.say("filling PostgreSQL")
            postgres.run("fill", "--keys", self.sites)
        return postgres

    @functools.cached_property
    def duckdb(self):
        return self._peer(DuckDb.installed(), lambda: DuckDb(self.scratch))

    # --- Ours ---

    @functools.cached_property
    def suite(self):
        self.say(f"filling the registry with {self.sites:,} sites")
        directory = self.scratch / "weft"
        self.direct("fill-registry", "--data", directory / "registry", "--sites", self.sites,
                    "--members", self.sites)
        suite = Suite(self.bin, directory)
        self._stack.callback(suite.kill_all)
        return suite

    def serve(self, *names):
        """Has exactly these of our servers run, so that the others take no time from them."""
        for name in ("metrics", "ingestion", "registry"):
            if name not in names and self.suite.running(name):
                self.suite.terminate(name)
        for name in ("registry", "ingestion", "metrics"):
            if name in names and not self.suite.running(name):
                self.suite.start_one(name)
        return self.suite.addresses

    def open_wave(self, wave, cohort="cohorts/all"):
        """The wave's name; it is open then, with the cohort's sites on its roster."""
        name = f"waves/{wave}"
        if name in self._waves:
            return name
        if not self._waves:
            definitions = self.scratch / "definitions"
            definitions.mkdir()
            self.direct("definitions", "--data", definitions)
            self.suite.load_definitions(definitions)
        self.suite.create("weft.ingestion.v1.WaveService/CreateWave", [{
            "name": name, "displayName": wave, "instrument": "instruments/bench", "cohorts": [cohort]}])
        self.suite.call("weft.ingestion.v1.WaveService/OpenWave", {"name": name})
        self._waves.add(name)
        return name

    @functools.cached_property
    def answers(self):
        """The answers of every site, as a wide and as a long file."""
        wide, long_file = self.scratch / "wide.csv", self.scratch / "long.csv"
        self.direct("answers", "--sites", self.sites, "--wide", wide, "--long", long_file)
        wide.chmod(0o644)
        long_file.chmod(0o644)
        return wide, long_file

    def import_answers(self, wave):
        """Imports the wide file into a wave with every site."""
        found = self.suite.import_file(wave, self.answers[0])
        if found["state"] != "STATE_SUCCEEDED" or found["sitesApplied"] != self.sites:
            raise RuntimeError(f"the import went wrong: {json.dumps(found)[:2000]}")

    @functools.cached_property
    def full_wave(self):
        """A wave with a response of every site; the import's row makes it by the way."""
        wave = self.open_wave("import-0")
        self.import_answers(wave)
        return wave

    def catch_up(self, wave):
        """Waits until metrics has read all that ingestion has."""
        through = self.suite.heads()
        while True:
            try:
                return self.suite.call("weft.metrics.v1.MetricsService/GetWaveSummary",
                                       {"name": f"{wave}/summary", "minPositions": through})
            except CallError as error:
                # NOT_FOUND: it has not come to the wave.
                if error.reason != "READ_MODEL_BEHIND" and error.code.name != "NOT_FOUND":
                    raise
