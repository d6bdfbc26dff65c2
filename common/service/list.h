// Pages of List methods (AIP-158). A page token is bound to its request: with other arguments than
// those it was made for, or altered, it is refused.
//
//   absl::StatusOr<storage::PageRequest> page = ReadPage(request);
//   WEFT_CO_RETURN_IF_ERROR(page.status());
//   absl::StatusOr<storage::Page<v1::Site>> sites = co_await tables_.sites.List(*snapshot, "",
//   *page);
//   ...
//   response.set_next_page_token(NextPageToken(request, sites->next_key));
#ifndef WEFT_COMMON_SERVICE_LIST_H_
#define WEFT_COMMON_SERVICE_LIST_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/storage/table_core.h"
#include "google/protobuf/message.h"

namespace weft::service {

struct PageDefaults {
  int32_t default_size = 50;
  int32_t max_size = 1000;
};

// Reads the fields page_size and page_token of a List request. page_size 0 is the default, more
// than the maximum is the maximum, a negative one is INVALID_ARGUMENT; a token that does not belong
// to this request is INVALID_ARGUMENT (PAGE_TOKEN_INVALID).
// `field` is what stands before the names of the fields in errors, where `request` is part of
// another.
absl::StatusOr<storage::PageRequest> ReadPage(const google::protobuf::Message& request,
                                              PageDefaults defaults = {},
                                              absl::string_view field = "");

// The token for the page after this one; "" at the end.
std::string NextPageToken(const google::protobuf::Message& request, absl::string_view next_key);

}  // namespace weft::service

#endif  // WEFT_COMMON_SERVICE_LIST_H_
