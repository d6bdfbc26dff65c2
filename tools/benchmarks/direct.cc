// weft-bench-direct: work that needs no server, and the records that measurements begin with.
#include "tools/benchmarks/direct.h"

#include <functional>
#include <string>

#include "CLI/CLI.hpp"
#include "tools/benchmarks/measure.h"

namespace weft::bench {
namespace {

int Main(int argc, char** argv) {
  CLI::App app("Does work that needs no server, and tells its rate as a line of JSON.");
  app.require_subcommand(1);
  std::string data;
  std::string file;
  std::string long_file;
  uint64_t sites = 1000;
  uint64_t members = 0;
  uint32_t variant = 0;
  uint32_t rounds = 1;
  uint64_t ties = 1000;
  bool whole = false;
  bool igraph = false;
  std::function<absl::Status()> run;
  const auto command = [&](const char* name, const char* what, std::function<absl::Status()> body) {
    CLI::App* added = app.add_subcommand(name, what);
    added->callback([&run, body = std::move(body)] { run = body; });
    return added;
  };
  const auto data_and_sites = [&](CLI::App* to) {
    to->add_option("--data", data, "directory")->required();
    to->add_option("--sites", sites);
  };

  CLI::App* fill = command("fill-registry", "Puts sites into a registry's data directory",
                           [&] { return FillRegistry(data, sites, members); });
  data_and_sites(fill);
  fill->add_option("--members", members, "how many of them are in cohorts");
  command("definitions", "Writes a taxonomy and an instrument as JSON",
          [&] { return WriteDefinitions(data); })
      ->add_option("--data", data, "directory")
      ->required();
  CLI::App* answers = command("answers", "Writes answers as a wide and a long file",
                              [&] { return WriteAnswers(sites, variant, file, long_file); });
  answers->add_option("--sites", sites);
  answers->add_option("--variant", variant);
  answers->add_option("--wide", file)->required();
  answers->add_option("--long", long_file)->required();
  CLI::App* puts = command("put-responses", "RocksDB alone: what an ingest stream writes",
                           [&] { return PutResponses(data, sites, variant); });
  data_and_sites(puts);
  puts->add_option("--variant", variant);
  CLI::App* validate = command("validate-file", "The import's reader alone",
                               [&] { return ValidateFile(file, sites); });
  validate->add_option("--file", file)->required();
  validate->add_option("--sites", sites);
  command("parse-file", "A typed parse and protobuf, alone", [&] { return ParseFile(file); })
      ->add_option("--file", file)
      ->required();
  CLI::App* apply = command("apply-changes", "Changed responses into a read model",
                            [&] { return ApplyChanges(data, sites, rounds); });
  data_and_sites(apply);
  apply->add_option("--rounds", rounds, "how often every response changes");
  command("count-changes", "Changed responses between bare counters", [&] {
    return CountChanges(sites);
  })->add_option("--sites", sites);
  command("scan-columns", "Most sites' answers counted from columns of bytes", [&] {
    return ScanColumns(sites);
  })->add_option("--sites", sites);
  CLI::App* write_ties = command("network-ties", "Writes the ties of a network",
                                 [&] { return WriteTies(ties, file); });
  write_ties->add_option("--ties", ties);
  write_ties->add_option("--file", file)->required();
  CLI::App* network = command("network", "The numbers of a network",
                              [&] { return MeasureNetwork(ties, whole, igraph); });
  network->add_option("--ties", ties);
  network->add_flag("--whole", whole, "everything, not paths alone");
  network->add_flag("--igraph", igraph, "igraph alone");
  CLI11_PARSE(app, argc, argv);
  return ExitCode(run());
}

}  // namespace
}  // namespace weft::bench

int main(int argc, char** argv) { return weft::bench::Main(argc, argv); }
