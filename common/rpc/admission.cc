#include "common/rpc/admission.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/error.h"

namespace weft::rpc {
namespace {

// Long enough for calls in progress to end, short enough that nobody notices the pause.
constexpr absl::Duration kRetryAfter = absl::Milliseconds(200);

absl::Status TooMany(absl::Status error) { return WithRetryAfter(std::move(error), kRetryAfter); }

ErrorMetadata Which(CallClass call_class, int limit) {
  return {{"class", NameOf(call_class)}, {"limit", absl::StrCat(limit)}};
}

}  // namespace

absl::Status Admission::Enter(CallClass call_class, absl::string_view principal) {
  const size_t index = Index(call_class);
  if (calls_[index] >= in_all_.of(call_class)) {
    const int limit = in_all_.of(call_class);
    return TooMany(
        Error(absl::StatusCode::kResourceExhausted, "TOO_MANY_CALLS",
              absl::StrCat("the server has ", limit, " calls of class ", NameOf(call_class),
                           " in progress, its limit; try again a little later"),
              Which(call_class, limit)));
  }
  const auto [theirs, is_new] = by_principal_.try_emplace(principal);
  if (theirs->second[index] >= per_principal_.of(call_class)) {
    if (is_new) by_principal_.erase(theirs);
    const int limit = per_principal_.of(call_class);
    return TooMany(
        Error(absl::StatusCode::kResourceExhausted, "TOO_MANY_CALLS_OF_PRINCIPAL",
              absl::StrCat(principal, " has ", limit, " calls of class ", NameOf(call_class),
                           " in progress, the limit for one principal; wait for some of "
                           "them to end before you start more"),
              Which(call_class, limit)));
  }
  ++theirs->second[index];
  ++calls_[index];
  return absl::OkStatus();
}

void Admission::Leave(CallClass call_class, absl::string_view principal) {
  const size_t index = Index(call_class);
  --calls_[index];
  const auto theirs = by_principal_.find(principal);
  --theirs->second[index];
  const bool none = std::all_of(theirs->second.begin(), theirs->second.end(),
                                [](int count) { return count == 0; });
  if (none) by_principal_.erase(theirs);
}

int Admission::calls() const { return std::accumulate(calls_.begin(), calls_.end(), 0); }

}  // namespace weft::rpc
