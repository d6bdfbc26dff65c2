// The response rates of waves, for GetResponseRate.
//
// They are counted in memory, a wave when it is first asked for, and brought up to date from the
// store's own feed whenever it is asked for again. Counters on disk would be written by every
// commit to a wave, so that submits which have nothing else in common would run into each other;
// and who only writes would pay for what nobody asks.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_RESPONSE_RATES_H_
#define WEFT_SERVICES_INGESTION_SERVICE_RESPONSE_RATES_H_

#include <cstddef>
#include <list>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/storage/database.h"
#include "common/storage/engine.h"
#include "services/ingestion/domain/response_rate.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/wave.pb.h"

namespace weft::ingestion {

// On the executor's thread.
class ResponseRates {
 public:
  ResponseRates(const storage::Database& db, const Tables& tables, size_t max_sites = kMaxSites)
      : db_(db), tables_(tables), max_sites_(max_sites) {}
  ResponseRates(const ResponseRates&) = delete;
  ResponseRates& operator=(const ResponseRates&) = delete;

  // The rate of `wave` (`waves/{wave}`), which exists, or of one of its cohorts: with everything
  // that was committed before.
  Task<absl::StatusOr<v1::ResponseRate>> Get(rpc::CallContext& context, std::string wave,
                                             std::string cohort);

  // Sites of the waves that are held.
  size_t sites() const;

 private:
  // Some 100 bytes each.
  static constexpr size_t kMaxSites = 1'000'000;

  struct Wave {
    enum Stage { kRoster, kResponses, kCounted };

    std::string name;
    ResponseRateBook book;
    // How far its rows have been read: the stage, and the row to go on after.
    Stage stage = kRoster;
    std::string after;
    // Once they have been read, the book has everything up to here. Changes since the reading began
    // are read again from the feed, so it may take as many snapshots, and calls, as it wants.
    storage::Position position;
  };

  // The wave's book, or a new one.
  std::shared_ptr<Wave> Find(const std::string& name);
  // Counts the wave from its rows, from wherever others have come; none of that is lost when the
  // call is cancelled.
  Task<absl::Status> Count(rpc::CallContext& context, Wave& wave);
  template <class T, class Set>
  static Task<absl::Status> CountPage(storage::Reader& reader, const storage::Table<T>& table,
                                      Wave& wave, Set set);
  // Reads what has changed since. OUT_OF_RANGE, FAILED_PRECONDITION: the feed does not reach back
  // so far, or the change is one that only counting anew can follow.
  Task<absl::Status> CatchUp(rpc::CallContext& context, Wave& wave);
  // Moves the wave to the front, and lets go of those that were not asked for the longest.
  void Hold(const std::shared_ptr<Wave>& wave);

  const storage::Database& db_;
  const Tables& tables_;
  const size_t max_sites_;
  // Few; the last asked for first.
  std::list<std::shared_ptr<Wave>> waves_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_RESPONSE_RATES_H_
