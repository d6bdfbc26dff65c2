// Pseudonyms of sites in exports.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_PSEUDONYM_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_PSEUDONYM_H_

#include <string>

#include "absl/strings/string_view.h"

namespace weft::ingestion {

// "p-" and 24 hex digits of an HMAC-SHA256 of `site` ("sites/{site}"). The same for the same key,
// in every wave; without the key nobody can tell the site.
std::string Pseudonym(absl::string_view key, absl::string_view site);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_PSEUDONYM_H_
