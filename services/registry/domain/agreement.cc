#include "services/registry/domain/agreement.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"

namespace weft::registry {
namespace {

using type::v1::InteractionLevel;

v1::AgreementNumber Undefined(type::v1::UndefinedReason reason, absl::string_view description) {
  v1::AgreementNumber number;
  number.mutable_undefined()->set_reason(reason);
  number.mutable_undefined()->set_description(std::string(description));
  return number;
}

v1::AgreementNumber NoData() {
  return Undefined(type::v1::UNDEFINED_REASON_NO_DATA, "no tie has a rating of both sides");
}

double Ratio(int64_t numerator, int64_t denominator) {
  return static_cast<double>(numerator) / static_cast<double>(denominator);
}

// The mean of `sum` over n, and its bounds when `missing` more could add from `least` to `most` in
// all.
v1::AgreementNumber Mean(int64_t sum, int64_t n, int64_t missing, int64_t least, int64_t most) {
  v1::AgreementNumber number = n == 0 ? NoData() : v1::AgreementNumber();
  if (n > 0) number.set_value(Ratio(sum, n));
  if (n + missing > 0) {
    number.set_low(Ratio(sum + least, n + missing));
    number.set_high(Ratio(sum + most, n + missing));
  }
  return number;
}

}  // namespace

void AgreementCounter::Add(InteractionLevel site, InteractionLevel organization) {
  ++total_;
  const auto s = static_cast<size_t>(site);
  const auto o = static_cast<size_t>(organization);
  // A level that a later version has added is no rating that this one can place.
  ++counts_[s <= kLevels ? s : 0][o <= kLevels ? o : 0];
}

absl::Status AgreementCounter::CheckSize() const {
  if (total_ <= kMaxAgreementTies) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "AGREEMENT_TOO_LARGE",
               absl::StrCat("there are more than ", kMaxAgreementTies,
                            " ties; ask by site, by organization or by cohort"),
               {{"limit", absl::StrCat(kMaxAgreementTies)}});
}

v1::PartnershipAgreement AgreementCounter::Answer() const {
  v1::PartnershipAgreement answer;
  constexpr auto kTop = static_cast<int64_t>(kLevels);
  int64_t n = 0;
  int64_t exact = 0;
  int64_t within_one = 0;
  int64_t gap = 0;
  int64_t squares = 0;
  int64_t site_only = 0;
  int64_t organization_only = 0;
  int64_t least_gap = 0;
  int64_t most_gap = 0;
  std::array<int64_t, kLevels + 1> site_margin{};
  std::array<int64_t, kLevels + 1> organization_margin{};
  for (size_t s = 1; s <= kLevels; ++s) {
    const auto level = static_cast<int64_t>(s);
    // The missing rating may be any from 1 to the top.
    site_only += counts_[s][0];
    least_gap += counts_[s][0] * (level - kTop);
    most_gap += counts_[s][0] * (level - 1);
    organization_only += counts_[0][s];
    least_gap += counts_[0][s] * (1 - level);
    most_gap += counts_[0][s] * (kTop - level);
    for (size_t o = 1; o <= kLevels; ++o) {
      const int64_t count = counts_[s][o];
      if (count == 0) continue;
      const int64_t distance = level - static_cast<int64_t>(o);
      n += count;
      if (distance == 0) exact += count;
      if (std::abs(distance) <= 1) within_one += count;
      gap += count * distance;
      squares += count * distance * distance;
      site_margin[s] += count;
      organization_margin[o] += count;
      v1::AgreementCell* cell = answer.add_cells();
      cell->set_level(static_cast<InteractionLevel>(s));
      cell->set_organization_level(static_cast<InteractionLevel>(o));
      cell->set_count(static_cast<int32_t>(count));
    }
  }
  int64_t by_chance = 0;  // n^2 times what chance gives
  for (size_t s = 1; s <= kLevels; ++s) {
    for (size_t o = 1; o <= kLevels; ++o) {
      const int64_t distance = static_cast<int64_t>(s) - static_cast<int64_t>(o);
      by_chance += site_margin[s] * organization_margin[o] * distance * distance;
    }
  }
  const int64_t missing = site_only + organization_only;
  answer.set_partnership_count(static_cast<int32_t>(total_));
  answer.set_both_rated_count(static_cast<int32_t>(n));
  answer.set_site_only_count(static_cast<int32_t>(site_only));
  answer.set_organization_only_count(static_cast<int32_t>(organization_only));
  *answer.mutable_exact() = Mean(exact, n, missing, 0, missing);
  *answer.mutable_within_one() = Mean(within_one, n, missing, 0, missing);
  *answer.mutable_mean_gap() = Mean(gap, n, missing, least_gap, most_gap);
  if (n == 0) {
    *answer.mutable_weighted_kappa() = NoData();
  } else if (by_chance == 0) {
    *answer.mutable_weighted_kappa() =
        Undefined(type::v1::UNDEFINED_REASON_CONSTANT,
                  "both sides rate every tie the same one level, as chance would");
  } else {
    answer.mutable_weighted_kappa()->set_value(1.0 - Ratio(squares * n, by_chance));
  }
  return answer;
}

}  // namespace weft::registry
