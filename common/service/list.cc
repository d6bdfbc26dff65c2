#include "common/service/list.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/service/request_fields.h"
#include "common/service/sealed_text.h"

namespace weft::service {
namespace {

// The number is the token's version: change it with the layout.
constexpr absl::string_view kKind = "page token 1";

// A token holds a hash of its request and the key after which the page starts.
std::string RequestHash(const google::protobuf::Message& request) {
  const uint64_t hash = HashWithout(request, {"page_size", "page_token"});
  return std::string(reinterpret_cast<const char*>(&hash), sizeof(hash));
}

absl::Status TokenInvalid(absl::string_view field) {
  return FieldViolations()
      .Add(absl::StrCat(field, "page_token"),
           "belongs to another request or is damaged; send it exactly as it was received, with the "
           "other fields as in the request that it came from, or leave it out to start again")
      .ToStatus("PAGE_TOKEN_INVALID");
}

}  // namespace

absl::StatusOr<storage::PageRequest> ReadPage(const google::protobuf::Message& request,
                                              PageDefaults defaults, absl::string_view field) {
  const int32_t size = Int32Field(request, "page_size");
  if (size < 0) {
    return FieldViolations()
        .Add(absl::StrCat(field, "page_size"),
             absl::StrCat("is negative; 0 asks for ", defaults.default_size))
        .ToStatus("PAGE_SIZE_INVALID");
  }
  storage::PageRequest page;
  page.limit =
      static_cast<size_t>(size == 0 ? defaults.default_size : std::min(size, defaults.max_size));
  const std::string token = StringField(request, "page_token");
  if (token.empty()) return page;
  const std::optional<std::string> bytes = Unseal(kKind, token);
  const std::string hash = RequestHash(request);
  if (!bytes.has_value() || bytes->size() <= hash.size() ||
      bytes->compare(0, hash.size(), hash) != 0) {
    return TokenInvalid(field);
  }
  page.after = bytes->substr(hash.size());
  return page;
}

std::string NextPageToken(const google::protobuf::Message& request, absl::string_view next_key) {
  if (next_key.empty()) return std::string();
  return Seal(kKind, absl::StrCat(RequestHash(request), next_key));
}

}  // namespace weft::service
