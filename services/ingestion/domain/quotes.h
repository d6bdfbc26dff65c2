// What readers see of a cleared open answer.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_QUOTES_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_QUOTES_H_

#include "absl/strings/string_view.h"
#include "weft/ingestion/v1/open_answer_service.pb.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/ingestion/v1/wave.pb.h"

namespace weft::ingestion {

// The quote of an answer that is RELEASE_CLEARED. `role` is its contributor's, or empty. The site
// is named where the writer agreed to it and the roster says that the site may be named; where only
// the writer did, it stands as its neutral label. Otherwise nothing tells whose words they are.
v1::Quote QuoteOf(const v1::OpenAnswer& answer, const v1::RosterEntry& site,
                  absl::string_view role);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_QUOTES_H_
