#include "services/ingestion/domain/revision_diff.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "services/ingestion/domain/answer_values.h"

namespace weft::ingestion {
namespace {

using Values = std::map<std::string, v1::AnswerValue>;

v1::AnswerValue At(const Values& values, const std::string& answer) {
  const auto found = values.find(answer);
  return found == values.end() ? v1::AnswerValue() : found->second;
}

}  // namespace

RevisionDiff::RevisionDiff(const v1::Answers& from) : from_(ValuesOf(from)), last_(from_) {}

void RevisionDiff::Add(const v1::ResponseRevision& revision) {
  Values values = ValuesOf(revision.answers());
  const auto note = [&](const std::string& answer) {
    const v1::AnswerValue value = At(values, answer);
    if (SameValue(value, At(last_, answer))) return;
    v1::AnswerChange& change = changes_[answer];
    change.set_answer(answer);
    change.clear_new_value();
    if (IsSet(value)) *change.mutable_new_value() = value;
    change.set_revision(revision.revision());
    change.set_contributor(revision.contributor());
    change.set_principal(revision.principal());
    change.set_source(revision.source());
    *change.mutable_time() = revision.create_time();
  };
  for (const auto& [answer, value] : last_) note(answer);
  for (const auto& [answer, value] : values) note(answer);
  last_ = std::move(values);
}

std::vector<v1::AnswerChange> RevisionDiff::Changes(const InstrumentIndex& instrument) const {
  std::vector<std::pair<int, v1::AnswerChange>> ordered;
  for (const auto& [answer, change] : changes_) {
    const v1::AnswerValue before = At(from_, answer);
    if (SameValue(before, change.new_value())) continue;
    const std::optional<AnswerSlot> slot = FindSlot(instrument, answer);
    ordered.emplace_back(slot.has_value() ? slot->order : 0, change);
    if (IsSet(before)) *ordered.back().second.mutable_old_value() = before;
  }
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<v1::AnswerChange> changes;
  changes.reserve(ordered.size());
  for (auto& [order, change] : ordered) changes.push_back(std::move(change));
  return changes;
}

}  // namespace weft::ingestion
