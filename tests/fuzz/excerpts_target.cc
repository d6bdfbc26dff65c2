#include "tests/fuzz/excerpts_target.h"

#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/csv/utf8.h"
#include "services/ingestion/domain/coding.h"
#include "services/ingestion/domain/import/excerpt_reader.h"
#include "tests/services/ingestion/example.h"

namespace weft::ingestion {
namespace {

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "excerpts: %s\n", what);
  std::abort();
}

bool IsText(const std::string& text) {
  Utf8Checker checker;
  return checker.Check(text) == text.size() && !checker.incomplete();
}

const ExcerptContext& TheContext() {
  static const ExcerptContext& context = *[] {
    auto* made = new ExcerptContext;
    made->wave = "waves/w1";
    for (int i = 1; i <= 3; ++i) {
      v1::RosterEntry entry;
      entry.set_site(absl::StrCat("sites/site-0", i));
      entry.set_display_name(absl::StrCat("Community 0", i));
      entry.set_active(true);
      made->sites.Add(entry);
      made->respondents.emplace(absl::StrCat("site-0", i), entry.site());
    }
    return made;
  }();
  return context;
}

std::string NamesOf(const std::vector<v1::CodedExcerpt>& excerpts) {
  std::string names;
  for (const v1::CodedExcerpt& excerpt : excerpts) absl::StrAppend(&names, excerpt.name(), "\n");
  return names;
}

}  // namespace

void CheckExcerpts(absl::string_view input) {
  static const InstrumentIndex& instrument = *new InstrumentIndex(ExampleInstrument());
  ExcerptReader reader(TheContext(), instrument, "amara");
  reader.Read(input);
  v1::Import told;
  reader.problems().CopyTo(told);
  for (const v1::ImportProblem& problem : told.problems()) {
    Require(!problem.reason().empty() && !problem.message().empty(), "a problem says nothing");
    Require(IsText(problem.message()) && IsText(problem.value()) && IsText(problem.header()),
            "a problem holds what is no text");
  }
  if (reader.problems().errors() > 0) return;
  const std::vector<v1::CodedExcerpt> excerpts = reader.excerpts();
  Require(!excerpts.empty(), "nothing comes of a file without an error");
  std::set<std::string> names;
  for (const v1::CodedExcerpt& excerpt : excerpts) {
    Require(names.insert(excerpt.name()).second, "two excerpts have one name");
    Require(absl::StartsWith(excerpt.site(), "sites/site-0"), "a site is not on the roster");
    Require(!excerpt.code().empty() && !excerpt.coder().empty() && !excerpt.text().empty(),
            "an excerpt lacks what it needs");
    Require(IsText(excerpt.code()) && IsText(excerpt.coder()) && IsText(excerpt.text()),
            "an excerpt is no text");
  }
  ExcerptReader again(TheContext(), instrument, "amara");
  again.Read(input);
  Require(NamesOf(again.excerpts()) == NamesOf(excerpts), "a file is read in two ways");
  if (CheckCodingSize(excerpts).ok()) {
    Require(Summarize(excerpts).passage_count() > 0, "a summary counts nothing");
  }
}

}  // namespace weft::ingestion
