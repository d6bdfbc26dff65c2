#include "services/registry/service/directory_export.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "common/storage/pages.h"
#include "services/registry/domain/access.h"
#include "services/registry/domain/hsds/profile.h"
#include "services/registry/domain/hsds/to_hsds.h"
#include "services/registry/domain/hsds/writers.h"
#include "services/registry/domain/organization.h"

namespace weft::registry {
namespace {

constexpr size_t kMaxExported = 200'000;
constexpr size_t kPageRows = 500;
constexpr size_t kReadAtOnce = 50;
constexpr size_t kChunkBytes = 64 << 10;

}  // namespace

Task<absl::Status> DirectoryExport::Run(v1::ExportDirectoryRequest::Format format,
                                        const OrganizationFilter& filter) {
  absl::Status listed = co_await List(filter);
  WEFT_CO_RETURN_IF_ERROR(std::move(listed));
  if (format != v1::ExportDirectoryRequest::FORMAT_CSV) {
    // Which is the same wherever the organizations are.
    std::sort(listed_.begin(), listed_.end(),
              [](const Listed& a, const Listed& b) { return a.id < b.id; });
  }
  absl::Status written;
  if (format == v1::ExportDirectoryRequest::FORMAT_PACKAGE) {
    written = co_await WritePackage();
  } else if (format == v1::ExportDirectoryRequest::FORMAT_CSV) {
    written = co_await WriteSheet();
  } else {
    written = co_await WriteJson();
  }
  WEFT_CO_RETURN_IF_ERROR(std::move(written));
  v1::ExportDirectoryResponse last;
  last.mutable_end()->set_organization_count(static_cast<int32_t>(listed_.size()));
  last.mutable_end()->set_file_count(files_);
  last.mutable_end()->set_size_bytes(size_);
  absl::Status sent = co_await Send(last);
  co_return sent;
}

Task<absl::Status> DirectoryExport::List(const OrganizationFilter& filter) {
  storage::Pages<v1::Organization> pages(tables_.organizations.table(), snapshot_, "", kPageRows,
                                         [&filter](const v1::Organization& organization) {
                                           return !organization.has_delete_time() &&
                                                  organization.merged_into().empty() &&
                                                  filter.Matches(organization);
                                         });
  while (pages.more()) {
    absl::StatusOr<std::vector<v1::Organization>> rows = co_await pages.Next();
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    for (const v1::Organization& row : *rows) {
      listed_.push_back({hsds::HsdsIdOf(row), row.name()});
      ids_.emplace(row.name(), listed_.back().id);
    }
    if (listed_.size() > kMaxExported) {
      co_return Error(absl::StatusCode::kFailedPrecondition, "DIRECTORY_TOO_LARGE",
                      absl::StrCat("there are more than ", kMaxExported,
                                   " organizations; export them in parts, each with a filter"),
                      {{"max", absl::StrCat(kMaxExported)}});
    }
    co_await Yield(context_.executor());
    if (context_.stopping()) co_return rpc::Stopped(context_);
  }
  co_return absl::OkStatus();
}

Task<absl::Status> DirectoryExport::FindIdOf(std::string name, std::string& id) {
  id.clear();
  if (name.empty()) co_return absl::OkStatus();
  const auto known = ids_.find(name);
  if (known != ids_.end()) {
    id = known->second;
    co_return absl::OkStatus();
  }
  absl::StatusOr<std::optional<v1::Organization>> parent =
      co_await tables_.organizations.table().Find(snapshot_, name);
  WEFT_CO_RETURN_IF_ERROR(parent.status());
  if (parent->has_value()) id = hsds::HsdsIdOf(**parent);
  ids_.emplace(std::move(name), id);
  co_return absl::OkStatus();
}

Task<absl::Status> DirectoryExport::WriteJson() {
  bool first = true;
  Append append = [&](const v1::Organization& organization, const std::string& id,
                      const std::string& parent_id, std::string& file) {
    hsds::AppendJson(hsds::ToRecord(organization, id, parent_id, taxonomy_),
                     std::exchange(first, false), file);
  };
  std::string name = "organizations.json";
  std::string head = hsds::JsonPageHead(static_cast<int>(listed_.size()));
  std::string tail = hsds::JsonPageTail();
  absl::Status written =
      co_await WriteFile(std::move(name), std::move(head), std::move(append), std::move(tail));
  co_return written;
}

Task<absl::Status> DirectoryExport::WritePackage() {
  v1::ExportDirectoryResponse begin;
  begin.mutable_file()->set_name("datapackage.json");
  absl::Status begun = co_await Send(begin);
  WEFT_CO_RETURN_IF_ERROR(std::move(begun));
  ++files_;
  *chunk_.mutable_chunk() = hsds::PackageDescriptor();
  absl::Status described = co_await Flush(true);
  WEFT_CO_RETURN_IF_ERROR(std::move(described));
  // Table by table, so that no more than one chunk is held.
  for (const hsds::TableSpec* table : hsds::Tables()) {
    absl::flat_hash_set<std::string> written;
    Append append = [&](const v1::Organization& organization, const std::string& id,
                        const std::string& parent_id, std::string& file) {
      hsds::AppendTableRows(*table, hsds::ToRecord(organization, id, parent_id, taxonomy_, table),
                            written, file);
    };
    std::string name(table->file);
    std::string head;
    hsds::AppendTableHeader(*table, head);
    std::string tail;
    absl::Status done =
        co_await WriteFile(std::move(name), std::move(head), std::move(append), std::move(tail));
    WEFT_CO_RETURN_IF_ERROR(std::move(done));
  }
  co_return absl::OkStatus();
}

Task<absl::Status> DirectoryExport::WriteSheet() {
  std::string name = "organizations.csv";
  std::string head;
  hsds::AppendSheetHeader(head);
  Append append = &hsds::AppendSheetRow;
  std::string tail;
  absl::Status written =
      co_await WriteFile(std::move(name), std::move(head), std::move(append), std::move(tail));
  co_return written;
}

Task<absl::Status> DirectoryExport::WriteFile(std::string name, std::string head, Append append,
                                              std::string tail) {
  v1::ExportDirectoryResponse begin;
  begin.mutable_file()->set_name(std::move(name));
  absl::Status begun = co_await Send(begin);
  WEFT_CO_RETURN_IF_ERROR(std::move(begun));
  ++files_;
  *chunk_.mutable_chunk() = std::move(head);
  for (size_t from = 0; from < listed_.size(); from += kReadAtOnce) {
    const size_t to = std::min(from + kReadAtOnce, listed_.size());
    std::vector<std::string> names;
    names.reserve(to - from);
    for (size_t i = from; i < to; ++i) names.push_back(listed_[i].name);
    absl::StatusOr<std::vector<std::optional<v1::Organization>>> rows =
        co_await tables_.organizations.table().GetMany(snapshot_, std::move(names));
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    for (size_t i = from; i < to; ++i) {
      std::optional<v1::Organization>& row = (*rows)[i - from];
      if (!row.has_value()) continue;  // It was there in the same snapshot.
      if (!SeesContactsOf(context_.principal(), row->name())) HideContacts(*row);
      std::string parent_id;
      absl::Status found = co_await FindIdOf(row->parent_organization(), parent_id);
      WEFT_CO_RETURN_IF_ERROR(std::move(found));
      append(*row, listed_[i].id, parent_id, *chunk_.mutable_chunk());
    }
    absl::Status flushed = co_await Flush(false);
    WEFT_CO_RETURN_IF_ERROR(std::move(flushed));
    co_await Yield(context_.executor());
    if (context_.stopping()) co_return rpc::Stopped(context_);
  }
  chunk_.mutable_chunk()->append(tail);
  absl::Status flushed = co_await Flush(true);
  co_return flushed;
}

Task<absl::Status> DirectoryExport::Flush(bool all) {
  std::string& bytes = *chunk_.mutable_chunk();
  // One organization may be larger than a chunk.
  while (bytes.size() >= kChunkBytes || (all && !bytes.empty())) {
    v1::ExportDirectoryResponse message;
    const size_t size = std::min(bytes.size(), kChunkBytes);
    message.set_chunk(bytes.substr(0, size));
    bytes.erase(0, size);
    size_ += static_cast<int64_t>(size);
    absl::Status sent = co_await Send(message);
    WEFT_CO_RETURN_IF_ERROR(std::move(sent));
  }
  co_return absl::OkStatus();
}

Task<absl::Status> DirectoryExport::Send(const v1::ExportDirectoryResponse& message) {
  bool sent = co_await writer_.Write(message);
  if (!sent) co_return rpc::Stopped(context_);
  co_return absl::OkStatus();
}

}  // namespace weft::registry
