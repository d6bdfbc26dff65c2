#include "services/registry/service/organization_unmerger.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "services/registry/domain/hierarchy.h"
#include "services/registry/domain/merge_ties.h"
#include "services/registry/domain/organization_unmerge.h"
#include "services/registry/domain/soft_delete.h"
#include "services/registry/service/organization_merger.h"
#include "services/registry/service/redirects.h"

namespace weft::registry {
namespace {

using v1::MergedReference;
using v1::MergedTie;
using v1::Organization;
using v1::OrganizationMerge;
using v1::Partnership;

// A merge names what is not there: nothing of it is ever deleted.
absl::Status Missing(const std::string& merge, const std::string& name) {
  return Error(absl::StatusCode::kDataLoss, "ROW_CORRUPT",
               "\"" + merge + "\" names \"" + name + "\", which is not there", {{"name", merge}});
}

}  // namespace

Task<absl::Status> OrganizationUnmerger::Run(v1::UnmergeOrganizationsResponse& response) {
  absl::StatusOr<OrganizationMerge> merge =
      co_await tables_.organization_merges.Get(txn_, request_.name());
  WEFT_CO_RETURN_IF_ERROR(merge.status());
  merge_ = *std::move(merge);
  WEFT_CO_RETURN_IF_ERROR(CheckUndoable(merge_, request_));
  absl::Status organizations = co_await ReturnOrganizations(response);
  WEFT_CO_RETURN_IF_ERROR(std::move(organizations));
  absl::Status ties = co_await ReturnTies(response);
  WEFT_CO_RETURN_IF_ERROR(std::move(ties));
  merge_.set_state(OrganizationMerge::STATE_UNDONE);
  merge_.set_undone_by(context_.principal().name);
  *merge_.mutable_undo_time() = ToProto(txn_.now());
  absl::Status updated = co_await tables_.organization_merges.Update(txn_, merge_);
  WEFT_CO_RETURN_IF_ERROR(std::move(updated));
  absl::Status dropped = co_await tables_.organization_merges.DropImages(txn_, merge_.name());
  WEFT_CO_RETURN_IF_ERROR(std::move(dropped));
  absl::Status unblocked = co_await Unblock();
  WEFT_CO_RETURN_IF_ERROR(std::move(unblocked));
  *response.mutable_merge() = std::move(merge_);
  co_return absl::OkStatus();
}

Task<absl::Status> OrganizationUnmerger::ReturnOrganizations(
    v1::UnmergeOrganizationsResponse& response) {
  absl::StatusOr<Organization> now = co_await tables_.organizations.Get(txn_, merge_.survivor());
  WEFT_CO_RETURN_IF_ERROR(now.status());
  WEFT_CO_RETURN_IF_ERROR(CheckNotDeleted(*now));
  absl::StatusOr<store::v1::MergePart> images =
      co_await tables_.organization_merges.GetImages(txn_, merge_.name());
  WEFT_CO_RETURN_IF_ERROR(images.status());
  Changes changes;
  absl::Status read = co_await ReadChanges(changes);
  WEFT_CO_RETURN_IF_ERROR(std::move(read));

  absl::StatusOr<std::string> former =
      co_await StandingFor(tables_, txn_, images->before().parent_organization());
  WEFT_CO_RETURN_IF_ERROR(former.status());
  // A duplicate stands for itself again.
  if (*former == merge_.survivor()) *former = images->before().parent_organization();
  Hierarchy hierarchy;
  std::vector<std::string> names = {merge_.survivor(), *former};
  names.insert(names.end(), merge_.duplicates().begin(), merge_.duplicates().end());
  absl::Status loaded = co_await LoadHierarchy(tables_, txn_, std::move(names), hierarchy);
  WEFT_CO_RETURN_IF_ERROR(std::move(loaded));

  Remainders& remainders = *response.mutable_remainders();
  Organization survivor = WithoutMerge(images->before(), images->after(), *now, remainders);
  for (const std::string& name : merge_.duplicates()) changes[name].second.clear_merged_into();
  int returned = 0;
  for (const MergedReference& reference : merge_.references()) {
    Organization& organization = changes[reference.name()].second;
    if (ReturnReference(reference, merge_.survivor(), hierarchy, organization, remainders)) {
      ++returned;
    }
  }
  response.set_returned_reference_count(returned);
  // Last, because what the survivor was a part of may be one of those parts.
  ReturnParent(images->before(), images->after(), *former, hierarchy, survivor, remainders);
  // The duplicates' numbers are free once the survivor has let go of them.
  absl::Status updated = co_await tables_.organizations.Update(txn_, *now, survivor, "");
  WEFT_CO_RETURN_IF_ERROR(std::move(updated));
  absl::Status written = co_await WriteChanges(changes);
  WEFT_CO_RETURN_IF_ERROR(std::move(written));
  *response.mutable_survivor() = std::move(survivor);
  for (const std::string& name : merge_.duplicates()) {
    *response.add_duplicates() = changes[name].second;
  }
  co_return absl::OkStatus();
}

Task<absl::Status> OrganizationUnmerger::ReadChanges(Changes& changes) {
  std::vector<std::string> names(merge_.duplicates().begin(), merge_.duplicates().end());
  for (const MergedReference& reference : merge_.references()) names.push_back(reference.name());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::vector<std::string> asked = names;
  absl::StatusOr<std::vector<std::optional<Organization>>> rows =
      co_await tables_.organizations.table().GetMany(txn_, std::move(asked));
  WEFT_CO_RETURN_IF_ERROR(rows.status());
  for (size_t i = 0; i < names.size(); ++i) {
    std::optional<Organization>& row = (*rows)[i];
    if (!row.has_value()) co_return Missing(merge_.name(), names[i]);
    Organization copy = *row;
    changes.try_emplace(names[i], *std::move(row), std::move(copy));
  }
  co_return absl::OkStatus();
}

Task<absl::Status> OrganizationUnmerger::WriteChanges(Changes& changes) {
  size_t count = 0;
  for (auto& [name, change] : changes) {
    absl::Status updated =
        co_await tables_.organizations.Update(txn_, change.first, change.second, "");
    WEFT_CO_RETURN_IF_ERROR(std::move(updated));
    absl::Status next = co_await BetweenRows(context_, count++);
    WEFT_CO_RETURN_IF_ERROR(std::move(next));
  }
  co_return absl::OkStatus();
}

Task<absl::Status> OrganizationUnmerger::ReturnTies(v1::UnmergeOrganizationsResponse& response) {
  const std::vector<MergedTie> moved(merge_.ties().begin(), merge_.ties().end());
  std::vector<std::string> names;
  names.reserve(moved.size());
  for (const MergedTie& tie : moved) names.push_back(tie.name());
  std::vector<std::string> asked = names;
  absl::StatusOr<std::vector<std::optional<Partnership>>> rows =
      co_await tables_.partnerships.GetMany(txn_, std::move(asked));
  WEFT_CO_RETURN_IF_ERROR(rows.status());
  std::vector<Partnership> before;
  before.reserve(moved.size());
  for (size_t i = 0; i < moved.size(); ++i) {
    if (!(*rows)[i].has_value()) co_return Missing(merge_.name(), names[i]);
    before.push_back(*std::move((*rows)[i]));
  }
  std::vector<Partnership> after = before;
  registry::ReturnTies(merge_.create_time(), moved, after, *response.mutable_remainders());
  for (size_t i = 0; i < after.size(); ++i) {
    absl::Status updated = co_await tables_.partnerships.Update(txn_, before[i], after[i], "");
    WEFT_CO_RETURN_IF_ERROR(std::move(updated));
    absl::Status next = co_await BetweenRows(context_, i);
    WEFT_CO_RETURN_IF_ERROR(std::move(next));
  }
  response.set_returned_tie_count(static_cast<int>(after.size()));
  co_return absl::OkStatus();
}

Task<absl::Status> OrganizationUnmerger::Unblock() {
  for (const std::string& name : merge_.blocks()) {
    absl::StatusOr<OrganizationMerge> earlier =
        co_await tables_.organization_merges.GetRecord(txn_, name);
    WEFT_CO_RETURN_IF_ERROR(earlier.status());
    earlier->clear_blocked_by();
    absl::Status updated = co_await tables_.organization_merges.Update(txn_, *earlier);
    WEFT_CO_RETURN_IF_ERROR(std::move(updated));
  }
  co_return absl::OkStatus();
}

}  // namespace weft::registry
