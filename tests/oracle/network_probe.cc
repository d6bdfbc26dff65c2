// The network part of the metrics domain as a program, for network_test.py: records in, numbers or
// a file out.
//
//   network_probe metrics RECORDS.json    writes a NetworkMetrics, as JSON
//   network_probe graphml RECORDS.json    writes a file: graphml, gexf, csv-nodes, csv-edges, kumu
//
// RECORDS.json: {"sites": [...], "organizations": [...], "partnerships": [...], "request": {...}},
// each as the API has it; the request is GetNetworkMetrics' or ExportNetwork's. All nodes are told.
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <utility>

#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"
#include "services/metrics/domain/network/network_computation.h"
#include "services/metrics/domain/network/network_file.h"

namespace weft::metrics {
namespace {

using Request = v1::ExportNetworkRequest;

int Fail(const std::string& what) {
  std::cerr << "network_probe: " << what << "\n";
  return 2;
}

template <typename Message>
Message Read(const nlohmann::json& json) {
  Message message;
  const auto status = google::protobuf::util::JsonStringToMessage(json.dump(), &message);
  if (!status.ok()) std::exit(Fail(std::string(status.message())));
  return message;
}

void Check(const absl::Status& status) {
  if (!status.ok()) std::exit(Fail(std::string(status.message())));
}

Network ReadNetwork(const nlohmann::json& records, const v1::NetworkQuery& query) {
  NetworkBuilder builder(query);
  for (const auto& site : records["sites"]) Check(builder.AddSite(Read<registry::v1::Site>(site)));
  for (const auto& partnership : records["partnerships"]) {
    Check(builder.AddPartnership(Read<registry::v1::Partnership>(partnership)));
  }
  for (const auto& organization : records["organizations"]) {
    builder.AddOrganization(Read<registry::v1::Organization>(organization));
  }
  return std::move(builder).Build();
}

google::type::Date SomeDay() {
  google::type::Date day;
  day.set_year(2025);
  day.set_month(6);
  day.set_day(1);
  return day;
}

int Run(const std::string& what, const std::string& path) {
  const std::map<std::string, Request::Format> formats = {{"graphml", Request::FORMAT_GRAPHML},
                                                          {"gexf", Request::FORMAT_GEXF},
                                                          {"csv-nodes", Request::FORMAT_CSV_NODES},
                                                          {"csv-edges", Request::FORMAT_CSV_EDGES},
                                                          {"kumu", Request::FORMAT_KUMU}};
  std::ifstream file(path);
  const auto records = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (records.is_discarded()) return Fail("cannot read " + path);
  if (what == "metrics") {
    const auto request = Read<v1::GetNetworkMetricsRequest>(records["request"]);
    Check(ValidateRequest(request));
    const Network network = ReadNetwork(records, WithDefaults(request.query(), SomeDay()));
    NetworkComputation computation(network, OptionsOf(request.measures(), request.seed()));
    while (computation.Work()) {
    }
    Check(computation.status());
    google::protobuf::util::JsonPrintOptions options;
    options.always_print_primitive_fields = true;
    std::string json;
    const auto status = google::protobuf::util::MessageToJsonString(
        computation.Result(request.order_by(), static_cast<int32_t>(network.size())), &json,
        options);
    if (!status.ok()) return Fail(std::string(status.message()));
    std::cout << json << "\n";
    return 0;
  }
  const auto format = formats.find(what);
  if (format == formats.end()) return Fail("unknown: " + what);
  auto request = Read<Request>(records["request"]);
  const Network network = ReadNetwork(records, WithDefaults(request.query(), SomeDay()));
  NetworkComputation computation(network, OptionsOf(request));
  while (computation.Work()) {
  }
  Check(computation.status());
  NetworkFile written(network, computation, format->second);
  std::string piece;
  while (written.Next(piece)) std::cout << piece;
  return 0;
}

}  // namespace
}  // namespace weft::metrics

int main(int argc, char** argv) {
  if (argc != 3) return weft::metrics::Fail("network_probe metrics|FORMAT RECORDS.json");
  return weft::metrics::Run(argv[1], argv[2]);
}
