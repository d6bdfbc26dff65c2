#include "services/ingestion/domain/revision_diff.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/domain/answer_values.h"
#include "tests/services/ingestion/example.h"

namespace weft::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

v1::ResponseRevision Revision(int number, const std::string& contributor,
                              const std::string& answers) {
  v1::ResponseRevision revision;
  revision.set_revision(number);
  revision.set_contributor(contributor);
  *revision.mutable_answers() = FromText<v1::Answers>(answers);
  return revision;
}

// "students: 1 -> 2, revision 3 by ben".
std::vector<std::string> Texts(const RevisionDiff& diff) {
  std::vector<std::string> texts;
  const auto text = [](const v1::AnswerChange& change, bool old) {
    if (old ? !change.has_old_value() : !change.has_new_value()) return std::string("nothing");
    std::string value = (old ? change.old_value() : change.new_value()).ShortDebugString();
    return value;
  };
  for (const v1::AnswerChange& change : diff.Changes(InstrumentIndex(ExampleInstrument()))) {
    texts.push_back(absl::StrCat(change.answer(), ": ", text(change, true), " -> ",
                                 text(change, false), ", revision ", change.revision(), " by ",
                                 change.contributor()));
  }
  return texts;
}

TEST(RevisionDiffTest, NamesEachAnswerThatDiffersAndWhoMadeItSo) {
  RevisionDiff diff(FromText<v1::Answers>(R"pb(
    partner_cells {
      partner_type: "cbo"
      partners { min: 3 max: 3 }
      level: INTERACTION_LEVEL_COOPERATION
    }
    items { question: "students" number: 1 }
  )pb"));
  diff.Add(Revision(3, "amara", R"pb(
    partner_cells {
      partner_type: "cbo"
      partners { min: 3 max: 3 }
      level: INTERACTION_LEVEL_COORDINATION
    }
    items { question: "students" number: 2 }
  )pb"));
  diff.Add(Revision(4, "ben", R"pb(
    partner_cells {
      partner_type: "cbo"
      partners { min: 3 max: 3 }
      level: INTERACTION_LEVEL_COORDINATION
      includes_self: false
    }
    shared_responsibility { missing: MISSING_REASON_REFUSED }
  )pb"));
  EXPECT_THAT(Texts(diff),
              ElementsAre("cbo.level: level: INTERACTION_LEVEL_COOPERATION -> level: "
                          "INTERACTION_LEVEL_COORDINATION, revision 3 by amara",
                          "cbo.includes_self: nothing -> includes_self: false, revision 4 by ben",
                          "shared_responsibility: nothing -> missing: MISSING_REASON_REFUSED, "
                          "revision 4 by ben",
                          "students: number: 1 -> nothing, revision 4 by ben"));
}

TEST(RevisionDiffTest, WhatWasChangedBackDoesNotDiffer) {
  RevisionDiff diff(FromText<v1::Answers>(R"pb(items { question: "students" number: 1 })pb"));
  EXPECT_THAT(Texts(diff), IsEmpty());
  diff.Add(Revision(2, "amara", R"pb(items { question: "students" number: 2 })pb"));
  EXPECT_THAT(Texts(diff), SizeIs(1));
  diff.Add(Revision(3, "ben", R"pb(items { question: "students" number: 1 })pb"));
  EXPECT_THAT(Texts(diff), IsEmpty());
}

TEST(RevisionDiffTest, KindsOfMissingDiffer) {
  const std::vector<std::string> kinds = {
      "level: INTERACTION_LEVEL_NO_INTERACTION",      "level_missing: MISSING_REASON_NOT_ASKED",
      "level_missing: MISSING_REASON_DONT_KNOW",      "level_missing: MISSING_REASON_REFUSED",
      "level_missing: MISSING_REASON_NOT_APPLICABLE", ""};
  const auto cell = [](const std::string& kind) {
    return kind.empty() ? std::string()
                        : absl::StrCat("partner_cells { partner_type: \"cbo\" ", kind, " }");
  };
  for (const std::string& from : kinds) {
    for (const std::string& to : kinds) {
      RevisionDiff diff(FromText<v1::Answers>(cell(from)));
      diff.Add(Revision(2, "", cell(to)));
      EXPECT_THAT(Texts(diff), SizeIs(from == to ? 0 : 1)) << from << " to " << to;
    }
  }
}

}  // namespace
}  // namespace weft::ingestion
