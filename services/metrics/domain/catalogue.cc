#include "services/metrics/domain/catalogue.h"

#include "absl/strings/string_view.h"
#include "common/base/embed.h"
#include "google/protobuf/util/json_util.h"
#include "weft/metrics/v1/metrics_service.pb.h"

WEFT_EMBED(catalogue, WEFT_METRICS_DOMAIN_DIR "/catalogue.json");

namespace weft::metrics {

std::vector<v1::MetricDefinition> ReadCatalogue() {
  const absl::string_view json = WEFT_EMBEDDED(catalogue);
  v1::ListMetricDefinitionsResponse catalogue;
  // A file that is part of the program is as right as the program; the tests read it.
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), &catalogue);
  if (!status.ok()) return {};
  return {catalogue.definitions().begin(), catalogue.definitions().end()};
}

}  // namespace weft::metrics
