"""Rows about answers: streams and files of them, the figures, the read model."""

import time

from measures import Measure, interleave
from rows_calls import FLAT

INGESTED = 10_000
APPLIED = 10_000
# Whole imports take seconds each, so their median is of three.
IMPORTS = 3

# The questions that SUMMARIES answers, asked of the long table of cells.
SQL = {
    "summary":
        "select count(*), avg(richness), avg(depth), min(richness), max(richness), "
        "sum(case when shared = 1 then 1 else 0 end), sum(case when shared = 2 then 1 else 0 end), "
        "sum(case when shared = 3 then 1 else 0 end) from (select site, "
        "sum(case when level > 0 then 1 else 0 end) as richness, "
        "avg(case when level > 0 then level end) as depth, min(shared) as shared "
        "from cell group by site) as sites",
    "partner-types":
        "select type, avg(case when level > 0 then 1.0 else 0.0 end) from cell group by type",
    "interaction-levels": "select type, level, count(*) from cell group by type, level",
}
# Figures with a point for each site of a small wave. A large one has pages of as many sites, or groups.
# A page of networks is some hundred times the bytes of a point read, to which it is not compared.
OF_SITES = ("networks", "model")
# The first page of each list, and the response rate; by the service that answers.
LISTS = {"list-site-metrics": "metrics", "list-responses": "ingestion", "list-roster": "ingestion",
         "response-rate": "ingestion"}


def ingest(lab):
    """IngestResponses: validated, durable and acknowledged, with feed and revisions."""
    count = lab.sites // 2 if lab.short else INGESTED
    target = lab.serve("registry", "ingestion")["ingestion"]
    wave = lab.open_wave("ingest")
    postgres = lab.postgres
    found = interleave(lab.rounds, {
        "ours": lambda n: lab.client("ingest", target, "--wave", wave, "--variant", n,
                                     "--first", n * count % lab.sites, "--sites", count)["rate"],
        "rocksdb": lambda n: lab.direct("put-responses", "--data", lab.scratch / "puts", "--variant", n,
                                        "--sites", count)["rate"],
        "postgres": postgres and (lambda n: postgres.run("ingest", "--sites", count, "--variant", n)["rate"]),
    })
    ours = found["ours"]
    return [
        Measure("ingest/rocksdb", ours, "responses/s", "RocksDB alone", found["rocksdb"], least=0.6),
        Measure("ingest/postgres", ours, "responses/s", "PostgreSQL pipelined", found["postgres"], least=1.5),
    ]


def _read_csv(lab):
    """A contender: rows per second that DuckDB takes of the wide file."""
    if lab.duckdb is None:
        return None

    def rate(_):
        lab.duckdb.query_ms("drop table if exists wide")
        ms = lab.duckdb.query_ms(
            f"create table wide as select * from read_csv('{lab.answers[0]}', header = true)")
        return lab.sites / ms * 1000
    return rate


def _parse(lab):
    return lambda _: lab.direct("parse-file", "--file", lab.answers[0])["rate"]


def import_file(lab):
    """ImportResponses of a file of 60 columns, validated and durable."""
    rounds = min(lab.rounds, IMPORTS)
    lab.serve("registry", "ingestion")
    waves = [lab.open_wave(f"import-{n}") for n in range(rounds)]
    lab.answers  # written now, not while a round is timed

    def ours(n):
        begun = time.monotonic()
        lab.import_answers(waves[n])
        return lab.sites / (time.monotonic() - begun)
    # The first wave is the one that the figures are read of.
    if "full_wave" in vars(lab):
        waves[0] = lab.open_wave("import-again")
    found = interleave(rounds, {"ours": ours, "parse": _parse(lab), "duckdb": _read_csv(lab)})
    lab.full_wave = waves[0]
    return [
        Measure("import/parse", found["ours"], "rows/s", "parse and serialize", found["parse"], least=0.15),
        Measure("import/duckdb", found["ours"], "rows/s", "DuckDB read_csv", found["duckdb"], least=0.35),
    ]


def validate(lab):
    """The import's reader alone, on the same file."""
    found = interleave(lab.rounds, {
        "ours": lambda _: lab.direct("validate-file", "--file", lab.answers[0], "--sites", lab.sites)["rate"],
        "parse": _parse(lab),
        "duckdb": _read_csv(lab),
    })
    return [
        Measure("validate/parse", found["ours"], "rows/s", "parse and serialize", found["parse"]),
        Measure("validate/duckdb", found["ours"], "rows/s", "DuckDB read_csv", found["duckdb"], least=4),
    ]


