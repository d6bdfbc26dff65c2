#include "services/metrics/service/queries.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/service/names.h"

namespace weft::metrics {

absl::StatusOr<WaveQuery> QueryFor(absl::string_view pattern, const std::string& name,
                                   absl::string_view field, const v1::Parameters& parameters,
                                   const v1::Positions& min_positions) {
  WEFT_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                        service::ParseName(pattern, name, field));
  WaveQuery query;
  query.wave = absl::StrCat("waves/", ids[0]);
  query.parameters = parameters;
  query.min_positions = min_positions;
  return query;
}

absl::StatusOr<WaveQuery> QueryForSite(absl::string_view pattern, const std::string& name,
                                       absl::string_view field, const v1::Parameters& parameters,
                                       const v1::Positions& min_positions) {
  WEFT_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                        service::ParseName(pattern, name, field));
  WEFT_ASSIGN_OR_RETURN(WaveQuery query, QueryFor(pattern, name, field, parameters, min_positions));
  query.site = absl::StrCat("sites/", ids[1]);
  return query;
}

}  // namespace weft::metrics
