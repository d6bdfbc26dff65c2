#include "services/metrics/domain/releases/redaction.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/clock.h"
#include "services/metrics/domain/site_record.h"

namespace weft::metrics {
namespace {

constexpr size_t kResponseParts = 4;

bool Has(const std::vector<std::string>& names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsRedacted(const v1::Release& release, absl::string_view name) {
  return std::any_of(release.redacted().begin(), release.redacted().end(),
                     [&](const v1::Redacted& redacted) { return redacted.name() == name; });
}

// "waves/w1/responses/r1" of a name below it.
std::string ResponseOf(absl::string_view name) {
  std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  parts.resize(std::min(parts.size(), kResponseParts));
  return absl::StrJoin(parts, "/");
}

// Whose rows go: by name where they are named, by label where they are not.
struct Hidden {
  absl::flat_hash_set<std::string> sites;
  absl::flat_hash_set<std::string> labels;

  bool Covers(absl::string_view site, absl::string_view label) const {
    return site.empty() ? labels.contains(label) : sites.contains(site);
  }
};

Hidden HiddenOf(const v1::Release& release, const store::v1::ReleasePin& pin,
                const std::vector<std::string>& responses) {
  Hidden hidden;
  for (const v1::PinnedResponse& pinned : release.manifest().responses()) {
    if (Has(responses, pinned.name())) hidden.sites.insert(pinned.respondent());
  }
  for (const ingestion::v1::RosterEntry& entry : pin.roster()) {
    if (!hidden.sites.contains(entry.site())) continue;
    store::v1::SiteRecord record;
    SetRosterEntry(&entry, record);
    hidden.labels.insert(record.label());
  }
  return hidden;
}

// How many it took out.
template <class Rows>
int Remove(const Hidden& hidden, Rows& rows) {
  const auto kept = std::remove_if(rows.begin(), rows.end(), [&](const auto& row) {
    return hidden.Covers(row.site(), row.label());
  });
  const int removed = static_cast<int>(rows.end() - kept);
  rows.erase(kept, rows.end());
  return removed;
}

void AddRedacted(absl::string_view name, v1::Redacted::Reason reason, absl::Time time,
                 v1::Release& release) {
  v1::Redacted& redacted = *release.add_redacted();
  redacted.set_name(std::string(name));
  redacted.set_reason(reason);
  *redacted.mutable_time() = ToProto(time);
}

}  // namespace

bool IsResponseName(absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  return parts.size() == kResponseParts && parts[0] == "waves" && parts[2] == "responses";
}

const ingestion::v1::Quote* FindQuote(const std::vector<ingestion::v1::Quote>& quotes,
                                      const v1::FindingQuote& quote) {
  const auto found =
      std::find_if(quotes.begin(), quotes.end(), [&](const ingestion::v1::Quote& each) {
        // Quotes of sites that are not named do not tell whose they are.
        return (each.open_answer().empty() || each.open_answer() == quote.open_answer()) &&
               each.question() == quote.question() && each.text() == quote.text();
      });
  return found == quotes.end() ? nullptr : &*found;
}

DueRedactions FindDue(const v1::Release& release, const std::vector<v1::Finding>& findings,
                      const SourceWords& words) {
  absl::flat_hash_set<std::string> erased;
  for (const ingestion::v1::Erasure& erasure : words.erasures) {
    if (IsResponseName(erasure.subject())) erased.insert(erasure.subject());
  }
  DueRedactions due;
  for (const v1::PinnedResponse& pinned : release.manifest().responses()) {
    if (erased.contains(pinned.name()) && !IsRedacted(release, pinned.name())) {
      due.responses.push_back(pinned.name());
    }
  }
  for (const v1::Finding& finding : findings) {
    for (const v1::FindingQuote& quote : finding.quotes()) {
      if (erased.contains(ResponseOf(quote.open_answer()))) {
        due.erased_quotes.push_back(quote.open_answer());
      } else if (FindQuote(words.quotes, quote) == nullptr) {
        due.withdrawn_quotes.push_back(quote.open_answer());
      }
    }
  }
  // Several findings may quote the same words.
  for (std::vector<std::string>* names : {&due.erased_quotes, &due.withdrawn_quotes}) {
    std::sort(names->begin(), names->end());
    names->erase(std::unique(names->begin(), names->end()), names->end());
  }
  return due;
}

void NoteRedactions(const DueRedactions& due, absl::Time time, v1::Release& release) {
  for (const std::string& name : due.responses) {
    AddRedacted(name, v1::Redacted::REASON_ERASED, time, release);
  }
  for (const std::string& name : due.erased_quotes) {
    AddRedacted(name, v1::Redacted::REASON_ERASED, time, release);
  }
  for (const std::string& name : due.withdrawn_quotes) {
    AddRedacted(name, v1::Redacted::REASON_CLEARANCE_WITHDRAWN, time, release);
  }
}

bool RedactFinding(const DueRedactions& due, v1::Finding& finding) {
  auto& quotes = *finding.mutable_quotes();
  const int before = quotes.size();
  quotes.erase(std::remove_if(quotes.begin(), quotes.end(),
                              [&](const v1::FindingQuote& quote) {
                                return Has(due.erased_quotes, quote.open_answer()) ||
                                       Has(due.withdrawn_quotes, quote.open_answer());
                              }),
               quotes.end());
  return quotes.size() != before;
}

int RedactContent(const v1::Release& release, const store::v1::ReleasePin& pin,
                  const std::vector<std::string>& responses, v1::WaveContent& content) {
  if (responses.empty()) return 0;
  const Hidden hidden = HiddenOf(release, pin, responses);
  int removed = 0;
  for (v1::Figure& figure : *content.mutable_figures()) {
    if (figure.has_networks()) {
      removed = std::max(removed, Remove(hidden, *figure.mutable_networks()->mutable_sites()));
    }
    if (figure.has_model()) {
      removed = std::max(removed, Remove(hidden, *figure.mutable_model()->mutable_points()));
    }
  }
  return removed;
}

std::vector<std::string> RedactedResponses(const v1::Release& release) {
  std::vector<std::string> responses;
  for (const v1::Redacted& redacted : release.redacted()) {
    if (IsResponseName(redacted.name())) responses.push_back(redacted.name());
  }
  return responses;
}

}  // namespace weft::metrics