def figures(lab):
    """GetWaveSummary and each figure of a wave with every site: maintained aggregates against scans."""
    lab.serve("registry", "ingestion")
    large, small = lab.full_wave, lab.open_wave("hundred", cohort="cohorts/hundred")
    if lab.sites > 100:
        lab.client("ingest", lab.suite.addresses["ingestion"], "--wave", small, "--sites", 100)
    addresses = lab.serve("registry", "ingestion", "metrics")
    lab.say("metrics reads the feeds from their beginning")
    begun = time.monotonic()
    lab.catch_up(large)
    lab.catch_up(small)
    caught_up = time.monotonic() - begun

    def asked(question, wave, **options):
        if question == "summary":
            return lab.call_rate("summary", addresses["metrics"], name=f"{wave}/summary", **options)
        return lab.call_rate("figure", addresses["metrics"], name=f"{wave}/figures/{question}", **options)

    contenders = {"read": lab.call_rate("get-site", addresses["registry"], seconds=lab.seconds / 2)}
    for question in (*SQL, *OF_SITES):
        for size, wave in (("small", small), ("large", large)):
            contenders[question, size] = asked(question, wave, seconds=lab.seconds / 2)
    for kind, service in LISTS.items():
        for size, wave in (("small", small), ("large", large)):
            contenders[kind, size] = lab.call_rate(kind, addresses[service], name=wave,
                                                   seconds=lab.seconds / 2)
    found = interleave(lab.rounds, contenders)
    scans = _scans(lab)
    measures = [Measure("figures/read-model-from-nothing", lab.sites / caught_up, "responses/s")]
    for question in SQL:
        ours = found[question, "large"]
        measures += [
            Measure(f"figures/{question}/read", ours, "calls/s", "GetSite", found["read"], least=0.6),
            Measure(f"figures/{question}/flat", ours, "calls/s", "100 sites", found[question, "small"],
                    least=FLAT),
            Measure(f"figures/{question}/duckdb", ours, "calls/s", "DuckDB scan", scans[question, "duckdb"],
                    least=30),
            Measure(f"figures/{question}/postgres", ours, "calls/s", "PostgreSQL scan",
                    scans[question, "postgres"], least=300),
        ]
    for question in (*OF_SITES, *LISTS):
        ours = found[question, "large"]
        measures.append(Measure(f"figures/{question}/flat", ours, "calls/s", "100 sites",
                                found[question, "small"], least=FLAT))
    measures.append(Measure("figures/model/read", found["model", "large"], "calls/s", "GetSite",
                            found["read"], least=0.6))
    return measures


# What `slice` answers, asked of the table of cells with the setting in each row.
SLICES = (
    SQL["summary"].replace("from cell", "from sliced where setting <> 3"),
    "select type, level, count(*) from sliced where setting <> 3 group by type, level",
)


def slices(lab):
    """GetWaveSummary by attributes that no aggregate is kept for: six sevenths of all sites."""
    lab.serve("registry", "ingestion")
    wave = lab.full_wave
    addresses = lab.serve("registry", "ingestion", "metrics")
    lab.catch_up(wave)

    def duckdb():
        if lab.duckdb is None:
            return None
        lab.duckdb.query_ms("drop table if exists sliced")
        lab.duckdb.query_ms("create table sliced(site integer, type utinyint, level utinyint, "
                            "count utinyint, shared utinyint)")
        lab.duckdb.query_ms(f"copy sliced from '{lab.answers[1]}'")
        lab.duckdb.query_ms("alter table sliced add column setting utinyint")
        lab.duckdb.query_ms("update sliced set setting = 1 + site % 7")
        lab.duckdb.query_ms("set threads = 1")
        return lambda _: 1000 / sum(lab.duckdb.query_ms(sql) for sql in SLICES)
    found = interleave(lab.rounds, {
        "ours": lab.call_rate("slice", addresses["metrics"], name=f"{wave}/summary", in_flight=4,
                              seconds=lab.seconds / 2),
        "scan": lambda _: lab.direct("scan-columns", "--sites", lab.sites)["rate"],
        "duckdb": duckdb(),
    })
    if lab.duckdb is not None:
        lab.duckdb.query_ms("reset threads")
        lab.duckdb.query_ms("drop table sliced")
    ours = found["ours"]
    return [
        Measure("slice/scan", ours, "calls/s", "scan of bytes", found["scan"], least=0.5),
        Measure("slice/duckdb", ours, "calls/s", "DuckDB, one thread", found["duckdb"], least=4),
    ]


def _scans(lab):
    """Queries per second, for each question and engine."""
    sources = {
        "duckdb": (lab.duckdb, f"copy cell from '{lab.answers[1]}'"),
        "postgres": (lab.postgres, f"copy cell from '{lab.answers[1]}' with (format csv)"),
    }
    contenders = {}
    for engine, (runner, load) in sources.items():
        if runner is not None:
            small = "smallint" if engine == "postgres" else "utinyint"
            runner.query_ms("drop table if exists cell")
            runner.query_ms(f"create table cell(site integer, type {small}, level {small}, "
                            f"count {small}, shared {small})")
            runner.query_ms(load)
            runner.query_ms("analyze cell")
        for question, sql in SQL.items():
            contenders[question, engine] = runner and (
                lambda _, runner=runner, sql=sql: 1000 / runner.query_ms(sql))
    return interleave(3, contenders)


def apply_changes(lab):
    """A changed response into the read model: rows, contributions, aggregates; durable, 100 in a commit."""
    count = 300 if lab.short else APPLIED
    # As many changes of a hundred sites; commits of fewer than a hundred would cost more for each.
    few = min(100, count)
    found = interleave(lab.rounds, {
        "ours": lambda n: 1e6 / lab.direct("apply-changes", "--data", lab.scratch / f"apply-{n}",
                                           "--sites", count)["rate"],
        "few": lambda n: 1e6 / lab.direct("apply-changes", "--data", lab.scratch / f"apply-few-{n}",
                                          "--sites", few, "--rounds", count // few)["rate"],
        "many": lambda n: 1e6 / lab.direct("apply-changes", "--data", lab.scratch / f"apply-many-{n}",
                                           "--sites", lab.sites)["rate"],
        "counters": lambda _: 1e6 / lab.direct("count-changes", "--sites", count)["rate"],
    })
    return [
        Measure("apply/goal", found["ours"], "µs", at_most=10),
        Measure("apply/flat", found["many"], "µs", f"{few} sites", found["few"], least=FLAT,
                less_is_better=True),
        Measure("apply/counters", found["ours"], "µs", "bare counters", found["counters"],
                less_is_better=True),
    ]
