#include "common/rpc/admission.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/error.h"

namespace weft::rpc {
namespace {

// Long enough for calls in progress to end, short enough that nobody notices the pause.
constexpr absl::Duration kRetryAfter = absl::Milliseconds(200);

absl::Status Refusal(absl::string_view reason, absl::string_view who, CallClass call_class,
                     int limit) {
  const absl::string_view what = NameOf(call_class);
  return WithRetryAfter(
      Error(absl::StatusCode::kResourceExhausted, reason,
            absl::StrCat(who, " has ", limit, " calls of class ", what,
                         " in progress, the limit; try again a little later, or have fewer at a "
                         "time"),
            {{"class", std::string(what)}, {"limit", absl::StrCat(limit)}}),
      kRetryAfter);
}

}  // namespace

absl::Status Admission::Enter(CallClass call_class, absl::string_view principal) {
  const size_t index = Index(call_class);
  if (calls_[index] >= in_all_.of(call_class)) {
    return Refusal("TOO_MANY_CALLS", "the server", call_class, in_all_.of(call_class));
  }
  const auto [theirs, is_new] = by_principal_.try_emplace(principal);
  if (theirs->second[index] >= per_principal_.of(call_class)) {
    if (is_new) by_principal_.erase(theirs);
    return Refusal("TOO_MANY_CALLS_OF_PRINCIPAL", principal, call_class,
                   per_principal_.of(call_class));
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
