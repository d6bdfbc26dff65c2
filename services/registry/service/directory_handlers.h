// Directories of organizations: weft.registry.v1.OrganizationService/ImportDirectory and
// ExportDirectory.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_DIRECTORY_HANDLERS_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_DIRECTORY_HANDLERS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/storage/database.h"
#include "services/registry/domain/hsds/directory_reader.h"
#include "services/registry/store/tables.h"
#include "weft/registry/v1/directory.pb.h"

namespace weft::registry {

// Files of a directory are read while they come in, and none of their bytes are kept: what they
// hold is, until the stream ends. Bounded by the size of a directory and by one import at a time.
class DirectoryHandlers {
 public:
  // The largest directory, all files together.
  static constexpr int64_t kMaxDirectoryBytes = 64 << 20;

  DirectoryHandlers(const storage::Database& db, const Tables& tables,
                    int64_t max_bytes = kMaxDirectoryBytes)
      : db_(db), tables_(tables), max_bytes_(max_bytes) {}

  Task<absl::Status> ImportDirectory(rpc::CallContext& context,
                                     rpc::Reader<v1::ImportDirectoryRequest>& reader,
                                     v1::ImportDirectoryResponse& response);
  Task<absl::Status> ExportDirectory(rpc::CallContext& context,
                                     const v1::ExportDirectoryRequest& request,
                                     rpc::Writer<v1::ExportDirectoryResponse>& writer);

 private:
  // Reads the stream to its end.
  Task<absl::Status> Receive(rpc::CallContext& context,
                             rpc::Reader<v1::ImportDirectoryRequest>& reader,
                             hsds::DirectoryReader& directory);

  const storage::Database& db_;
  const Tables& tables_;
  const int64_t max_bytes_;
  // Whether an import is under way.
  bool importing_ = false;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_DIRECTORY_HANDLERS_H_
