// Brings the organizations of a directory into the registry: finds which of them are there, checks
// all of them as they would be written, and writes them in batches.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_DIRECTORY_IMPORTER_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_DIRECTORY_IMPORTER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/storage/database.h"
#include "common/storage/transaction.h"
#include "services/registry/domain/hsds/from_hsds.h"
#include "services/registry/domain/hsds/plan.h"
#include "services/registry/domain/hsds/report.h"
#include "services/registry/store/tables.h"
#include "weft/registry/v1/directory.pb.h"

namespace weft::registry {

// Of one directory.
class DirectoryImporter {
 public:
  // The arguments outlive the importer.
  DirectoryImporter(const storage::Database& db, const Tables& tables, rpc::CallContext& context,
                    v1::DirectoryHeader::Mode mode, hsds::Report& report)
      : db_(db), tables_(tables), context_(context), mode_(mode), report_(report) {}

  // Finds out what each is in the registry, and does to all of them in one transaction what Apply()
  // will do, without committing it. Problems are in the report then, and what would be done in
  // `response`. CANCELLED or UNAVAILABLE when the call is stopping.
  Task<absl::Status> Check(std::vector<hsds::Incoming> organizations,
                           v1::ImportDirectoryResponse& response);
  // Writes them, and counts in `response` what was done; it does not stop with the call. ABORTED
  // (DIRECTORY_IMPORT_STOPPED) when the registry has changed so that one of them cannot be written
  // any more.
  Task<absl::Status> Apply(v1::ImportDirectoryResponse& response);

 private:
  // HSDS ids of organizations that the registry has, and their names.
  using Names = absl::flat_hash_map<std::string, std::string>;

  // Lets others in between. CANCELLED or UNAVAILABLE when the call is stopping.
  Task<absl::Status> Pause();
  Task<absl::Status> FindByIds(const std::vector<hsds::Incoming>& organizations,
                               storage::Reader& reader, Names& names);
  // Those that have been made here and given away: their HSDS id is their uid, which no index has.
  Task<absl::Status> FindByUids(storage::Reader& reader, Names& names);
  Task<absl::Status> FindByIdentifiers(const hsds::Incoming& organization, storage::Reader& reader,
                                       std::string& name);
  // Reads at once what writing these will read.
  Task<absl::Status> Prefetch(storage::Transaction& txn, size_t begin, size_t end);
  // Writes one, and counts what that was.
  Task<absl::Status> Write(storage::Transaction& txn, const hsds::Planned& planned,
                           v1::ImportDirectoryResponse& counts);

  const storage::Database& db_;
  const Tables& tables_;
  rpc::CallContext& context_;
  const v1::DirectoryHeader::Mode mode_;
  hsds::Report& report_;
  // Parents before children.
  std::vector<hsds::Planned> plan_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_DIRECTORY_IMPORTER_H_
