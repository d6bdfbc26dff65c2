// weft-bench-postgres: the same work done by PostgreSQL, through libpq. Built where libpq is.
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <initializer_list>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tools/benchmarks/measure.h"
#include "tools/benchmarks/world.h"

namespace weft::bench {
namespace {

constexpr uint64_t kRowsPerTransaction = 100;

class Connection {
 public:
  explicit Connection(const std::string& target)
      : connection_(PQconnectdb(target.c_str()), &PQfinish) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) Fail();
  }

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Execute(const std::string& sql) { Check(PQexec(connection_.get(), sql.c_str())); }
  void Prepare(const char* name, const char* sql) {
    Check(PQprepare(connection_.get(), name, sql, 0, nullptr));
  }
  void Run(const char* name, std::initializer_list<absl::string_view> values) {
    const Values bound(values);
    Check(PQexecPrepared(connection_.get(), name, bound.count, bound.data.data(),
                         bound.lengths.data(), bound.formats.data(), /*resultFormat=*/1));
  }

  // Statements that are sent without waiting for answers, as one transaction.
  void BeginPipeline() {
    if (PQenterPipelineMode(connection_.get()) != 1) Fail();
  }
  void Send(const char* name, std::initializer_list<absl::string_view> values) {
    const Values bound(values);
    if (PQsendQueryPrepared(connection_.get(), name, bound.count, bound.data.data(),
                            bound.lengths.data(), bound.formats.data(), 1) != 1) {
      Fail();
    }
  }
  // Ends the transaction, and waits for all answers.
  void Sync() {
    if (PQpipelineSync(connection_.get()) != 1) Fail();
    for (bool synced = false; !synced;) {
      PGresult* result = PQgetResult(connection_.get());
      if (result == nullptr) continue;  // between the answers of two statements
      synced = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
      if (synced) {
        PQclear(result);
      } else {
        Check(result);
      }
    }
  }

 private:
  struct Values {
    explicit Values(std::initializer_list<absl::string_view> values) {
      for (const absl::string_view value : values) {
        data[count] = value.data();
        lengths[count] = static_cast<int>(value.size());
        formats[count++] = 1;
      }
    }
    int count = 0;
    std::array<const char*, 4> data{};
    std::array<int, 4> lengths{};
    std::array<int, 4> formats{};
  };

  void Check(PGresult* result) {
    const ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) Fail();
  }
  [[noreturn]] void Fail() {
    const std::string message = PQerrorMessage(connection_.get());
    std::exit(ExitCode(absl::UnavailableError(message)));
  }

  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

struct Arguments {
  std::string target;
  uint64_t keys = 1000;
  int connections = 8;
  double seconds = 1;
  uint64_t sites = 1000;
  uint32_t variant = 0;
  std::string sql;
};

std::string ValueOf(uint64_t site, uint64_t change) {
  registry::v1::Site message = StoredSite(site);
  message.set_host_organization(HostOf(change));
  return message.SerializeAsString();
}

// The table of sites, and those that an ingest stream fills.
absl::Status Fill(const Arguments& arguments) {
  Connection connection(arguments.target);
  connection.Execute(
      "create table site(key bytea primary key, value bytea);"
      "create table response(key bytea primary key, value bytea);"
      "create table revision(key bytea primary key, value bytea);"
      "create table change(position bigserial primary key, value bytea);"
      "create table request(key bytea primary key, value bytea)");
  connection.Prepare("put", "insert into site values($1, $2)");
  connection.BeginPipeline();
  for (uint64_t at = 0; at < arguments.keys; at += 1000) {
    for (uint64_t site = at; site < std::min(arguments.keys, at + 1000); ++site) {
      connection.Send("put", {SiteName(site), ValueOf(site, 0)});
    }
    connection.Sync();
  }
  Tell({{"sites", arguments.keys}});
  return absl::OkStatus();
}

