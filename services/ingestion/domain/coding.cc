#include "services/ingestion/domain/coding.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "services/ingestion/domain/instrument_index.h"

namespace weft::ingestion {
namespace {

using type::v1::Estimate;

// Site, question, text as it is compared.
using PassageKey = std::tuple<std::string, std::string, std::string>;
using Codes = std::set<std::string>;

struct Passage {
  std::map<std::string, Codes> by_coder;
  Codes codes;
};
using Passages = std::map<PassageKey, Passage>;

Passages PassagesOf(const std::vector<v1::CodedExcerpt>& excerpts) {
  Passages passages;
  for (const v1::CodedExcerpt& excerpt : excerpts) {
    Passage& passage = passages[{excerpt.site(), excerpt.question(), FoldText(excerpt.text())}];
    passage.by_coder[excerpt.coder()].insert(excerpt.code());
    passage.codes.insert(excerpt.code());
  }
  return passages;
}

Estimate Undefined(type::v1::UndefinedReason reason, absl::string_view description, int n) {
  Estimate estimate;
  estimate.mutable_undefined()->set_reason(reason);
  estimate.mutable_undefined()->set_description(std::string(description));
  estimate.set_n(n);
  estimate.set_base_size(n);
  return estimate;
}

Estimate NoPassage() {
  return Undefined(type::v1::UNDEFINED_REASON_NO_DATA, "no passage was coded by both", 0);
}

Estimate Value(double value, int n) {
  Estimate estimate;
  estimate.set_value(value);
  estimate.set_n(n);
  estimate.set_base_size(n);
  return estimate;
}

int SizeOf(const CodeTable& table) {
  return table.both + table.first_only + table.second_only + table.neither;
}

double Observed(const CodeTable& table) {
  return static_cast<double>(table.both + table.neither) / SizeOf(table);
}

double Expected(const CodeTable& table) {
  const double n = SizeOf(table);
  const double first = table.both + table.first_only;
  const double second = table.both + table.second_only;
  return (first * second + (n - first) * (n - second)) / (n * n);
}

// Whether each of them did the same everywhere, and the same as the other: the expected agreement
// is 1 then, and there is nothing to tell agreement from.
bool OneOutcome(const CodeTable& table) {
  const int n = SizeOf(table);
  return table.both == n || table.neither == n;
}

void AddCounts(const Passages& passages, v1::CodingSummary& summary) {
  std::map<std::string, std::map<std::string, int>> by_code;
  std::map<std::pair<std::string, std::string>, int> pairs;
  std::set<std::string> sites;
  for (const auto& [key, passage] : passages) {
    const std::string& site = std::get<0>(key);
    sites.insert(site);
    for (auto code = passage.codes.begin(); code != passage.codes.end(); ++code) {
      ++by_code[*code][site];
      for (auto other = std::next(code); other != passage.codes.end(); ++other) {
        ++pairs[{*code, *other}];
      }
    }
  }
  summary.set_passage_count(static_cast<int>(passages.size()));
  summary.set_site_count(static_cast<int>(sites.size()));
  for (const auto& [code, counts] : by_code) {
    v1::CodeCount& row = *summary.add_codes();
    row.set_code(code);
    for (const auto& [site, count] : counts) {
      v1::CodeSiteCount& cell = *row.add_sites();
      cell.set_site(site);
      cell.set_passage_count(count);
      row.set_passage_count(row.passage_count() + count);
    }
  }
  std::vector<std::pair<std::pair<std::string, std::string>, int>> frequent(pairs.begin(),
                                                                            pairs.end());
  std::stable_sort(frequent.begin(), frequent.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  for (const auto& [codes, count] : frequent) {
    v1::CodePair& row = *summary.add_co_occurrences();
    row.set_code(codes.first);
    row.set_other_code(codes.second);
    row.set_passage_count(count);
  }
}

v1::CoderAgreement Agreement(const std::string& coder, const std::string& other,
                             const Passages& passages) {
  std::map<std::string, CodeTable> tables;
  int n = 0;
  for (const auto& [key, passage] : passages) {
    const auto first = passage.by_coder.find(coder);
    const auto second = passage.by_coder.find(other);
    if (first == passage.by_coder.end() || second == passage.by_coder.end()) continue;
    ++n;
    for (const std::string& code : first->second) {
      CodeTable& table = tables[code];
      ++(second->second.count(code) > 0 ? table.both : table.first_only);
    }
    for (const std::string& code : second->second) {
      if (first->second.count(code) == 0) ++tables[code].second_only;
    }
  }
  v1::CoderAgreement agreement;
  agreement.set_coder(coder);
  agreement.set_other_coder(other);
  agreement.set_passage_count(n);
  std::vector<CodeTable> pooled;
  for (auto& [code, table] : tables) {
    table.neither = n - table.both - table.first_only - table.second_only;
    pooled.push_back(table);
    v1::CodeAgreement& row = *agreement.add_codes();
    row.set_code(code);
    *row.mutable_kappa() = Kappa(table);
    *row.mutable_observed_agreement() = ObservedAgreement(table);
    row.set_both_count(table.both);
    row.set_first_only_count(table.first_only);
    row.set_second_only_count(table.second_only);
  }
  *agreement.mutable_pooled_kappa() = PooledKappa(pooled);
  return agreement;
}

}  // namespace

Estimate Kappa(const CodeTable& table) { return PooledKappa(absl::MakeConstSpan(&table, 1)); }

Estimate ObservedAgreement(const CodeTable& table) {
  const int n = SizeOf(table);
  if (n == 0) return NoPassage();
  Estimate estimate = Value(Observed(table), n);
  estimate.set_numerator(table.both + table.neither);
  return estimate;
}

Estimate PooledKappa(absl::Span<const CodeTable> tables) {
  const int n = tables.empty() ? 0 : SizeOf(tables.front());
  if (n == 0) return NoPassage();
  if (std::all_of(tables.begin(), tables.end(), OneOutcome)) {
    return Undefined(type::v1::UNDEFINED_REASON_CONSTANT,
                     "both coders did the same on every passage, so that agreement cannot be told "
                     "from chance",
                     n);
  }
  double observed = 0;
  double expected = 0;
  for (const CodeTable& table : tables) {
    observed += Observed(table);
    expected += Expected(table);
  }
  const auto count = static_cast<double>(tables.size());
  // Both sums are over the same tables, so that their number cancels out.
  return Value((observed - expected) / (count - expected), n);
}

absl::Status CheckCodingSize(const std::vector<v1::CodedExcerpt>& excerpts) {
  std::set<absl::string_view> codes;
  std::set<absl::string_view> coders;
  for (const v1::CodedExcerpt& excerpt : excerpts) {
    codes.insert(excerpt.code());
    coders.insert(excerpt.coder());
  }
  const bool fits =
      excerpts.size() <= kMaxExcerpts && codes.size() <= kMaxCodes && coders.size() <= kMaxCoders;
  if (fits) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "CODING_TOO_LARGE",
               absl::StrCat("the wave would have ", excerpts.size(), " coded excerpts, ",
                            codes.size(), " codes and ", coders.size(), " coders; at most ",
                            kMaxExcerpts, ", ", kMaxCodes, " and ", kMaxCoders, " are kept"));
}

v1::CodingSummary Summarize(const std::vector<v1::CodedExcerpt>& excerpts) {
  const Passages passages = PassagesOf(excerpts);
  std::set<std::string> coders;
  for (const v1::CodedExcerpt& excerpt : excerpts) coders.insert(excerpt.coder());
  v1::CodingSummary summary;
  AddCounts(passages, summary);
  for (auto coder = coders.begin(); coder != coders.end(); ++coder) {
    for (auto other = std::next(coder); other != coders.end(); ++other) {
      *summary.add_agreements() = Agreement(*coder, *other, passages);
    }
  }
  return summary;
}

}  // namespace weft::ingestion
