#include <algorithm>
#include <fstream>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/storage/open_engine.h"
#include "common/storage/run_in_transaction.h"
#include "google/protobuf/util/json_util.h"
#include "services/registry/store/tables.h"
#include "tools/benchmarks/direct.h"
#include "tools/benchmarks/measure.h"
#include "tools/benchmarks/world.h"

namespace weft::bench {
namespace {

constexpr uint64_t kRowsPerCommit = 1000;

registry::v1::Cohort MakeCohort(const char* name) {
  registry::v1::Cohort cohort;
  cohort.set_name(name);
  cohort.set_display_name(name);
  cohort.set_lab("Benchmarks");
  cohort.set_label(name);
  return cohort;
}

registry::v1::Membership MakeMembership(const char* cohort, uint64_t site) {
  registry::v1::Membership membership;
  membership.set_name(absl::StrCat(cohort, "/memberships/", SiteId(site)));
  membership.set_site(SiteName(site));
  return membership;
}

Task<absl::Status> FillCohorts(const registry::Tables& tables, storage::Transaction& txn) {
  for (const char* name : {kCohortOfAll, kCohortOfHundred}) {
    registry::v1::Cohort cohort = MakeCohort(name);
    absl::Status inserted = co_await tables.cohorts.Insert(txn, cohort);
    WEFT_CO_RETURN_IF_ERROR(std::move(inserted));
  }
  co_return absl::OkStatus();
}

Task<absl::Status> FillSites(const registry::Tables& tables, storage::Transaction& txn,
                             uint64_t first, uint64_t end, uint64_t members) {
  for (uint64_t i = first; i < end; ++i) {
    registry::v1::Site site = NewSite(i);
    absl::Status inserted = co_await tables.sites.Insert(txn, site);
    WEFT_CO_RETURN_IF_ERROR(std::move(inserted));
    for (const auto& [cohort, size] :
         {std::pair(kCohortOfAll, members), std::pair(kCohortOfHundred, kHundred)}) {
      if (i >= std::min(size, members)) continue;
      registry::v1::Membership membership = MakeMembership(cohort, i);
      absl::Status added = co_await tables.memberships.Insert(txn, membership);
      WEFT_CO_RETURN_IF_ERROR(std::move(added));
    }
  }
  co_return absl::OkStatus();
}

absl::Status WriteFile(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary);
  file << content;
  file.close();
  if (file.good()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot write ", path));
}

absl::Status WriteJson(const std::string& path, const google::protobuf::Message& message) {
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json);
  if (!status.ok()) return absl::InternalError(std::string(status.message()));
  return WriteFile(path, json);
}

}  // namespace

absl::Status FillRegistry(const std::string& directory, uint64_t sites, uint64_t members) {
  ManualExecutor executor;
  const SystemClock clock;
  storage::EngineOptions options;
  options.directory = directory;
  WEFT_ASSIGN_OR_RETURN(std::unique_ptr<storage::Engine> engine,
                        storage::OpenEngine(options, executor));
  const storage::Database database{*engine, clock};
  const registry::Tables tables;
  const auto commit = [&](const storage::TransactionBody& body) {
    return SyncWait(executor, storage::RunInTransaction(database, body)).status();
  };
  const Clock::time_point begun = Clock::now();
  WEFT_RETURN_IF_ERROR(commit([&](storage::Transaction& txn) { return FillCohorts(tables, txn); }));
  for (uint64_t first = 0; first < sites; first += kRowsPerCommit) {
    const uint64_t end = std::min(sites, first + kRowsPerCommit);
    WEFT_RETURN_IF_ERROR(commit(
        [&](storage::Transaction& txn) { return FillSites(tables, txn, first, end, members); }));
  }
  Tell({{"rate", static_cast<double>(sites) / SecondsSince(begun)}});
  return absl::OkStatus();
}

absl::Status WriteDefinitions(const std::string& directory) {
  WEFT_RETURN_IF_ERROR(WriteJson(directory + "/taxonomy.json", MakeTaxonomy()));
  WEFT_RETURN_IF_ERROR(WriteJson(directory + "/instrument.json", MakeInstrument()));
  Tell({{"files", 2}});
  return absl::OkStatus();
}

absl::Status WriteAnswers(uint64_t sites, uint32_t variant, const std::string& wide,
                          const std::string& long_file) {
  std::string wide_text = WideHeader(MakeInstrument());
  std::string long_text;
  for (uint64_t site = 0; site < sites; ++site) {
    const ingestion::v1::Answers answers = MakeAnswers(site, variant);
    AppendWideRow(site, answers, wide_text);
    AppendLongRows(site, answers, long_text);
  }
  WEFT_RETURN_IF_ERROR(WriteFile(wide, wide_text));
  WEFT_RETURN_IF_ERROR(WriteFile(long_file, long_text));
  Tell({{"bytes", wide_text.size()}});
  return absl::OkStatus();
}

}  // namespace weft::bench
