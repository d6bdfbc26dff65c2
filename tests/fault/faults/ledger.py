"""A client that remembers what it was told: acknowledged, refused, or nobody knows."""

import collections
import json
import uuid

import grpc

from .context import ROOT, CallError, require

# The call may have been carried out all the same.
AMBIGUOUS = {
    grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED, grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL,
}


class Kind:
    """A collection whose ids the server makes up, so that a write which is done twice shows."""

    def __init__(self, server, create, list_method, field, document, marked=("displayName",)):
        """`marked`: fields that take the write's marker."""
        self.marked = marked
        self.server = server
        self.create = create
        self.list = list_method
        self.field = field
        self.document = document

    def request(self, marker, request_id):
        marks = dict.fromkeys(self.marked, marker)
        return {self.field: {**self.document, **marks}, "requestId": request_id}

    def rows(self, suite):
        """Every row there is, by pages."""
        rows, token = [], ""
        while True:
            page = suite.call(self.list, {"pageSize": 1000, "pageToken": token})
            rows += next(value for value in page.values() if isinstance(value, list))
            token = page["nextPageToken"]
            if not token:
                return rows


def sites(padding=0):
    places = [{"locality": "x" * 100, "region": "y" * 100}] * padding
    return Kind("registry", "weft.registry.v1.SiteService/CreateSite",
                "weft.registry.v1.SiteService/ListSites", "site",
                {"neutralLabel": "Neutral", "places": places})


def instruments():
    document = json.loads((ROOT / "examples/lab-2025/instrument.json").read_text(encoding="utf-8"))
    del document["name"]
    return Kind("ingestion", "weft.ingestion.v1.InstrumentService/CreateInstrument",
                "weft.ingestion.v1.InstrumentService/ListInstruments", "instrument", document,
                marked=("displayName", "family"))


class Ledger:
    def __init__(self, suite, kind):
        self.suite = suite
        self.kind = kind
        self.acknowledged = {}  # request id -> answer
        self.refused = {}  # request id -> error
        self.ambiguous = set()
        self.resolved = 0
        # As check() last found them.
        self.lost = None
        self.duplicates = None
        self.reasons = collections.Counter()
        self._markers = {}
        self._waiting = {}

    def send(self, timeout=30):
        """Starts one write."""
        request_id = str(uuid.uuid4())
        self._markers[request_id] = f"row-{len(self._markers)}"
        self._waiting[request_id] = self._begin(request_id, timeout)
        return request_id

    def _begin(self, request_id, timeout=30):
        request = self.kind.request(self._markers[request_id], request_id)
        return self.suite.begin(self.kind.create, request, timeout)

    def in_flight(self):
        return sum(1 for future in self._waiting.values() if not future.done())

    def collect(self, wait=False):
        """Notes the outcomes there are; with `wait`, all of them."""
        for request_id, future in list(self._waiting.items()):
            if wait or future.done():
                del self._waiting[request_id]
                self._note(request_id, future)

    def _note(self, request_id, future):
        try:
            self.acknowledged[request_id] = self.suite.finish(self.kind.create, future)
        except CallError as error:
            self.reasons[error.reason or error.code.name] += 1
            if error.code in AMBIGUOUS:
                self.ambiguous.add(request_id)
            else:
                self.refused[request_id] = error
        except grpc.FutureCancelledError:
            self.reasons["CANCELLED"] += 1
            self.ambiguous.add(request_id)

    def write(self, count, window=32, until=lambda: False):
        """Makes writes, some at a time, until there are enough or `until()`."""
        for _ in range(count):
            while len(self._waiting) >= window:
                next(iter(self._waiting.values())).exception()
                self.collect()
            if until():
                return
            self.send()

    def resolve(self):
        """Sends every ambiguous write again, with its request id: once done, never twice."""
        pending = {each: self._begin(each) for each in self.ambiguous}
        for request_id, future in pending.items():
            self.acknowledged[request_id] = self.suite.finish(self.kind.create, future)
        self.resolved += len(pending)
        self.ambiguous.clear()

    def repeat_some(self, draw, count=20):
        """A repetition of an acknowledged write is answered as the first time."""
        for request_id in draw.sample(sorted(self.acknowledged), min(count, len(self.acknowledged))):
            again = self.suite.finish(self.kind.create, self._begin(request_id))
            require(again == self.acknowledged[request_id],
                    f"repeated {request_id}: {again} after {self.acknowledged[request_id]}")

    def check(self):
        """The rows are exactly what was acknowledged; what is ambiguous is there once or not."""
        rows = self.kind.rows(self.suite)
        markers = collections.Counter(row["displayName"] for row in rows)
        twice = [marker for marker, count in markers.items() if count > 1]
        self.duplicates = len(twice)
        require(not twice, f"written twice: {twice}")
        found = {row["name"]: row for row in rows}
        lost = [answer["name"] for answer in self.acknowledged.values()
                if found.get(answer["name"]) != answer]
        self.lost = len(lost)
        require(not lost, f"acknowledged, and lost or changed: {lost}")
        maybe = {self._markers[each] for each in self.ambiguous}
        known = {answer["displayName"] for answer in self.acknowledged.values()}
        strangers = set(markers) - known - maybe
        require(not strangers, f"refused, and there all the same: {strangers}")

    def check_feed(self):
        """The feed tells of every row once."""
        told, position = collections.Counter(), ""
        while True:
            page = self.suite.call(
                f"weft.{self.kind.server}.v1.ChangeService/ListChanges",
                {"resumePosition": position, "pageSize": 1000, "types": [self.kind.field]})
            for change in (each for batch in page["batches"] for each in batch["changes"]):
                told[change["name"]] += {"KIND_CREATED": 1, "KIND_DELETED": -1}.get(change["kind"], 0)
            position = page["resumePosition"]
            if page["caughtUp"]:
                break
        rows = {row["name"] for row in self.kind.rows(self.suite)}
        told = {name: count for name, count in told.items() if count != 0}
        require(told == dict.fromkeys(rows, 1),
                f"the feed tells of {len(told)} rows, {sum(told.values())} times; there are {len(rows)}")

    def summary(self):
        return {"acknowledged": len(self.acknowledged), "refused": len(self.refused),
                "ambiguous_resolved": self.resolved, "lost": self.lost,
                "duplicates": self.duplicates,
                "errors": dict(self.reasons)}
