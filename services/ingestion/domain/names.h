// Names of the ingestion service's resources.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_NAMES_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_NAMES_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace weft::ingestion {

// The last segment of a name: "sites/site-01" gives "site-01".
inline absl::string_view LastId(absl::string_view name) { return name.substr(name.rfind('/') + 1); }

// The wave of a name below one, or of its own: "waves/w1/responses/r1" gives "waves/w1".
inline absl::string_view WaveOf(absl::string_view name) {
  return name.substr(0, name.find('/', name.find('/') + 1));
}

// The roster entry of "sites/{site}" in "waves/{wave}".
inline std::string RosterEntryName(absl::string_view wave, absl::string_view site) {
  return absl::StrCat(wave, "/roster/", LastId(site));
}

inline std::string ResponseName(absl::string_view wave, absl::string_view id) {
  return absl::StrCat(wave, "/responses/", id);
}

// The response of a name below one: "waves/w1/responses/r1/openAnswers/q" gives
// "waves/w1/responses/r1".
inline std::string ResponseOf(absl::string_view name) {
  const absl::string_view collection = name.substr(0, name.rfind('/'));
  return std::string(collection.substr(0, collection.rfind('/')));
}

inline std::string DraftName(absl::string_view response) {
  return absl::StrCat(response, "/draft");
}

inline std::string RevisionName(absl::string_view response, int revision) {
  return absl::StrCat(response, "/revisions/", revision);
}

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_NAMES_H_