// Statements on several connections, each with a thread, one at a time.
absl::Status Statements(const Arguments& arguments, const char* sql, bool write) {
  std::vector<Latencies> latencies(static_cast<size_t>(arguments.connections));
  std::atomic<bool> measuring{false};
  std::atomic<bool> over{false};
  std::atomic<uint64_t> count{0};
  const auto work = [&](size_t place) {
    Connection connection(arguments.target);
    connection.Prepare("run", sql);
    std::mt19937_64 random(std::random_device{}());
    while (!over) {
      const uint64_t site = random() % arguments.keys;
      const std::string key = SiteName(site);
      const std::string value = write ? ValueOf(site, random()) : "";
      const Clock::time_point begun = Clock::now();
      if (write) {
        connection.Run("run", {key, value});
      } else {
        connection.Run("run", {key});
      }
      if (!measuring) continue;
      latencies[place].Add(Clock::now() - begun);
      ++count;
    }
  };
  std::vector<std::thread> threads;
  for (size_t i = 0; i < latencies.size(); ++i) threads.emplace_back(work, i);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const Clock::time_point begun = Clock::now();
  measuring = true;
  std::this_thread::sleep_for(std::chrono::duration<double>(arguments.seconds));
  measuring = false;
  const double seconds = SecondsSince(begun);
  over = true;
  for (std::thread& thread : threads) thread.join();
  Latencies all;
  for (const Latencies& some : latencies) all.Append(some);
  Tell({{"rate", static_cast<double>(count) / seconds},
        {"p50_us", all.QuantileMicros(0.5)},
        {"p99_us", all.QuantileMicros(0.99)}});
  return absl::OkStatus();
}

absl::Status Select(const Arguments& arguments) {
  return Statements(arguments, "select value from site where key = $1", /*write=*/false);
}

absl::Status Upsert(const Arguments& arguments) {
  return Statements(arguments,
                    "insert into site values($1, $2) on conflict(key) do update "
                    "set value = excluded.value",
                    /*write=*/true);
}

// What an ingest stream writes: a response, its revision and the change of each, and a record of
// the request for each hundred.
absl::Status Ingest(const Arguments& arguments) {
  struct Row {
    std::string key;
    std::string response;
    std::string revision_key;
    std::string revision;
  };
  std::vector<Row> rows;
  for (uint64_t site = 0; site < arguments.sites; ++site) {
    const auto response = StoredResponse("waves/direct", site, arguments.variant);
    const auto revision = StoredRevision(response);
    rows.push_back({response.name(), response.SerializeAsString(), revision.name(),
                    revision.SerializeAsString()});
  }
  Connection connection(arguments.target);
  connection.Prepare("response",
                     "insert into response values($1, $2) on conflict(key) do update "
                     "set value = excluded.value");
  connection.Prepare("revision", "insert into revision values($1, $2)");
  connection.Prepare("change", "insert into change(value) values($1)");
  connection.Prepare("request", "insert into request values($1, $2)");
  connection.BeginPipeline();
  const Clock::time_point begun = Clock::now();
  for (uint64_t at = 0; at < rows.size(); at += kRowsPerTransaction) {
    const uint64_t end = std::min<uint64_t>(rows.size(), at + kRowsPerTransaction);
    for (uint64_t i = at; i < end; ++i) {
      const Row& row = rows[i];
      connection.Send("response", {row.key, row.response});
      connection.Send("revision", {row.revision_key, row.revision});
      connection.Send("change", {row.response});
      connection.Send("change", {row.revision});
    }
    connection.Send("request", {absl::StrCat(arguments.variant, "/", at), "stream"});
    connection.Sync();
  }
  Tell({{"rate", static_cast<double>(rows.size()) / SecondsSince(begun)}});
  return absl::OkStatus();
}

absl::Status Query(const Arguments& arguments) {
  Connection connection(arguments.target);
  const Clock::time_point begun = Clock::now();
  connection.Execute(arguments.sql);
  Tell({{"ms", SecondsSince(begun) * 1e3}});
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  CLI::App app("Has PostgreSQL do what Weft does, and tells its rate as a line of JSON.");
  app.require_subcommand(1);
  Arguments arguments;
  std::function<absl::Status(const Arguments&)> run;
  const auto command = [&](const char* name, const char* what, auto body) {
    CLI::App* added = app.add_subcommand(name, what);
    added->callback([&run, body] { run = body; });
    added->add_option("--target", arguments.target, "a libpq connection string")->required();
    return added;
  };
  command("fill", "Makes the tables, and fills that of sites", Fill)
      ->add_option("--keys", arguments.keys);
  const auto statements = [&](CLI::App* to) {
    to->add_option("--keys", arguments.keys);
    to->add_option("--connections", arguments.connections);
    to->add_option("--seconds", arguments.seconds);
  };
  statements(command("select", "Prepared reads by primary key", Select));
  statements(command("upsert", "Prepared durable writes", Upsert));
  CLI::App* ingest = command("ingest", "What an ingest stream writes, pipelined", Ingest);
  ingest->add_option("--sites", arguments.sites);
  ingest->add_option("--variant", arguments.variant);
  command("query", "One statement, and how long it takes", Query)
      ->add_option("--sql", arguments.sql)
      ->required();
  CLI11_PARSE(app, argc, argv);
  return ExitCode(run(arguments));
}

}  // namespace
}  // namespace weft::bench

int main(int argc, char** argv) { return weft::bench::Main(argc, argv); }
