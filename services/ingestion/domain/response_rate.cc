#include "services/ingestion/domain/response_rate.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_join.h"

namespace weft::ingestion {
namespace {

type::v1::Estimate RateOf(int count, int invited) {
  type::v1::Estimate estimate;
  estimate.set_base(type::v1::BASE_INVITED);
  estimate.set_base_size(invited);
  estimate.set_n(invited);
  if (invited == 0) {
    estimate.mutable_undefined()->set_reason(type::v1::UNDEFINED_REASON_EMPTY_BASE);
    estimate.mutable_undefined()->set_description("nobody is on the roster");
    return estimate;
  }
  const double rate = static_cast<double>(count) / invited;
  estimate.set_value(rate);
  estimate.set_low(rate);
  estimate.set_high(rate);
  estimate.set_numerator(count);
  return estimate;
}

}  // namespace

void ResponseRateBook::SetEntry(const v1::RosterEntry& entry) {
  Site& site = sites_[entry.site()];
  Add(site, -1);
  site.cohorts = CohortSet(entry);
  site.invited = entry.active();
  Add(site, 1);
}

void ResponseRateBook::SetResponse(const v1::Response& response) {
  Site& site = sites_[response.respondent()];
  Add(site, -1);
  site.response = BitsOf(response);
  Add(site, 1);
}

uint8_t ResponseRateBook::BitsOf(const v1::Response& response) {
  if (response.state() == v1::Response::STATE_WITHDRAWN) return 1 << kWithdrawn;
  if (response.state() == v1::Response::STATE_DECLINED) return 1 << kDeclined;
  unsigned bits = 1 << kStarted;
  if (response.submitted_revision() > 0) bits |= 1 << kSubmitted;
  if (response.approved_revision() > 0) bits |= 1 << kApproved;
  if (response.state() == v1::Response::STATE_RETURNED) bits |= 1 << kReturned;
  return static_cast<uint8_t>(bits);
}

uint32_t ResponseRateBook::CohortSet(const v1::RosterEntry& entry) {
  std::vector<std::string> cohorts(entry.cohorts().begin(), entry.cohorts().end());
  std::sort(cohorts.begin(), cohorts.end());
  cohorts.erase(std::unique(cohorts.begin(), cohorts.end()), cohorts.end());
  const auto [place, added] = cohort_set_ids_.try_emplace(
      absl::StrJoin(cohorts, " "), static_cast<uint32_t>(cohort_sets_.size()));
  if (added) cohort_sets_.push_back(std::move(cohorts));
  return place->second;
}

void ResponseRateBook::Add(const Site& site, int32_t times) {
  if (!site.invited) return;
  const unsigned bits = site.response | 1U << kInvited;
  const auto add = [&](Counts& counts) {
    for (int count = 0; count < kCounts; ++count) {
      if ((bits >> count & 1U) != 0) counts[count] += times;
    }
  };
  add(counts_[""]);
  for (const std::string& cohort : cohort_sets_[site.cohorts]) add(counts_[cohort]);
}

v1::ResponseRate ResponseRateBook::Rate(absl::string_view cohort) const {
  const auto found = counts_.find(cohort);
  const Counts counts = found == counts_.end() ? Counts{} : found->second;
  v1::ResponseRate rate;
  rate.set_invited(counts[kInvited]);
  rate.set_started(counts[kStarted]);
  rate.set_submitted(counts[kSubmitted]);
  rate.set_approved(counts[kApproved]);
  rate.set_returned(counts[kReturned]);
  rate.set_declined(counts[kDeclined]);
  rate.set_withdrawn(counts[kWithdrawn]);
  *rate.mutable_submitted_rate() = RateOf(rate.submitted(), rate.invited());
  *rate.mutable_approved_rate() = RateOf(rate.approved(), rate.invited());
  return rate;
}

}  // namespace weft::ingestion
