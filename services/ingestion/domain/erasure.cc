#include "services/ingestion/domain/erasure.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"
#include "services/ingestion/domain/instrument_index.h"

namespace weft::ingestion {
namespace {

constexpr size_t kMaxReason = 200;

// The response of a subject's name and, where it is one, the contributor; nullopt for another name.
std::optional<ErasureSubject> Parse(absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  if (parts.size() != 4 && parts.size() != 6) return std::nullopt;
  if (parts[0] != "waves" || !IsId(parts[1])) return std::nullopt;
  if (parts[2] != "responses" || !IsId(parts[3])) return std::nullopt;
  ErasureSubject subject;
  subject.response = absl::StrCat("waves/", parts[1], "/responses/", parts[3]);
  if (parts.size() == 4) return subject;
  if (parts[4] != "contributors" || !IsId(parts[5])) return std::nullopt;
  subject.contributor = std::string(parts[5]);
  return subject;
}

}  // namespace

absl::Status ValidateErasure(const v1::EraseSubjectRequest& request) {
  FieldViolations violations;
  violations.Require(Parse(request.name()).has_value(), "name",
                     "must be a name like waves/2025-winter/responses/site-01, or like "
                     "waves/2025-winter/responses/site-01/contributors/p1");
  RequireText(violations, "reason", request.reason(), kMaxReason);
  return violations.ToStatus();
}

ErasureSubject SubjectOf(absl::string_view name) { return Parse(name).value_or(ErasureSubject()); }

bool HasWordsOf(const ErasureSubject& subject, const v1::OpenAnswer& answer) {
  if (answer.release() == v1::OpenAnswer::RELEASE_ERASED) return false;
  return subject.contributor.empty() || answer.contributor() == subject.contributor;
}

bool IsExcerptOf(const ErasureSubject& subject, const std::vector<v1::OpenAnswer>& answers,
                 const v1::CodedExcerpt& excerpt) {
  if (subject.contributor.empty()) return true;
  const std::string passage = FoldText(excerpt.text());
  return std::any_of(answers.begin(), answers.end(), [&](const v1::OpenAnswer& answer) {
    return answer.question() == excerpt.question() ||
           absl::StrContains(FoldText(answer.text()), passage);
  });
}

void Erase(absl::Time now, v1::OpenAnswer& answer) {
  v1::OpenAnswer mark;
  mark.set_name(answer.name());
  mark.set_uid(answer.uid());
  *mark.mutable_create_time() = answer.create_time();
  mark.set_question(answer.question());
  mark.set_release(v1::OpenAnswer::RELEASE_ERASED);
  *mark.mutable_erase_time() = ToProto(now);
  answer = std::move(mark);
}

}  // namespace weft::ingestion
