// Writes organizations of one moment as the files of a directory.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_DIRECTORY_EXPORT_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_DIRECTORY_EXPORT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/storage/engine.h"
#include "services/registry/domain/organization_filter.h"
#include "services/registry/store/tables.h"
#include "weft/registry/v1/directory.pb.h"
#include "weft/registry/v1/taxonomy.pb.h"

namespace weft::registry {

// Of one call.
class DirectoryExport {
 public:
  // The arguments outlive the export. `taxonomy` may be null.
  DirectoryExport(rpc::CallContext& context, const Tables& tables, storage::Snapshot& snapshot,
                  const v1::Taxonomy* taxonomy, rpc::Writer<v1::ExportDirectoryResponse>& writer)
      : context_(context),
        tables_(tables),
        snapshot_(snapshot),
        taxonomy_(taxonomy),
        writer_(writer) {}

  // FAILED_PRECONDITION (DIRECTORY_TOO_LARGE); CANCELLED when the caller is gone.
  Task<absl::Status> Run(v1::ExportDirectoryRequest::Format format,
                         const OrganizationFilter& filter);

 private:
  // An organization that goes out.
  struct Listed {
    std::string id;  // of HSDS
    std::string name;
  };
  // Appends what is to be written of an organization to the file; `parent_id` is of HSDS.
  using Append = std::function<void(const v1::Organization& organization, const std::string& id,
                                    const std::string& parent_id, std::string& file)>;

  Task<absl::Status> List(const OrganizationFilter& filter);
  // The HSDS id of an organization that stands above one which goes out; "" for none.
  Task<absl::Status> FindIdOf(std::string name, std::string& id);

  Task<absl::Status> WriteJson();
  Task<absl::Status> WritePackage();
  Task<absl::Status> WriteSheet();
  // One file: `head`, all organizations, `tail`.
  Task<absl::Status> WriteFile(std::string name, std::string head, Append append, std::string tail);
  // Sends what has been appended, if that is enough for a message.
  Task<absl::Status> Flush(bool all);
  Task<absl::Status> Send(const v1::ExportDirectoryResponse& message);

  rpc::CallContext& context_;
  const Tables& tables_;
  storage::Snapshot& snapshot_;
  const v1::Taxonomy* const taxonomy_;
  rpc::Writer<v1::ExportDirectoryResponse>& writer_;
  // In the order in which they go out.
  std::vector<Listed> listed_;
  // By name.
  absl::flat_hash_map<std::string, std::string> ids_;
  v1::ExportDirectoryResponse chunk_;
  int32_t files_ = 0;
  int64_t size_ = 0;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_DIRECTORY_EXPORT_H_
