#include "services/registry/service/organization_merger.h"

#include <algorithm>
#include <optional>

#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "services/registry/domain/merge_ties.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/soft_delete.h"

namespace weft::registry {
namespace {

using v1::MergedReference;
using v1::Organization;
using v1::OrganizationMerge;
using v1::Partnership;

constexpr size_t kRowsAtOnce = 500;
constexpr size_t kRowsBetweenYields = 100;
// Of all that is above organizations that are merged: none has more than 20 above it when its
// parent is set, but may come to have more when theirs are.
constexpr size_t kMaxAbove = 2000;

}  // namespace

Task<absl::Status> LoadHierarchy(const Tables& tables, storage::Reader& reader,
                                 std::vector<std::string> names, Hierarchy& hierarchy) {
  for (std::string& start : names) {
    const std::string first = start;
    std::string name = std::move(start);
    while (!name.empty() && !hierarchy.Knows(name)) {
      if (hierarchy.size() >= kMaxAbove) co_return HierarchyTooLarge(first);
      absl::StatusOr<Organization> row = co_await tables.organizations.Get(reader, name);
      WEFT_CO_RETURN_IF_ERROR(row.status());
      hierarchy.Add(name, row->parent_organization());
      name = row->parent_organization();
    }
  }
  co_return absl::OkStatus();
}

Task<absl::Status> BetweenRows(rpc::CallContext& context, size_t row) {
  if (row % kRowsBetweenYields != kRowsBetweenYields - 1) co_return absl::OkStatus();
  if (context.cancelled()) co_return rpc::Stopped(context);
  co_await Yield(context.executor());
  co_return absl::OkStatus();
}

Task<absl::Status> OrganizationMerger::Run(v1::MergeOrganizationsResponse& response) {
  absl::Status read = co_await ReadParties();
  WEFT_CO_RETURN_IF_ERROR(std::move(read));
  absl::Status rows = co_await ReadRows();
  WEFT_CO_RETURN_IF_ERROR(std::move(rows));
  Hierarchy hierarchy;
  std::vector<std::string> names = {survivor_.name()};
  names.insert(names.end(), request_.duplicates().begin(), request_.duplicates().end());
  absl::Status loaded = co_await LoadHierarchy(tables_, txn_, std::move(names), hierarchy);
  WEFT_CO_RETURN_IF_ERROR(std::move(loaded));

  merge_.set_name(NameIn(kOrganizationMerges, id_));
  merge_.set_survivor(survivor_.name());
  *merge_.mutable_duplicates() = request_.duplicates();
  merge_.set_state(OrganizationMerge::STATE_IN_FORCE);
  merge_.set_note(request_.note());
  merge_.set_merged_by(context_.principal().name);
  merge_.set_tie_collision(request_.tie_collision() == OrganizationMerge::TIE_COLLISION_UNSPECIFIED
                               ? OrganizationMerge::TIE_COLLISION_REFUSE
                               : request_.tie_collision());
  for (const MergedReference& reference : merge_.references()) {
    if (reference.kind() == MergedReference::KIND_CHILD) {
      merge_.set_child_count(merge_.child_count() + 1);
    } else {
      merge_.set_redirect_count(merge_.redirect_count() + 1);
    }
  }
  absl::StatusOr<Organization> united = Unite(request_, survivor_, duplicates_, hierarchy,
                                              merge_.child_count() > 0, *merge_.mutable_fields());
  WEFT_CO_RETURN_IF_ERROR(united.status());
  Organization after = *std::move(united);
  // Its numbers are free once the duplicates have let go of them.
  absl::Status written = co_await WriteOrganizations();
  WEFT_CO_RETURN_IF_ERROR(std::move(written));
  absl::Status updated = co_await tables_.organizations.Update(txn_, survivor_, after, "");
  WEFT_CO_RETURN_IF_ERROR(std::move(updated));
  absl::Status moved = co_await MoveTies();
  WEFT_CO_RETURN_IF_ERROR(std::move(moved));
  absl::Status blocked = co_await Block();
  WEFT_CO_RETURN_IF_ERROR(std::move(blocked));
  absl::Status inserted =
      co_await tables_.organization_merges.Insert(txn_, survivor_, after, merge_);
  WEFT_CO_RETURN_IF_ERROR(std::move(inserted));
  *response.mutable_survivor() = std::move(after);
  *response.mutable_merge() = std::move(merge_);
  if (request_.validate_only()) {
    // There will be none of this name.
    response.mutable_merge()->clear_name();
    response.mutable_merge()->clear_uid();
    response.mutable_merge()->clear_etag();
  }
  co_return absl::OkStatus();
}

Task<absl::Status> OrganizationMerger::ReadParties() {
  absl::StatusOr<Organization> survivor =
      co_await tables_.organizations.Get(txn_, request_.survivor());
  WEFT_CO_RETURN_IF_ERROR(survivor.status());
  survivor_ = *std::move(survivor);
  WEFT_CO_RETURN_IF_ERROR(CheckNotDeleted(survivor_));
  WEFT_CO_RETURN_IF_ERROR(CheckEtag(request_, survivor_));
  for (const std::string& name : request_.duplicates()) {
    absl::StatusOr<Organization> duplicate = co_await tables_.organizations.Get(txn_, name);
    WEFT_CO_RETURN_IF_ERROR(duplicate.status());
    WEFT_CO_RETURN_IF_ERROR(CheckNotDeleted(*duplicate));
    WEFT_CO_RETURN_IF_ERROR(CheckEtag(request_, *duplicate));
    // So that nothing is lost that begins to name it while this looks at who does.
    absl::Status watched = co_await tables_.organizations.marks().Watch(txn_, name);
    WEFT_CO_RETURN_IF_ERROR(std::move(watched));
    Changed(*duplicate).set_merged_into(survivor_.name());
    duplicates_.push_back(*std::move(duplicate));
  }
  co_return absl::OkStatus();
}

Task<absl::Status> OrganizationMerger::ReadRows() {
  for (const Organization& duplicate : duplicates_) {
    storage::PageRequest page{.limit = kRowsAtOnce};
    do {
      if (context_.cancelled()) co_return rpc::Stopped(context_);
      absl::StatusOr<storage::Page<Partnership>> rows =
          co_await tables_.partnerships.List(txn_, kEverySite, duplicate.name(), page);
      WEFT_CO_RETURN_IF_ERROR(rows.status());
      for (Partnership& tie : rows->rows) {
        WEFT_CO_RETURN_IF_ERROR(size_.Add(tie.ByteSizeLong()));
        ties_.push_back(std::move(tie));
      }
      page.after = std::move(rows->next_key);
      co_await Yield(context_.executor());
    } while (!page.after.empty());
    absl::Status children = co_await ReadReferences(duplicate.name(), MergedReference::KIND_CHILD);
    WEFT_CO_RETURN_IF_ERROR(std::move(children));
    absl::Status redirects =
        co_await ReadReferences(duplicate.name(), MergedReference::KIND_REDIRECT);
    WEFT_CO_RETURN_IF_ERROR(std::move(redirects));
  }
  co_return absl::OkStatus();
}

Task<absl::Status> OrganizationMerger::ReadReferences(const std::string& duplicate,
                                                      ReferenceKind kind) {
  const bool children = kind == MergedReference::KIND_CHILD;
  storage::PageRequest page{.limit = kRowsAtOnce};
  do {
    if (context_.cancelled()) co_return rpc::Stopped(context_);
    absl::StatusOr<storage::Page<Organization>> rows;
    if (children) {
      rows =
          co_await tables_.organizations.List(txn_, OrganizationOrder(), duplicate, page, nullptr);
    } else {
      rows = co_await tables_.organizations.ListMerged(txn_, duplicate, page);
    }
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    for (Organization& row : rows->rows) {
      // What the survivor is a part of is one of its fields, and those that are merged stay as they
      // are for when they come back.
      if (row.name() == survivor_.name()) continue;
      if (std::find(request_.duplicates().begin(), request_.duplicates().end(), row.name()) !=
          request_.duplicates().end()) {
        continue;
      }
      WEFT_CO_RETURN_IF_ERROR(size_.Add(row.ByteSizeLong()));
      MergedReference& reference = *merge_.add_references();
      reference.set_name(row.name());
      reference.set_from(duplicate);
      reference.set_kind(kind);
      Organization& changed = Changed(std::move(row));
      if (children) {
        changed.set_parent_organization(survivor_.name());
      } else {
        changed.set_merged_into(survivor_.name());
      }
    }
    page.after = std::move(rows->next_key);
    co_await Yield(context_.executor());
  } while (!page.after.empty());
  co_return absl::OkStatus();
}

Organization& OrganizationMerger::Changed(Organization row) {
  const auto known = changes_.find(row.name());
  if (known != changes_.end()) return known->second.second;
  std::string name = row.name();
  return changes_.try_emplace(std::move(name), row, row).first->second.second;
}

Task<absl::Status> OrganizationMerger::WriteOrganizations() {
  size_t count = 0;
  for (auto& [name, change] : changes_) {
    absl::Status updated =
        co_await tables_.organizations.Update(txn_, change.first, change.second, "");
    WEFT_CO_RETURN_IF_ERROR(std::move(updated));
    absl::Status next = co_await BetweenRows(context_, count++);
    WEFT_CO_RETURN_IF_ERROR(std::move(next));
  }
  co_return absl::OkStatus();
}

Task<absl::Status> OrganizationMerger::MoveTies() {
  TieMover mover(survivor_.name(), merge_.tie_collision(), txn_.now());
  std::vector<std::string> keys;
  for (const Partnership& tie : ties_) {
    std::string key = mover.KeyOf(tie);
    if (!key.empty()) keys.push_back(std::move(key));
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  std::vector<std::string> asked = keys;
  absl::StatusOr<std::vector<std::string>> kept =
      co_await tables_.partnerships.FindOpenTies(txn_, std::move(asked));
  WEFT_CO_RETURN_IF_ERROR(kept.status());
  for (size_t i = 0; i < keys.size(); ++i) {
    if (!(*kept)[i].empty()) mover.AddKept(std::move(keys[i]), std::move((*kept)[i]));
  }
  std::vector<Partnership> before = ties_;
  for (Partnership& tie : ties_) *merge_.add_ties() = mover.Move(tie);
  WEFT_CO_RETURN_IF_ERROR(mover.Check());
  merge_.set_tie_count(merge_.ties_size());
  merge_.set_collided_tie_count(mover.collisions());
  for (size_t i = 0; i < ties_.size(); ++i) {
    absl::Status updated = co_await tables_.partnerships.Update(txn_, before[i], ties_[i], "");
    WEFT_CO_RETURN_IF_ERROR(std::move(updated));
    absl::Status next = co_await BetweenRows(context_, i);
    WEFT_CO_RETURN_IF_ERROR(std::move(next));
  }
  co_return absl::OkStatus();
}

Task<absl::Status> OrganizationMerger::Block() {
  std::vector<std::string> names = {survivor_.name()};
  names.insert(names.end(), request_.duplicates().begin(), request_.duplicates().end());
  for (const std::string& name : names) {
    absl::StatusOr<std::optional<OrganizationMerge>> latest =
        co_await tables_.organization_merges.FindLatest(txn_, name);
    WEFT_CO_RETURN_IF_ERROR(latest.status());
    if (!latest->has_value()) continue;
    merge_.add_blocks((*latest)->name());
    (*latest)->set_blocked_by(merge_.name());
    absl::Status updated = co_await tables_.organization_merges.Update(txn_, **latest);
    WEFT_CO_RETURN_IF_ERROR(std::move(updated));
  }
  co_return absl::OkStatus();
}

}  // namespace weft::registry
