#include "services/registry/service/directory_importer.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "common/storage/pages.h"
#include "common/storage/run_in_transaction.h"
#include "services/registry/domain/identifier.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/organization.h"
#include "services/registry/domain/soft_delete.h"
#include "services/registry/service/organization_parents.h"

namespace weft::registry {
namespace {

using hsds::Incoming;
using hsds::Planned;
using hsds::Reason;

constexpr size_t kPageRows = 500;
// As many as others wait for while they are committed, and small enough for one message of the
// feed.
constexpr size_t kBatch = 500;
constexpr size_t kYieldEvery = 50;
constexpr char kMerged[] = "ORGANIZATION_MERGED";

absl::Status Stopped(const absl::Status& cause, const v1::ImportDirectoryResponse& counts) {
  const int written = counts.organizations_created() + counts.organizations_updated();
  return Error(absl::StatusCode::kAborted, "DIRECTORY_IMPORT_STOPPED",
               absl::StrCat("the registry has changed since the directory was checked; ", written,
                            " organizations are written, and the rest is not: send the same "
                            "directory again (",
                            cause.message(), ")"),
               {{"written", absl::StrCat(written)}});
}

}  // namespace

Task<absl::Status> DirectoryImporter::Check(std::vector<Incoming> organizations,
                                            v1::ImportDirectoryResponse& response) {
  storage::Transaction txn(db_);
  Names names;
  absl::Status found = co_await FindByIds(organizations, txn.snapshot(), names);
  WEFT_CO_RETURN_IF_ERROR(std::move(found));
  plan_.reserve(organizations.size());
  for (Incoming& organization : organizations) {
    if (plan_.size() % kYieldEvery == kYieldEvery - 1) {
      absl::Status paused = co_await Pause();
      WEFT_CO_RETURN_IF_ERROR(std::move(paused));
    }
    Planned planned;
    const auto known = names.find(organization.id);
    if (known != names.end()) {
      planned.name = known->second;
    } else {
      const int32_t errors = report_.errors();
      absl::Status looked_up =
          co_await FindByIdentifiers(organization, txn.snapshot(), planned.name);
      WEFT_CO_RETURN_IF_ERROR(std::move(looked_up));
      if (report_.errors() > errors) continue;
    }
    planned.exists = !planned.name.empty();
    if (!planned.exists) planned.name = NameIn(kOrganizations, organization.id);
    planned.incoming = std::move(organization);
    plan_.push_back(std::move(planned));
  }
  hsds::CheckPlan(names, plan_, report_);
  hsds::PutParentsFirst(plan_, report_);
  // Their children would be refused for want of a parent, which is nobody's mistake.
  absl::flat_hash_set<std::string> refused;
  for (size_t i = 0; i < plan_.size(); ++i) {
    if (i % kBatch == 0) {
      absl::Status prefetched = co_await Prefetch(txn, i, std::min(i + kBatch, plan_.size()));
      WEFT_CO_RETURN_IF_ERROR(std::move(prefetched));
    }
    if (i % kYieldEvery == kYieldEvery - 1) {
      absl::Status paused = co_await Pause();
      WEFT_CO_RETURN_IF_ERROR(std::move(paused));
    }
    if (refused.contains(plan_[i].parent)) {
      refused.insert(plan_[i].name);
      continue;
    }
    absl::Status written = co_await Write(txn, plan_[i], response);
    if (written.ok()) continue;
    WEFT_CO_RETURN_IF_ERROR(hsds::TellRefusal(written, plan_[i], report_));
    if (ReasonOf(written) == kMerged) {
      plan_[i].left_alone = true;
      response.set_organizations_left_alone(response.organizations_left_alone() + 1);
      continue;
    }
    refused.insert(plan_[i].name);
  }
  co_return absl::OkStatus();
}

Task<absl::Status> DirectoryImporter::Pause() {
  co_await Yield(context_.executor());
  if (context_.stopping()) co_return rpc::Stopped(context_);
  co_return absl::OkStatus();
}

Task<absl::Status> DirectoryImporter::FindByIds(const std::vector<Incoming>& organizations,
                                                storage::Reader& reader, Names& names) {
  absl::flat_hash_set<std::string> ids;
  for (const Incoming& organization : organizations) {
    ids.insert(organization.id);
    if (!organization.parent_id.empty()) ids.insert(organization.parent_id);
  }
  std::vector<std::string> wanted(ids.begin(), ids.end());
  std::sort(wanted.begin(), wanted.end());
  for (size_t begin = 0; begin < wanted.size(); begin += kPageRows) {
    const size_t end = std::min(begin + kPageRows, wanted.size());
    std::vector<std::string> some;
    some.reserve(end - begin);
    for (size_t i = begin; i < end; ++i) some.push_back(NameIn(kOrganizations, wanted[i]));
    absl::StatusOr<std::vector<std::optional<v1::Organization>>> rows =
        co_await tables_.organizations.table().GetMany(reader, std::move(some));
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    for (size_t i = begin; i < end; ++i) {
      const std::optional<v1::Organization>& row = (*rows)[i - begin];
      // Without a row: to be looked for by its uid.
      names.emplace(wanted[i], row.has_value() ? row->name() : "");
    }
    absl::Status paused = co_await Pause();
    WEFT_CO_RETURN_IF_ERROR(std::move(paused));
  }
  absl::Status found = co_await FindByUids(reader, names);
  WEFT_CO_RETURN_IF_ERROR(std::move(found));
  absl::erase_if(names, [](const auto& entry) { return entry.second.empty(); });
  co_return absl::OkStatus();
}

Task<absl::Status> DirectoryImporter::FindByUids(storage::Reader& reader, Names& names) {
  auto missing = std::count_if(names.begin(), names.end(),
                               [](const auto& entry) { return entry.second.empty(); });
  storage::Pages<v1::Organization> pages(tables_.organizations.table(), reader, "", kPageRows);
  while (missing > 0 && pages.more()) {
    absl::StatusOr<std::vector<v1::Organization>> rows = co_await pages.Next();
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    for (const v1::Organization& row : *rows) {
      const auto wanted = names.find(row.uid());
      if (wanted == names.end() || !wanted->second.empty()) continue;
      wanted->second = row.name();
      --missing;
    }
    absl::Status paused = co_await Pause();
    WEFT_CO_RETURN_IF_ERROR(std::move(paused));
  }
  co_return absl::OkStatus();
}

Task<absl::Status> DirectoryImporter::FindByIdentifiers(const Incoming& organization,
                                                        storage::Reader& reader,
                                                        std::string& name) {
  for (const v1::OrganizationIdentifier& identifier : organization.stated.identifiers()) {
    std::string key = IdentifierKey(identifier.scheme(), identifier.value());
    absl::StatusOr<std::optional<v1::Organization>> holder =
        co_await tables_.organizations.FindByIdentifier(reader, std::move(key));
    WEFT_CO_RETURN_IF_ERROR(holder.status());
    if (!holder->has_value() || (*holder)->name() == name) continue;
    if (name.empty()) {
      name = (*holder)->name();
      continue;
    }
    report_.Add(Reason::kIdentifiersDisagree, organization.spot,
                absl::StrCat("has identifiers of \"", name, "\" and of \"", (*holder)->name(),
                             "\"; merge the two, or take the number away from one"));
  }
  co_return absl::OkStatus();
}

Task<absl::Status> DirectoryImporter::Apply(v1::ImportDirectoryResponse& response) {
  for (size_t begin = 0; begin < plan_.size(); begin += kBatch) {
    const size_t end = std::min(begin + kBatch, plan_.size());
    v1::ImportDirectoryResponse counts;
    bool wrote = false;
    auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
      counts.Clear();
      absl::Status prefetched = co_await Prefetch(txn, begin, end);
      WEFT_CO_RETURN_IF_ERROR(std::move(prefetched));
      for (size_t i = begin; i < end; ++i) {
        if (i % kYieldEvery == kYieldEvery - 1) co_await Yield(context_.executor());
        absl::Status written = co_await Write(txn, plan_[i], counts);
        WEFT_CO_RETURN_IF_ERROR(std::move(written));
      }
      wrote = txn.has_writes();
      co_return absl::OkStatus();
    };
    absl::StatusOr<storage::Position> position = co_await storage::RunInTransaction(db_, body);
    if (!position.ok()) co_return Stopped(position.status(), response);
    response.set_organizations_created(response.organizations_created() +
                                       counts.organizations_created());
    response.set_organizations_updated(response.organizations_updated() +
                                       counts.organizations_updated());
    response.set_organizations_unchanged(response.organizations_unchanged() +
                                         counts.organizations_unchanged());
    response.set_organizations_left_alone(response.organizations_left_alone() +
                                          counts.organizations_left_alone());
    if (wrote) response.set_position(position->ToString());
    co_await Yield(context_.executor());
  }
  co_return absl::OkStatus();
}

