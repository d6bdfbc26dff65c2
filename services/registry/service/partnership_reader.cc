#include "services/registry/service/partnership_reader.h"

#include <string>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "services/registry/domain/partnership.h"

namespace weft::registry {
namespace {

constexpr size_t kAssessmentsAtOnce = 1000;

}  // namespace

Task<absl::StatusOr<v1::Partnership>> ReadAsOf(const Tables& tables, storage::Reader& reader,
                                               v1::Partnership current, AsOf as_of) {
  v1::Partnership partnership = std::move(current);
  if (as_of.recorded_by.has_value()) {
    const std::string name = partnership.name();
    absl::StatusOr<std::optional<v1::Partnership>> known =
        co_await tables.partnerships.FindAsKnownAt(reader, name, *as_of.recorded_by);
    WEFT_CO_RETURN_IF_ERROR(known.status());
    if (!known->has_value()) co_return NotRecorded(name);
    partnership = **std::move(known);
  }
  if (!as_of.effective_on.has_value()) co_return partnership;
  if (!InForceOn(*as_of.effective_on, partnership)) {
    co_return NotInForce(partnership.name(), *as_of.effective_on);
  }
  std::vector<v1::Assessment> assessments;
  storage::PageRequest page{.limit = kAssessmentsAtOnce};
  do {
    absl::StatusOr<storage::Page<v1::Assessment>> rows =
        co_await tables.assessments.List(reader, partnership.name(), page);
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    for (v1::Assessment& row : rows->rows) assessments.push_back(std::move(row));
    page.after = std::move(rows->next_key);
  } while (!page.after.empty());
  SetLevelsOn(*as_of.effective_on, as_of.recorded_by, assessments, partnership);
  co_return partnership;
}

}  // namespace weft::registry
