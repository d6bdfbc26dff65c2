// What is checked alike in every batch of things to create.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_BATCHES_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_BATCHES_H_

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "common/validation/counts.h"
#include "common/validation/text.h"

namespace weft::registry {

inline constexpr int kMaxBatch = 1000;

// At least one request, and `noun` says for what; at most kMaxBatch; none with a request id or
// validate_only of its own. `check` looks at each: (prefix, request), where the prefix is
// "requests[3].". False when there are too many to be looked at.
template <class Batch, class Check>
bool CheckBatch(FieldViolations& violations, absl::string_view noun, const Batch& batch,
                Check check) {
  if (batch.requests().empty()) {
    violations.Add("requests", absl::StrCat("is required; give at least one ", noun));
  }
  if (!CheckCount(violations, "requests", batch.requests_size(), kMaxBatch)) return false;
  for (int i = 0; i < batch.requests_size(); ++i) {
    const auto& one = batch.requests(i);
    const std::string prefix = absl::StrCat("requests[", i, "].");
    check(prefix, one);
    violations.Require(one.request_id().empty(), absl::StrCat(prefix, "request_id"),
                       "must be empty; set the request_id of the batch");
    violations.Require(!one.validate_only(), absl::StrCat(prefix, "validate_only"),
                       "must be unset; set validate_only of the batch");
  }
  return true;
}

// Names that were chosen for what is created, of which none may be there twice; empty ones are made
// up later.
class ChosenNames {
 public:
  void Check(FieldViolations& violations, absl::string_view field, absl::string_view name) {
    if (name.empty() || names_.insert(std::string(name)).second) return;
    violations.Add(field, absl::StrCat("repeats ", Quoted(name)));
  }

 private:
  absl::flat_hash_set<std::string> names_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_BATCHES_H_
