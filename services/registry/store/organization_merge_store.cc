#include "services/registry/store/organization_merge_store.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/storage/pages.h"
#include "services/registry/domain/names.h"

namespace weft::registry {
namespace {

using google::protobuf::RepeatedPtrField;
using storage::Page;
using storage::PageRequest;
using storage::Reader;
using storage::Transaction;
using store::v1::MergePart;
using v1::Organization;
using v1::OrganizationMerge;

constexpr char kLatest[] = "latest";
constexpr char kOrganization[] = "organization";

// Ties and references in one part; on disk, but parts of any size are read.
constexpr int kEntriesInPart = 500;
constexpr size_t kPartsAtOnce = 4;

storage::TableOptions<OrganizationMerge> Options() {
  storage::TableOptions<OrganizationMerge> options;
  options.feed = true;
  options.unique = {{kLatest, [](const OrganizationMerge& merge) {
                       std::vector<std::string> keys;
                       if (merge.state() == OrganizationMerge::STATE_IN_FORCE &&
                           merge.blocked_by().empty()) {
                         keys.push_back(merge.survivor());
                       }
                       return keys;
                     }}};
  options.secondary = {{kOrganization, [](const OrganizationMerge& merge) {
                          std::vector<std::string> keys(merge.duplicates().begin(),
                                                        merge.duplicates().end());
                          keys.push_back(merge.survivor());
                          return keys;
                        }}};
  return options;
}

std::string PartName(absl::string_view merge, int number) {
  return absl::StrCat(merge, "/parts/", number);
}

// The entries in parts, which follow `parts`.
template <class Entry>
void Divide(const RepeatedPtrField<Entry>& entries,
            RepeatedPtrField<Entry>* (MergePart::*of_part)(), std::vector<MergePart>& parts) {
  for (int i = 0; i < entries.size(); ++i) {
    if (i % kEntriesInPart == 0) parts.emplace_back();
    *(parts.back().*of_part)()->Add() = entries[i];
  }
}

}  // namespace

OrganizationMergeStore::OrganizationMergeStore(uint16_t table, uint16_t part_table)
    : table_(table, kOrganizationMergePattern, Options()), parts_(part_table, kMergePartPattern) {}

Task<absl::StatusOr<OrganizationMerge>> OrganizationMergeStore::Get(Reader& reader,
                                                                    std::string name) const {
  absl::StatusOr<OrganizationMerge> merge = co_await table_.Get(reader, name);
  WEFT_CO_RETURN_IF_ERROR(merge.status());
  storage::Pages<MergePart> pages(parts_, reader, name, kPartsAtOnce);
  while (pages.more()) {
    absl::StatusOr<std::vector<MergePart>> rows = co_await pages.Next();
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    for (const MergePart& part : *rows) {
      merge->mutable_ties()->MergeFrom(part.ties());
      merge->mutable_references()->MergeFrom(part.references());
    }
  }
  co_return merge;
}

Task<absl::StatusOr<std::optional<OrganizationMerge>>> OrganizationMergeStore::FindLatest(
    Reader& reader, std::string survivor) const {
  return table_.FindUnique(reader, kLatest, std::move(survivor));
}

Task<absl::StatusOr<Page<OrganizationMerge>>> OrganizationMergeStore::List(Reader& reader,
                                                                           std::string organization,
                                                                           PageRequest page,
                                                                           Filter filter) const {
  if (organization.empty()) {
    absl::StatusOr<Page<OrganizationMerge>> all =
        co_await table_.List(reader, "", std::move(page), std::move(filter));
    co_return all;
  }
  absl::StatusOr<Page<OrganizationMerge>> of_one = co_await table_.ListByIndex(
      reader, kOrganization, std::move(organization), std::move(page), std::move(filter));
  co_return of_one;
}

Task<absl::Status> OrganizationMergeStore::Insert(Transaction& txn, const Organization& before,
                                                  const Organization& after,
                                                  OrganizationMerge& merge) const {
  OrganizationMerge record = merge;
  record.clear_ties();
  record.clear_references();
  absl::Status inserted = co_await table_.Insert(txn, record);
  WEFT_CO_RETURN_IF_ERROR(std::move(inserted));
  std::vector<MergePart> parts(1);
  *parts.front().mutable_before() = before;
  *parts.front().mutable_after() = after;
  Divide(merge.ties(), &MergePart::mutable_ties, parts);
  Divide(merge.references(), &MergePart::mutable_references, parts);
  for (size_t i = 0; i < parts.size(); ++i) {
    parts[i].set_name(PartName(merge.name(), static_cast<int>(i)));
    absl::Status written = co_await parts_.Insert(txn, parts[i]);
    WEFT_CO_RETURN_IF_ERROR(std::move(written));
  }
  record.mutable_ties()->Swap(merge.mutable_ties());
  record.mutable_references()->Swap(merge.mutable_references());
  merge = std::move(record);
  co_return absl::OkStatus();
}

Task<absl::Status> OrganizationMergeStore::Update(Transaction& txn,
                                                  OrganizationMerge& merge) const {
  OrganizationMerge record = merge;
  record.clear_ties();
  record.clear_references();
  absl::Status updated = co_await table_.Update(txn, record);
  WEFT_CO_RETURN_IF_ERROR(std::move(updated));
  record.mutable_ties()->Swap(merge.mutable_ties());
  record.mutable_references()->Swap(merge.mutable_references());
  merge = std::move(record);
  co_return absl::OkStatus();
}

Task<absl::StatusOr<MergePart>> OrganizationMergeStore::GetImages(Reader& reader,
                                                                  const std::string& merge) const {
  return parts_.Get(reader, PartName(merge, 0));
}

Task<absl::Status> OrganizationMergeStore::DropImages(Transaction& txn,
                                                      const std::string& merge) const {
  return parts_.Delete(txn, PartName(merge, 0));
}

}  // namespace weft::registry
