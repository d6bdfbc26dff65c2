#include "services/ingestion/domain/audiences.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"

namespace weft::ingestion {
namespace {

constexpr int kMaxAudiences = 20;
constexpr size_t kMaxText = 2000;

bool HasAudience(const v1::Instrument& instrument, absl::string_view audience) {
  const auto& all = instrument.audiences();
  return std::find(all.begin(), all.end(), audience) != all.end();
}

// AudienceText and AudienceDefinition: each audience once, and known.
template <class Entries, class Check>
void ValidateEntries(const v1::Instrument& instrument, const Entries& entries,
                     absl::string_view path, FieldViolations& violations, Check check) {
  std::set<std::string> seen;
  for (int i = 0; i < entries.size(); ++i) {
    const std::string at = absl::StrCat(path, "[", i, "]");
    const std::string& audience = entries[i].audience();
    violations.Require(HasAudience(instrument, audience), absl::StrCat(at, ".audience"),
                       absl::StrCat(Quoted(audience), " is none of the instrument's audiences"));
    violations.Require(seen.insert(audience).second, absl::StrCat(at, ".audience"),
                       absl::StrCat("repeats ", Quoted(audience)));
    check(entries[i], at);
  }
}

template <class Labels>
void ValidateDefinitions(const v1::Instrument& instrument, const Labels& labels,
                         absl::string_view path, FieldViolations& violations) {
  for (int i = 0; i < labels.size(); ++i) {
    ValidateEntries(instrument, labels[i].audience_definitions(),
                    absl::StrCat(path, "[", i, "].audience_definitions"), violations,
                    [&](const v1::AudienceDefinition& entry, const std::string& at) {
                      const std::string field = absl::StrCat(at, ".definition");
                      violations.Require(!entry.definition().empty(), field, "is required");
                      CheckText(violations, field, entry.definition(), kMaxText, Lines::kMany);
                    });
  }
}

template <class Labels>
void Define(absl::string_view audience, Labels& labels) {
  for (auto& label : labels) {
    for (const v1::AudienceDefinition& entry : label.audience_definitions()) {
      if (entry.audience() == audience) label.set_definition(entry.definition());
    }
    label.clear_audience_definitions();
  }
}

}  // namespace

void ValidateAudiences(const v1::Instrument& instrument, absl::string_view path,
                       FieldViolations& violations) {
  const std::string audiences_at = absl::StrCat(path, ".audiences");
  violations.Require(instrument.audiences_size() <= kMaxAudiences, audiences_at,
                     absl::StrCat("has more than ", kMaxAudiences, " entries"));
  std::set<std::string> seen;
  for (int i = 0; i < instrument.audiences_size(); ++i) {
    const std::string at = absl::StrCat(audiences_at, "[", i, "]");
    violations.Require(IsId(instrument.audiences(i)), at, kIdRule);
    violations.Require(seen.insert(instrument.audiences(i)).second, at,
                       absl::StrCat("repeats ", Quoted(instrument.audiences(i))));
  }
  for (int s = 0; s < instrument.sections_size(); ++s) {
    for (int q = 0; q < instrument.sections(s).questions_size(); ++q) {
      ValidateEntries(instrument, instrument.sections(s).questions(q).audience_texts(),
                      absl::StrCat(path, ".sections[", s, "].questions[", q, "].audience_texts"),
                      violations, [&](const v1::AudienceText& entry, const std::string& at) {
                        violations.Require(!entry.text().empty() || !entry.help().empty(), at,
                                           "has neither a text nor a help of its own");
                        CheckText(violations, absl::StrCat(at, ".text"), entry.text(), kMaxText);
                        CheckText(violations, absl::StrCat(at, ".help"), entry.help(), kMaxText,
                                  Lines::kMany);
                      });
    }
  }
  ValidateDefinitions(instrument, instrument.levels(), absl::StrCat(path, ".levels"), violations);
  ValidateDefinitions(instrument, instrument.shared_responsibility(),
                      absl::StrCat(path, ".shared_responsibility"), violations);
}

void RequireAudience(const v1::Instrument& instrument, absl::string_view audience,
                     absl::string_view field, FieldViolations& violations) {
  if (audience.empty() || HasAudience(instrument, audience)) return;
  violations.Add(
      field, absl::StrCat(Quoted(audience), " is no audience of ", instrument.name(),
                          instrument.audiences().empty() ? "; it has the same words for everybody"
                                                         : "; it has words for ",
                          absl::StrJoin(instrument.audiences(), ", ")));
}

void SpeakTo(absl::string_view audience, v1::Instrument& instrument) {
  for (v1::Section& section : *instrument.mutable_sections()) {
    for (v1::Question& question : *section.mutable_questions()) {
      for (const v1::AudienceText& entry : question.audience_texts()) {
        if (entry.audience() != audience) continue;
        if (!entry.text().empty()) question.set_text(entry.text());
        if (!entry.help().empty()) question.set_help(entry.help());
      }
      question.clear_audience_texts();
    }
  }
  Define(audience, *instrument.mutable_levels());
  Define(audience, *instrument.mutable_shared_responsibility());
  instrument.clear_audiences();
}

}  // namespace weft::ingestion
