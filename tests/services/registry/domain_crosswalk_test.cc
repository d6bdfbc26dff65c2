#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registry/domain/crosswalk.h"
#include "tests/services/registry/examples.h"
#include "tests/testing/errors.h"

namespace weft::registry {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;
using ::testing::Not;
using testing::Violates;
using testing::Violation;

using Mapping = v1::CrosswalkMapping;

v1::Taxonomy Published(const std::string& name, const std::vector<std::string>& codes) {
  v1::Taxonomy taxonomy = ExampleTaxonomy(1, codes);
  taxonomy.set_name(name);
  taxonomy.set_state(v1::Taxonomy::STATE_PUBLISHED);
  return taxonomy;
}

void Map(v1::Crosswalk& crosswalk, const std::string& from, Mapping::Relation relation,
         const std::vector<std::string>& to) {
  Mapping* mapping = crosswalk.add_mappings();
  mapping->set_from_code(from);
  mapping->set_relation(relation);
  for (const std::string& code : to) mapping->add_to_codes(code);
}

class CrosswalkRules : public ::testing::Test {
 protected:
  absl::Status Validate() const { return ValidateCrosswalk(crosswalk_, from_, to_); }

  v1::Taxonomy from_ = Published("taxonomies/lab-1", {"school", "arts", "funder"});
  v1::Taxonomy to_ = Published("taxonomies/lab-2", {"k12", "music", "theatre"});
  v1::Crosswalk crosswalk_;
};

TEST_F(CrosswalkRules, MapsEachCodeOnce) {
  Map(crosswalk_, "school", Mapping::RELATION_EXACT, {"k12"});
  Map(crosswalk_, "arts", Mapping::RELATION_SPLIT, {"music", "theatre"});
  Map(crosswalk_, "funder", Mapping::RELATION_NONE, {});
  EXPECT_THAT(Validate(), IsOk());
  // Several sources may be part of one target.
  crosswalk_.clear_mappings();
  Map(crosswalk_, "funder", Mapping::RELATION_NARROWER, {"k12"});
  Map(crosswalk_, "arts", Mapping::RELATION_NARROWER, {"k12"});
  Map(crosswalk_, "school", Mapping::RELATION_NARROWER, {"k12"});
  EXPECT_THAT(Validate(), IsOk());
}

TEST_F(CrosswalkRules, NamesTheCodesThatAreNotMapped) {
  Map(crosswalk_, "arts", Mapping::RELATION_NONE, {});
  EXPECT_THAT(Validate(), Violates("crosswalk.mappings"));
  EXPECT_THAT(
      Violation(Validate(), "crosswalk.mappings"),
      AllOf(HasSubstr("school, funder"), Not(HasSubstr("arts")), HasSubstr("RELATION_NONE")));
}

TEST_F(CrosswalkRules, NamesAFewOfManyMissingCodes) {
  std::vector<std::string> codes;
  for (int i = 0; i < 20; ++i) codes.push_back(absl::StrCat("code_", i));
  from_ = Published("taxonomies/lab-1", codes);
  EXPECT_THAT(Violation(Validate(), "crosswalk.mappings"), HasSubstr("code_18, code_19;"));
  for (int i = 20; i < 200; ++i) codes.push_back(absl::StrCat("code_", i));
  from_ = Published("taxonomies/lab-1", codes);
  const std::string violation = Violation(Validate(), "crosswalk.mappings");
  EXPECT_THAT(violation, AllOf(HasSubstr("200"), HasSubstr("code_19"), Not(HasSubstr("code_20"))));
}

TEST_F(CrosswalkRules, SaysEverythingAtOnce) {
  crosswalk_.set_display_name(std::string(64, 'a'));
  Map(crosswalk_, "school", Mapping::RELATION_EXACT, {"k12"});
  Map(crosswalk_, "school", Mapping::RELATION_EXACT, {"k12"});
  Map(crosswalk_, "", Mapping::RELATION_UNSPECIFIED, {});
  Map(crosswalk_, "zoo", static_cast<Mapping::Relation>(8), {});
  Map(crosswalk_, "arts", Mapping::RELATION_SPLIT, {"music", "music", "zoo"});
  Map(crosswalk_, "funder", Mapping::RELATION_NONE, {});
  crosswalk_.mutable_mappings(5)->set_note(std::string(1001, 'a'));
  EXPECT_THAT(Validate(),
              Violates("crosswalk.display_name", "crosswalk.mappings[1].from_code",
                       "crosswalk.mappings[2].from_code", "crosswalk.mappings[2].relation",
                       "crosswalk.mappings[3].from_code", "crosswalk.mappings[3].relation",
                       "crosswalk.mappings[4].to_codes[1]", "crosswalk.mappings[4].to_codes[2]",
                       "crosswalk.mappings[5].note"));
}

TEST_F(CrosswalkRules, CountsFitTheRelation) {
  Map(crosswalk_, "school", Mapping::RELATION_EXACT, {});
  Map(crosswalk_, "arts", Mapping::RELATION_SPLIT, {"music"});
  Map(crosswalk_, "funder", Mapping::RELATION_NONE, {"k12"});
  EXPECT_THAT(Validate(),
              Violates("crosswalk.mappings[0].to_codes", "crosswalk.mappings[1].to_codes",
                       "crosswalk.mappings[2].to_codes"));
  crosswalk_.clear_mappings();
  Map(crosswalk_, "school", Mapping::RELATION_EXACT, {"music", "theatre"});
  Map(crosswalk_, "arts", Mapping::RELATION_NARROWER, {"music", "theatre"});
  Map(crosswalk_, "funder", Mapping::RELATION_NARROWER, {});
  EXPECT_THAT(Validate(),
              Violates("crosswalk.mappings[0].to_codes", "crosswalk.mappings[1].to_codes",
                       "crosswalk.mappings[2].to_codes"));
  EXPECT_THAT(Violation(Validate(), "crosswalk.mappings[0].to_codes"),
              HasSubstr("has 2 and must have exactly one code with RELATION_EXACT"));
}

TEST_F(CrosswalkRules, BothEndsArePublished) {
  from_.set_state(v1::Taxonomy::STATE_DRAFT);
  EXPECT_THAT(Validate(), IsError(absl::StatusCode::kFailedPrecondition, "TAXONOMY_NOT_PUBLISHED"));
  from_.set_state(v1::Taxonomy::STATE_PUBLISHED);
  to_.set_state(v1::Taxonomy::STATE_DRAFT);
  EXPECT_THAT(Validate(), IsError(absl::StatusCode::kFailedPrecondition, "TAXONOMY_NOT_PUBLISHED"));
}

TEST_F(CrosswalkRules, RequestNamesTwoTaxonomies) {
  v1::CreateCrosswalkRequest request;
  EXPECT_THAT(ValidateCreate(request), Violates("parent", "crosswalk_id", "crosswalk"));
  request.set_parent("taxonomies/lab-1");
  request.set_crosswalk_id("lab-1");
  request.mutable_crosswalk();
  EXPECT_THAT(ValidateCreate(request), Violates("crosswalk_id"));
  request.set_crosswalk_id("lab-2");
  EXPECT_THAT(ValidateCreate(request), IsOk());
  request.mutable_crosswalk()->set_name("mine");
  request.mutable_crosswalk()->set_uid("mine");
  EXPECT_EQ(NewCrosswalk(request).name(), "taxonomies/lab-1/crosswalks/lab-2");
  EXPECT_EQ(NewCrosswalk(request).uid(), "");
}

TEST_F(CrosswalkRules, NameSaysFromWhereToWhere) {
  crosswalk_.set_name("taxonomies/lab-1/crosswalks/lab-2");
  EXPECT_EQ(SourceOf(crosswalk_), "taxonomies/lab-1");
  EXPECT_EQ(TargetOf(crosswalk_), "taxonomies/lab-2");
}

TEST_F(CrosswalkRules, ListIsOfOneTaxonomyOrAll) {
  v1::ListCrosswalksRequest request;
  EXPECT_THAT(ValidateList(request), Violates("parent"));
  request.set_parent("taxonomies/-");
  EXPECT_THAT(ValidateList(request), IsOk());
  request.set_parent("taxonomies/lab-1");
  EXPECT_THAT(ValidateList(request), IsOk());
}

}  // namespace
}  // namespace weft::registry