Task<absl::Status> DirectoryImporter::Prefetch(storage::Transaction& txn, size_t begin,
                                               size_t end) {
  std::vector<v1::Organization> organizations;
  organizations.reserve(end - begin);
  for (size_t i = begin; i < end; ++i) {
    v1::Organization& organization = organizations.emplace_back();
    organization.set_name(plan_[i].name);
    organization.set_parent_organization(plan_[i].parent);
    *organization.mutable_identifiers() = plan_[i].incoming.stated.identifiers();
  }
  absl::Status prefetched = co_await tables_.organizations.Prefetch(txn, organizations);
  co_return prefetched;
}

Task<absl::Status> DirectoryImporter::Write(storage::Transaction& txn, const Planned& planned,
                                            v1::ImportDirectoryResponse& counts) {
  if (!planned.exists) {
    v1::Organization made = hsds::NewFrom(planned.incoming.stated, planned.name);
    made.set_parent_organization(planned.parent);
    absl::Status parents = co_await CheckParents(tables_, txn, made);
    WEFT_CO_RETURN_IF_ERROR(std::move(parents));
    absl::Status inserted = co_await tables_.organizations.Insert(txn, made);
    WEFT_CO_RETURN_IF_ERROR(std::move(inserted));
    counts.set_organizations_created(counts.organizations_created() + 1);
    co_return absl::OkStatus();
  }
  if (planned.left_alone || mode_ == v1::DirectoryHeader::MODE_CREATE) {
    counts.set_organizations_left_alone(counts.organizations_left_alone() + 1);
    co_return absl::OkStatus();
  }
  absl::StatusOr<v1::Organization> before = co_await tables_.organizations.Get(txn, planned.name);
  WEFT_CO_RETURN_IF_ERROR(before.status());
  WEFT_CO_RETURN_IF_ERROR(CheckNotDeleted(*before));
  v1::Organization after = *before;
  hsds::MergeStated(planned.incoming.stated, after);
  if (!planned.parent.empty()) after.set_parent_organization(planned.parent);
  WEFT_CO_RETURN_IF_ERROR(ValidateOrganization(after));
  if (after.parent_organization() != before->parent_organization()) {
    absl::Status parents = co_await CheckParents(tables_, txn, after);
    WEFT_CO_RETURN_IF_ERROR(std::move(parents));
  }
  std::string any_etag;
  absl::Status updated =
      co_await tables_.organizations.Update(txn, *before, after, std::move(any_etag));
  WEFT_CO_RETURN_IF_ERROR(std::move(updated));
  if (after.etag() == before->etag()) {
    counts.set_organizations_unchanged(counts.organizations_unchanged() + 1);
  } else {
    counts.set_organizations_updated(counts.organizations_updated() + 1);
  }
  co_return absl::OkStatus();
}

}  // namespace weft::registry
