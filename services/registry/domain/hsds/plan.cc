#include "services/registry/domain/hsds/plan.h"

#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"

namespace weft::registry::hsds {
namespace {

std::optional<Reason> ReasonFor(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  if (reason == "ORGANIZATION_IDENTIFIER_TAKEN") return Reason::kIdentifierTaken;
  if (reason == "ORGANIZATION_DELETED") return Reason::kOrganizationDeleted;
  if (reason == "ORGANIZATION_MERGED") return Reason::kOrganizationMerged;
  if (reason == "ORGANIZATION_PARENT_CYCLE") return Reason::kParentCycle;
  if (reason == "ORGANIZATION_PARENTS_TOO_DEEP") return Reason::kParentsTooDeep;
  if (reason == "INVALID_FIELD") return Reason::kInvalidField;
  const bool about_it = absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status) ||
                        absl::IsAlreadyExists(status) || absl::IsNotFound(status);
  if (about_it) return Reason::kOrganizationRefused;
  return std::nullopt;
}

}  // namespace

void CheckPlan(const absl::flat_hash_map<std::string, std::string>& names,
               std::vector<Planned>& plan, Report& report) {
  absl::flat_hash_map<std::string, std::string> in_plan;
  absl::flat_hash_map<std::string, std::string> by_name;
  for (const Planned& one : plan) {
    in_plan.emplace(one.incoming.id, one.name);
    const auto [known, is_new] = by_name.emplace(one.name, one.incoming.id);
    if (is_new) continue;
    report.Add(Reason::kSameOrganization, one.incoming.spot,
               absl::StrCat("is \"", one.name, "\", and so is the record with the id ",
                            known->second, "; leave one out"));
  }
  for (Planned& one : plan) {
    if (one.incoming.parent_id.empty()) continue;
    const auto here = in_plan.find(one.incoming.parent_id);
    const auto there = names.find(one.incoming.parent_id);
    if (here != in_plan.end()) {
      one.parent = here->second;
    } else if (there != names.end()) {
      one.parent = there->second;
    } else {
      report.AddNotKept("organization.parent_organization_id");
      report.Add(Reason::kUnknownParent, one.incoming.parent_spot,
                 "is neither in the files nor in the registry; send the parent, too");
    }
  }
}

void PutParentsFirst(std::vector<Planned>& plan, Report& report) {
  absl::flat_hash_map<std::string, size_t> by_name;
  for (size_t i = 0; i < plan.size(); ++i) by_name.emplace(plan[i].name, i);
  // Of each: not met yet, on the way up from one below it, or in its place.
  enum class State { kNew, kOnTheWay, kPlaced };
  std::vector<State> states(plan.size(), State::kNew);
  std::vector<size_t> order;
  order.reserve(plan.size());
  std::vector<size_t> way;
  for (size_t i = 0; i < plan.size(); ++i) {
    size_t next = i;
    while (states[next] == State::kNew) {
      states[next] = State::kOnTheWay;
      way.push_back(next);
      const auto parent = by_name.find(plan[next].parent);
      if (parent == by_name.end()) break;
      next = parent->second;
      if (states[next] != State::kOnTheWay) continue;
      report.Add(Reason::kParentCycle, plan[way.back()].incoming.parent_spot,
                 absl::StrCat("the organization with the id ", plan[next].incoming.id,
                              " is a part of this one already"));
      plan[way.back()].parent.clear();
    }
    while (!way.empty()) {
      states[way.back()] = State::kPlaced;
      order.push_back(way.back());
      way.pop_back();
    }
  }
  std::vector<Planned> ordered;
  ordered.reserve(plan.size());
  for (const size_t i : order) ordered.push_back(std::move(plan[i]));
  plan = std::move(ordered);
}

absl::Status TellRefusal(const absl::Status& status, const Planned& planned, Report& report) {
  const std::optional<Reason> reason = ReasonFor(status);
  if (!reason.has_value()) return status;
  report.Add(*reason, planned.incoming.spot, status.message());
  return absl::OkStatus();
}

}  // namespace weft::registry::hsds
