#include "services/registry/domain/place.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/validation/counts.h"
#include "common/validation/text.h"

namespace weft::registry {
namespace {

constexpr int kMaxPlaces = 50;
constexpr size_t kMaxPlaceName = 100;

bool IsCountryCode(absl::string_view code) {
  return code.size() == 2 && absl::ascii_isupper(static_cast<unsigned char>(code[0])) &&
         absl::ascii_isupper(static_cast<unsigned char>(code[1]));
}

void CheckPlace(FieldViolations& violations, absl::string_view field, const v1::Place& place) {
  if (place.locality().empty() && place.region().empty() && place.country().empty()) {
    violations.Add(field, "is empty; give at least a locality, a region or a country");
  }
  CheckText(violations, absl::StrCat(field, ".locality"), place.locality(), kMaxPlaceName);
  CheckText(violations, absl::StrCat(field, ".region"), place.region(), kMaxPlaceName);
  if (!place.country().empty() && !IsCountryCode(place.country())) {
    violations.Add(absl::StrCat(field, ".country"),
                   absl::StrCat("is ", Quoted(place.country()),
                                "; use the two capital letters of ISO 3166-1, e.g. \"US\""));
  }
}

}  // namespace

void CheckPlaces(FieldViolations& violations, const std::string& field,
                 const google::protobuf::RepeatedPtrField<v1::Place>& places) {
  if (!CheckCount(violations, field, places.size(), kMaxPlaces)) return;
  for (int i = 0; i < places.size(); ++i) {
    CheckPlace(violations, absl::StrCat(field, "[", i, "]"), places[i]);
  }
}

}  // namespace weft::registry
