#include "tools/cli/networks.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/validation/dates.h"
#include "common/words/terms.h"
#include "tools/cli/figures.h"
#include "tools/cli/terminal.h"
#include "tools/cli/ties.h"
#include "tools/cli/words.h"
#include "weft/metrics/v1/network.pb.h"

namespace weft::cli {
namespace {

namespace v1 = ::weft::metrics::v1;
using ExportRequest = v1::ExportNetworkRequest;

constexpr char kService[] = "weft.metrics.v1.NetworkService/";
constexpr int kMostTries = 3;
// A large network takes minutes.
constexpr absl::Duration kPatience = absl::Minutes(10);

struct QueryOptions {
  std::string cohort;
  std::string wave;
  std::string filter;
  std::string on;
  std::string min_level;
  std::vector<std::string> types;
  std::string levels_of;
  std::vector<std::string> measures;
  int64_t seed = 0;
  bool self = false;
};

struct MetricsOptions {
  QueryOptions query;
  std::string order;
  int top = 0;
};

struct ExportOptions {
  QueryOptions query;
  std::string format;
  std::string output;
};

struct MapOptions {
  QueryOptions query;
  std::vector<std::string> earlier;
  int width = 0;
  std::string output;
};

void AddQueryOptions(CLI::App& command, QueryOptions& options) {
  command.add_option("--cohort", options.cohort,
                     "only sites that are in this cohort on the day, cohorts/{cohort}");
  command.add_option("--wave", options.wave, "only sites on the roster of this wave, waves/{wave}");
  command.add_option("--where", options.filter,
                     "with --wave: only sites whose attributes match, e.g. \"setting = SCHOOL\"");
  command.add_option("--on", options.on,
                     "as of this day, 2025-03-31 (default: today, or the last day of a wave that "
                     "is over)");
  command.add_option("--min-level", options.min_level,
                     "only ties at this level or deeper: networking, cooperation, …");
  command.add_option("--type", options.types, "only ties as these types, codes of a taxonomy");
  command.add_option("--levels-of", options.levels_of,
                     "whose ratings: site (default), organization, lower, higher");
  command.add_flag("--self", options.self, "ties with sites' own organizations, too");
  command.add_option("--seed", options.seed, "of what is drawn at random")->capture_default_str();
}

void AddMeasureOption(CLI::App& command, QueryOptions& options) {
  command.add_option("--measure", options.measures,
                     "what to compute (metrics: default all; export: default none): density, "
                     "degree, betweenness, closeness, projections, brokerage, e-i-index, "
                     "core-periphery, communities");
}

absl::StatusOr<v1::NetworkQuery> ParseQuery(const QueryOptions& options) {
  v1::NetworkQuery query;
  query.set_cohort(options.cohort);
  query.set_wave(options.wave);
  query.set_filter(options.filter);
  if (!options.on.empty()) {
    WEFT_RETURN_IF_ERROR(SetDay(options.on, query.mutable_as_of()));
  }
  if (!options.min_level.empty()) {
    WEFT_ASSIGN_OR_RETURN(const type::v1::InteractionLevel level,
                          ParseEnum<type::v1::InteractionLevel>(
                              options.min_level, "INTERACTION_LEVEL_", "value of --min-level"));
    query.set_min_level(level);
  }
  for (const std::string& type : options.types) query.add_partner_types(type);
  query.set_include_self(options.self);
  if (!options.levels_of.empty()) {
    WEFT_ASSIGN_OR_RETURN(
        const v1::LevelRule rule,
        ParseEnum<v1::LevelRule>(options.levels_of, "LEVEL_RULE_", "value of --levels-of"));
    query.set_level_rule(rule);
  }
  return query;
}

template <class Request>
absl::Status SetCommon(const QueryOptions& options, Request& request) {
  WEFT_ASSIGN_OR_RETURN(*request.mutable_query(), ParseQuery(options));
  for (const std::string& measure : options.measures) {
    WEFT_ASSIGN_OR_RETURN(
        const v1::NetworkMeasure parsed,
        ParseEnum<v1::NetworkMeasure>(measure, "NETWORK_MEASURE_", "value of --measure"));
    request.add_measures(parsed);
  }
  request.set_seed(options.seed);
  return absl::OkStatus();
}

// A number that is not set was not asked for.
std::string Cell(bool set, const type::v1::Estimate& estimate, int decimals = 3) {
  return set ? NumberCell(estimate, decimals) : "–";
}

void PrintMode(const v1::NetworkModeMetrics& mode) {
  const bool sites = mode.mode() == v1::NETWORK_MODE_SITES;
  std::printf(
      "%s: mean degree %s, degree centralization %s; pairs that share a %s: %s\n",
      Counted(mode.node_count(), sites ? "site" : "organization", sites ? "sites" : "organizations")
          .c_str(),
      Cell(mode.has_mean_degree(), mode.mean_degree(), 1).c_str(),
      Cell(mode.has_degree_centralization(), mode.degree_centralization()).c_str(),
      sites ? "partner" : "site",
      mode.projection().has_density() ? ShareCell(mode.projection().density()).c_str() : "–");
  Table table({sites ? "SITE" : "ORGANIZATION", "DEGREE", "STRENGTH", "BETWEENNESS", "CLOSENESS",
               "CONSTRAINT", "EFFECTIVE SIZE", "COMPONENT", "COMMUNITY"});
  for (const v1::NodeMetrics& node : mode.nodes()) {
    table.Add(
        {node.label(), absl::StrCat(node.degree()), Cell(node.has_strength(), node.strength(), 0),
         Cell(node.has_betweenness(), node.betweenness()),
         Cell(node.has_closeness(), node.closeness()),
         Cell(node.has_constraint(), node.constraint()),
         Cell(node.has_effective_size(), node.effective_size(), 1), absl::StrCat(node.component()),
         node.has_community() ? absl::StrCat(node.community()) : "–"});
  }
  std::printf("%s", table.ToString().c_str());
  const int left = mode.node_count() - mode.nodes_size();
  if (left > 0) std::printf("and %d more; --top shows up to 1000\n", left);
  std::printf("\n");
}

void PrintMetrics(const v1::NetworkMetrics& metrics) {
  const v1::NetworkFacts& facts = metrics.facts();
  const v1::NetworkQuery& query = metrics.provenance().query();
  std::printf("network on %s%s: %s, %s, %s (%d of unknown level)\n",
              FormatDate(query.as_of()).c_str(),
              query.cohort().empty() ? "" : absl::StrCat(" of ", query.cohort()).c_str(),
              Counted(facts.site_count(), "site", "sites").c_str(),
              Counted(facts.organization_count(), "organization", "organizations").c_str(),
              Counted(facts.tie_count(), "tie", "ties").c_str(), facts.unknown_level_tie_count());
  std::printf("%s, the largest of %d nodes; %s without a tie\n",
              Counted(facts.component_count(), "component", "components").c_str(),
              facts.largest_component_size(),
              Counted(facts.isolated_site_count(), "site", "sites").c_str());
  if (metrics.has_density()) std::printf("density %s\n", NumberCell(metrics.density(), 3).c_str());
  std::printf("\n");
  for (const v1::NetworkModeMetrics& mode : metrics.modes()) PrintMode(mode);
  for (const v1::EiIndex& index : metrics.e_i_indexes()) {
    std::printf("E–I index by %s over %s: %s (by chance %s)\n",
                EnumWords(v1::EiIndex::Attribute_Name(index.attribute()), "ATTRIBUTE_").c_str(),
                EnumWords(v1::EiIndex::Ties_Name(index.ties()), "TIES_").c_str(),
                NumberCell(index.index(), 2).c_str(), NumberCell(index.expected(), 2).c_str());
  }
  for (const v1::CorePeriphery& fit : metrics.core_periphery()) {
    std::printf("core and periphery (%s): correlation %s, core of %d sites and %d organizations\n",
                EnumWords(v1::CorePeriphery::Pattern_Name(fit.pattern()), "PATTERN_").c_str(),
                NumberCell(fit.correlation(), 2).c_str(), fit.core_site_count(),
                fit.core_organization_count());
  }
  if (metrics.has_communities()) {
    std::printf("%s, modularity %s\n",
                Counted(metrics.communities().count(), "community", "communities").c_str(),
                NumberCell(metrics.communities().modularity(), 3).c_str());
  }
  for (const std::string& caveat : metrics.provenance().caveats()) {
    std::printf("note: %s\n", caveat.c_str());
  }
}

absl::Status Metrics(Session& session, const MetricsOptions& options) {
  v1::GetNetworkMetricsRequest request;
  WEFT_RETURN_IF_ERROR(SetCommon(options.query, request));
  if (!options.order.empty()) {
    WEFT_ASSIGN_OR_RETURN(
        const v1::NodeOrder order,
        ParseEnum<v1::NodeOrder>(options.order, "NODE_ORDER_", "value of --order"));
    request.set_order_by(order);
  }
  request.set_top(options.top);
  return CallAndPrint<v1::NetworkMetrics>(session, absl::StrCat(kService, "GetNetworkMetrics"),
                                          request, &PrintMetrics);
}

// The file in this format.
absl::StatusOr<std::string> Download(Session& session, const QueryOptions& options,
                                     ExportRequest::Format format, v1::ExportNetworkEnd& end) {
  ExportRequest request;
  WEFT_RETURN_IF_ERROR(SetCommon(options, request));
  request.set_format(format);
  const std::string method = absl::StrCat(kService, "ExportNetwork");
  rpc::CallOptions call = session.MakeOptions();
  call.timeout = std::max(session.options().timeout, kPatience);
  rpc::SyncStream stream = session.ClientFor(method).ServerStream(method, request, call);
  std::string content;
  bool ended = false;
  v1::ExportNetworkResponse response;
  while (stream.Read(response)) {
    content += response.chunk();
    if (!response.has_end()) continue;
    ended = true;
    end = response.end();
  }
  WEFT_RETURN_IF_ERROR(stream.Finish());
  if (!ended || static_cast<size_t>(end.size_bytes()) != content.size()) {
    return Error(absl::StatusCode::kDataLoss, "EXPORT_CUT",
                 "the export ended before its last message; nothing was written, try again");
  }
  return content;
}

// "ties.csv" becomes "ties-nodes.csv".
std::string PathOf(const std::string& path, absl::string_view part) {
  return absl::StrCat(absl::StripSuffix(path, ".csv"), "-", part, ".csv");
}

absl::Status Export(Session& session, const ExportOptions& options) {
  struct File {
    ExportRequest::Format format;
    std::string path;
  };
  std::vector<File> files;
  if (options.format == "csv") {
    if (options.output == "-") {
      return UsageError("--format csv makes two files; name one, or take csv-nodes or csv-edges");
    }
    files = {{ExportRequest::FORMAT_CSV_NODES, PathOf(options.output, "nodes")},
             {ExportRequest::FORMAT_CSV_EDGES, PathOf(options.output, "edges")}};
  } else {
    WEFT_ASSIGN_OR_RETURN(
        const ExportRequest::Format format,
        ParseEnum<ExportRequest::Format>(options.format, "FORMAT_", "value of --format"));
    files = {{format, options.output}};
  }
  // Both of one state are written, or none is.
  std::vector<std::string> contents;
  v1::ExportNetworkEnd end;
  bool changed = true;
  for (int tries = 0; changed; ++tries) {
    if (tries == kMostTries) {
      return Error(absl::StatusCode::kAborted, "NETWORK_CHANGES",
                   "the network changed between its files; nothing was written, try again");
    }
    // Two files must be of one network.
    contents.clear();
    changed = false;
    for (const File& file : files) {
      const std::string facts = end.facts().SerializeAsString();
      WEFT_ASSIGN_OR_RETURN(std::string content,
                            Download(session, options.query, file.format, end));
      changed = changed || (!contents.empty() && end.facts().SerializeAsString() != facts);
      contents.push_back(std::move(content));
    }
  }
  if (options.output == "-") {
    std::fwrite(contents[0].data(), 1, contents[0].size(), stdout);
    return absl::OkStatus();
  }
  for (size_t i = 0; i < files.size(); ++i) {
    WEFT_RETURN_IF_ERROR(WriteFile(files[i].path, contents[i]));
  }
  if (session.json()) {
    PrintJson(end);
    return absl::OkStatus();
  }
  std::printf("%s and %s written to %s\n", Counted(end.node_count(), "node", "nodes").c_str(),
              Counted(end.tie_count(), "tie", "ties").c_str(),
              absl::StrJoin(files, " and ", [](std::string* out, const File& file) {
                absl::StrAppend(out, file.path);
              }).c_str());
  return absl::OkStatus();
}

// Figures and maps are pictures; on a terminal their table says the same.
void PrintMap(const v1::Picture& picture) {
  Table table({picture.table().columns().begin(), picture.table().columns().end()});
  for (const v1::DataRow& row : picture.table().rows()) {
    table.Add({row.cells().begin(), row.cells().end()});
  }
  std::printf("%s\n%s%s\n", picture.alt_text().c_str(), table.ToString().c_str(),
              picture.note().c_str());
}

absl::Status Map(Session& session, const MapOptions& options) {
  v1::RenderNetworkRequest request;
  WEFT_ASSIGN_OR_RETURN(*request.mutable_query(), ParseQuery(options.query));
  for (const std::string& earlier : options.earlier) {
    // Of the same sites, unless it is another wave's.
    v1::NetworkQuery& query = *request.add_earlier();
    query = request.query();
    query.clear_as_of();
    if (absl::StartsWith(earlier, "waves/")) {
      query.set_wave(earlier);
    } else {
      WEFT_RETURN_IF_ERROR(SetDay(earlier, query.mutable_as_of()));
    }
  }
  request.set_seed(options.query.seed);
  request.set_width(options.width);
  v1::RenderNetworkResponse response;
  WEFT_RETURN_IF_ERROR(session.Call(absl::StrCat(kService, "RenderNetwork"), request, response));
  if (!options.output.empty()) return WritePicture(options.output, response.picture().vega_lite());
  if (session.json()) {
    PrintJson(response.map());
  } else {
    PrintMap(response.picture());
  }
  return absl::OkStatus();
}

}  // namespace

void AddNetworkCommands(CLI::App& app, Session*& session, absl::Status& result) {
  CLI::App* network =
      app.add_subcommand("network", "The network of sites and partner organizations on a day");
  network->require_subcommand(1);
  network->fallthrough();

  auto metrics_options = std::make_shared<MetricsOptions>();
  CLI::App* metrics = network->add_subcommand("metrics", "Shows its numbers");
  AddQueryOptions(*metrics, metrics_options->query);
  AddMeasureOption(*metrics, metrics_options->query);
  metrics->add_option("--order", metrics_options->order,
                      "which nodes first: degree (default), strength, betweenness, closeness, "
                      "constraint, effective-size, redundancy");
  metrics->add_option("--top", metrics_options->top, "so many nodes of each kind (default: 20)");
  metrics->callback(
      [&session, &result, metrics_options] { result = Metrics(*session, *metrics_options); });

  auto export_options = std::make_shared<ExportOptions>();
  CLI::App* file = network->add_subcommand("export", "Writes it to a file for other tools");
  AddQueryOptions(*file, export_options->query);
  AddMeasureOption(*file, export_options->query);
  file->add_option("--format", export_options->format,
                   "graphml (igraph, NetworkX, Gephi), gexf (Gephi, Polinode), csv (nodes and "
                   "edges for Gephi; or csv-nodes, csv-edges), kumu")
      ->required();
  file->add_option("--out,--output", export_options->output,
                   "the file to write; - for standard "
                   "output")
      ->required();
  file->callback(
      [&session, &result, export_options] { result = Export(*session, *export_options); });

  auto map_options = std::make_shared<MapOptions>();
  CLI::App* map = network->add_subcommand(
      "map", "Draws it: a table on the terminal, places with --json, a picture with --output");
  AddQueryOptions(*map, map_options->query);
  map->add_option("--earlier", map_options->earlier,
                  "maps that this one continues, oldest first, so that what stays is found again: "
                  "days, or waves/{wave}");
  map->add_option("--width", map_options->width,
                  "for --output: width of the picture in pixels (default 720)");
  map->add_option("-o,--output,--out", map_options->output,
                  "draw it into this file: .svg, .png, or .json for the specification");
  map->callback([&session, &result, map_options] { result = Map(*session, *map_options); });
}

}  // namespace weft::cli
