#include "services/registry/service/partnership_reader.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/partnerships/levels_on_day.h"
#include "common/storage/pages.h"
#include "services/registry/domain/partnership.h"

namespace weft::registry {
namespace {

constexpr size_t kAssessmentsAtOnce = 1000;

}  // namespace

Task<absl::StatusOr<v1::Partnership>> ReadAsOf(const Tables& tables, storage::Reader& reader,
                                               v1::Partnership current, AsOf as_of) {
  v1::Partnership partnership = std::move(current);
  if (as_of.recorded_by.has_value()) {
    const absl::Time recorded_by = FromProto(*as_of.recorded_by);
    const std::string name = partnership.name();
    if (FromProto(partnership.create_time()) > recorded_by) co_return NotRecorded(name);
    // What was written last was known by then, or something before it.
    if (FromProto(partnership.update_time()) > recorded_by) {
      absl::StatusOr<std::optional<v1::Partnership>> known =
          co_await tables.partnerships.FindAsKnownAt(reader, name, *as_of.recorded_by);
      WEFT_CO_RETURN_IF_ERROR(known.status());
      if (!known->has_value()) co_return NotRecorded(name);
      partnership = **std::move(known);
    }
  }
  if (!as_of.effective_on.has_value()) co_return partnership;
  if (!LastsOn(*as_of.effective_on, partnership)) {
    co_return NotInForce(partnership.name(), *as_of.effective_on);
  }
  if (LevelsHoldOn(*as_of.effective_on, partnership)) co_return partnership;
  std::vector<v1::Assessment> assessments;
  storage::Pages<v1::Assessment> pages(tables.assessments, reader, partnership.name(),
                                       kAssessmentsAtOnce);
  while (pages.more()) {
    absl::StatusOr<std::vector<v1::Assessment>> rows = co_await pages.Next();
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    for (v1::Assessment& row : *rows) assessments.push_back(std::move(row));
  }
  SetLevelsOn(*as_of.effective_on, as_of.recorded_by, assessments, partnership);
  co_return partnership;
}

}  // namespace weft::registry
