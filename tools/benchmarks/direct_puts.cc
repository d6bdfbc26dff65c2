#include <rocksdb/write_batch.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "tools/benchmarks/direct.h"
#include "tools/benchmarks/measure.h"
#include "tools/benchmarks/raw_rocksdb.h"
#include "tools/benchmarks/world.h"
#include "weft/type/v1/change.pb.h"

namespace weft::bench {
namespace {

constexpr uint64_t kResponsesPerCommit = 100;
constexpr char kWave[] = "waves/direct";

// A key and a value, as the engine would hold them.
struct Row {
  std::string key;
  std::string value;
};

template <class Message>
std::string ChangeOf(const char* type, const Message& message) {
  type::v1::Change change;
  change.set_name(message.name());
  change.set_type(type);
  change.set_kind(type::v1::Change::KIND_CREATED);
  change.mutable_resource()->PackFrom(message);
  change.set_etag(message.etag());
  *change.mutable_commit_time() = message.create_time();
  return change.SerializeAsString();
}

// What one commit of the engine holds: for each response itself, its place in the index of
// respondents and its revision; and the changes of all of them. `n` numbers the commit.
std::vector<Row> CommitRows(uint64_t first, uint64_t end, uint32_t variant, uint64_t n) {
  std::vector<Row> rows;
  std::string changes;
  for (uint64_t site = first; site < end; ++site) {
    const ingestion::v1::Response response = StoredResponse(kWave, site, variant);
    const ingestion::v1::ResponseRevision revision = StoredRevision(response);
    rows.push_back({absl::StrCat("r/", response.name()), response.SerializeAsString()});
    rows.push_back({absl::StrCat("u/", response.respondent()), response.name()});
    rows.push_back({absl::StrCat("v/", revision.name()), revision.SerializeAsString()});
    absl::StrAppend(&changes, ChangeOf("response", response),
                    ChangeOf("response_revision", revision));
  }
  rows.push_back({absl::StrCat("f/", variant, "/", n), std::move(changes)});
  rows.push_back({absl::StrCat("q/", variant, "/", n), "stream"});
  return rows;
}

}  // namespace

absl::Status PutResponses(const std::string& directory, uint64_t count, uint32_t variant) {
  const std::unique_ptr<rocksdb::DB> db = OpenRaw(directory);
  std::vector<std::vector<Row>> commits;
  for (uint64_t at = 0; at < count; at += kResponsesPerCommit) {
    commits.push_back(
        CommitRows(at, std::min(count, at + kResponsesPerCommit), variant, commits.size()));
  }
  const Clock::time_point begun = Clock::now();
  for (const std::vector<Row>& rows : commits) {
    rocksdb::WriteBatch batch;
    for (const Row& row : rows) batch.Put(row.key, row.value);
    WriteSynced(*db, batch);
  }
  Tell({{"rate", static_cast<double>(count) / SecondsSince(begun)}});
  return absl::OkStatus();
}

}  // namespace weft::bench
