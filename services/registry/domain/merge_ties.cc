#include "services/registry/domain/merge_ties.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/validation/dates.h"
#include "services/registry/domain/partnership.h"

namespace weft::registry {
namespace {

using google::protobuf::RepeatedPtrField;
using google::protobuf::Timestamp;
using google::type::Date;
using v1::MergedTie;
using v1::OrganizationMerge;
using v1::Partnership;
using v1::UnmergeRemainder;

// An error travels in a trailer of at most 8 KiB.
constexpr size_t kMaxNamed = 10;

std::string OpenKey(const Partnership& tie) {
  const std::vector<std::string> keys = OpenTieKeys(tie);
  return keys.empty() ? std::string() : keys.front();
}

// How a tie that the merge closed stands now.
enum class Closed { kAsTheMergeLeftIt, kOtherwise, kNot };

Closed StateOf(const MergedTie& moved, const Timestamp& merge_time, const Partnership& tie) {
  if (moved.outcome() == MergedTie::OUTCOME_ENDED) {
    if (!tie.has_end_date()) return Closed::kNot;
    return CompareDates(tie.end_date(), moved.end_date()) == 0 ? Closed::kAsTheMergeLeftIt
                                                               : Closed::kOtherwise;
  }
  if (moved.outcome() != MergedTie::OUTCOME_DELETED || !tie.has_delete_time()) {
    return Closed::kNot;
  }
  return FromProto(tie.delete_time()) == FromProto(merge_time) ? Closed::kAsTheMergeLeftIt
                                                               : Closed::kOtherwise;
}

void Open(const MergedTie& moved, Partnership& tie) {
  if (moved.outcome() == MergedTie::OUTCOME_ENDED) {
    tie.clear_end_date();
  } else {
    tie.clear_delete_time();
  }
}

void Remain(const MergedTie& moved, UnmergeRemainder::Reason reason,
            RepeatedPtrField<UnmergeRemainder>& remainders) {
  UnmergeRemainder& remainder = *remainders.Add();
  remainder.set_name(moved.name());
  remainder.set_field(moved.outcome() == MergedTie::OUTCOME_ENDED ? "end_date" : "delete_time");
  remainder.set_value("open");
  remainder.set_reason(reason);
}

}  // namespace

std::string TieMover::KeyOf(const Partnership& tie) const {
  if (tie.has_end_date() || tie.has_delete_time()) return "";
  return OpenTieKey(SiteOf(tie.name()), survivor_, tie.partner_type());
}

MergedTie TieMover::Move(Partnership& tie) {
  MergedTie done;
  done.set_name(tie.name());
  done.set_from(tie.organization());
  done.set_outcome(MergedTie::OUTCOME_MOVED);
  tie.set_organization(survivor_);
  const std::string key = OpenKey(tie);
  if (key.empty()) return done;
  const auto [kept, is_first] = kept_.try_emplace(key, tie.name());
  if (is_first) return done;
  ++collisions_;
  if (some_.size() < kMaxNamed) some_.push_back(tie.name());
  done.set_kept(kept->second);
  if (rule_ == OrganizationMerge::TIE_COLLISION_DELETE) {
    done.set_outcome(MergedTie::OUTCOME_DELETED);
    *tie.mutable_delete_time() = ToProto(now_);
    return done;
  }
  // A last day is not before the first one.
  Date end = DayOf(now_);
  if (tie.has_start_date() && CompareDates(tie.start_date(), end) > 0) end = tie.start_date();
  done.set_outcome(MergedTie::OUTCOME_ENDED);
  *tie.mutable_end_date() = end;
  *done.mutable_end_date() = std::move(end);
  return done;
}

absl::Status TieMover::Check() const {
  const bool refuses = rule_ == OrganizationMerge::TIE_COLLISION_UNSPECIFIED ||
                       rule_ == OrganizationMerge::TIE_COLLISION_REFUSE;
  if (!refuses || collisions_ == 0) return absl::OkStatus();
  const std::string names = absl::StrJoin(some_, ", ");
  return Error(absl::StatusCode::kFailedPrecondition, "MERGE_TIES_COLLIDE",
               absl::StrCat(collisions_,
                            " of the duplicates' ties are with a site that has an open "
                            "tie of the same type with another one of them, e.g. ",
                            names,
                            "; end or delete them first, or choose a tie_collision, whose preview "
                            "tells each"),
               {{"count", absl::StrCat(collisions_)}, {"ties", names}});
}

void ReturnTies(const Timestamp& merge_time, const std::vector<MergedTie>& moved,
                std::vector<Partnership>& ties, RepeatedPtrField<UnmergeRemainder>& remainders) {
  // First those that go back as they are, so that what is open by now stays open.
  absl::flat_hash_set<std::string> open;
  std::vector<Closed> states;
  states.reserve(moved.size());
  for (size_t i = 0; i < moved.size(); ++i) {
    ties[i].set_organization(moved[i].from());
    states.push_back(StateOf(moved[i], merge_time, ties[i]));
    const std::string key = OpenKey(ties[i]);
    if (!key.empty()) open.insert(key);
  }
  for (size_t i = 0; i < moved.size(); ++i) {
    if (states[i] == Closed::kNot) continue;
    if (states[i] == Closed::kOtherwise) {
      Remain(moved[i], UnmergeRemainder::REASON_CHANGED_SINCE, remainders);
      continue;
    }
    Partnership opened = ties[i];
    Open(moved[i], opened);
    const std::string key = OpenKey(opened);
    if (!key.empty() && !open.insert(key).second) {
      Remain(moved[i], UnmergeRemainder::REASON_OPEN_TIE_TAKEN, remainders);
      continue;
    }
    ties[i] = std::move(opened);
  }
}

}  // namespace weft::registry
