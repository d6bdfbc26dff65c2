// Directories of organizations: weft.registry.v1.OrganizationService/ImportDirectory and
// ExportDirectory.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_DIRECTORY_HANDLERS_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_DIRECTORY_HANDLERS_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/storage/database.h"
#include "services/registry/domain/hsds/directory_reader.h"
#include "services/registry/domain/hsds/report.h"
#include "services/registry/store/tables.h"
#include "weft/registry/v1/directory.pb.h"

namespace weft::registry {

// Files of a directory are read while they come in, and none of their bytes are kept: what they
// hold is, until the stream ends. Bounded by the size of a directory and by one import at a time:
// an upload that falls silent loses what it has brought to the next who comes.
class DirectoryHandlers {
 public:
  // The largest directory, all files together.
  static constexpr int64_t kMaxDirectoryBytes = 64 << 20;
  // How long an upload may be silent while others want its place.
  static constexpr absl::Duration kMaxSilence = absl::Seconds(30);

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
  // An import under way.
  struct Upload {
    hsds::Report report;
    // None once another one has taken its place.
    std::optional<hsds::DirectoryReader> directory{std::in_place, report};
    // Since when it waits for its caller; the infinite future while it does not.
    absl::Time silent_since = absl::InfiniteFuture();
  };

  // RESOURCE_EXHAUSTED (DIRECTORY_IMPORT_RUNNING) while another import has the place; else the
  // place is free, or has been taken away from one that is silent.
  absl::Status MakePlace();
  // Reads the stream to its end. ABORTED (DIRECTORY_UPLOAD_SILENT) when the place was taken away.
  Task<absl::Status> Receive(rpc::CallContext& context,
                             rpc::Reader<v1::ImportDirectoryRequest>& reader, Upload& upload);

  const storage::Database& db_;
  const Tables& tables_;
  const int64_t max_bytes_;
  // The one that has the place; null when it is free.
  Upload* importing_ = nullptr;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_DIRECTORY_HANDLERS_H_
