#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registry/domain/taxonomy.h"
#include "tests/services/registry/examples.h"
#include "tests/testing/errors.h"

namespace weft::registry {
namespace {

using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;
using testing::Violates;
using testing::Violation;

v1::CreateTaxonomyRequest CreateOf(const v1::Taxonomy& taxonomy) {
  v1::CreateTaxonomyRequest request;
  *request.mutable_taxonomy() = taxonomy;
  return request;
}

v1::Taxonomy Published(const std::string& name, int version = 1) {
  v1::Taxonomy taxonomy = ExampleTaxonomy(version);
  taxonomy.set_name(name);
  taxonomy.set_state(v1::Taxonomy::STATE_PUBLISHED);
  return taxonomy;
}

TEST(TaxonomyRules, ExampleIsValid) {
  EXPECT_THAT(ValidateCreate(CreateOf(ExampleTaxonomy())), IsOk());
}

TEST(TaxonomyRules, EmptyCreateNamesWhatIsMissing) {
  EXPECT_THAT(ValidateCreate(v1::CreateTaxonomyRequest()), Violates("taxonomy"));
}

TEST(TaxonomyRules, SaysEverythingAtOnce) {
  v1::Taxonomy taxonomy;
  taxonomy.set_supersedes("lab-2024");
  taxonomy.set_description(std::string(4001, 'a'));
  v1::PartnerType* type = taxonomy.add_types();
  type->set_code("K12");
  type->set_description(std::string(1001, 'a'));
  v1::CreateTaxonomyRequest request = CreateOf(taxonomy);
  request.set_taxonomy_id("-");
  EXPECT_THAT(ValidateCreate(request),
              Violates("taxonomy_id", "taxonomy.display_name", "taxonomy.family",
                       "taxonomy.version", "taxonomy.supersedes", "taxonomy.description",
                       "taxonomy.types[0].code", "taxonomy.types[0].display_name",
                       "taxonomy.types[0].description", "taxonomy.types[0].provenance"));
}

TEST(TaxonomyRules, FamilyIsAnId) {
  v1::Taxonomy taxonomy = ExampleTaxonomy();
  taxonomy.set_family("The Lab");
  EXPECT_THAT(ValidateTaxonomy(taxonomy), Violates("taxonomy.family"));
}

TEST(TaxonomyRules, CodesFollowThePattern) {
  const std::string longest = "a" + std::string(40, '9');
  EXPECT_THAT(ValidateCreate(CreateOf(ExampleTaxonomy(1, {"a", "k12_school", "a_", longest}))),
              IsOk());
  EXPECT_THAT(ValidateCreate(
                  CreateOf(ExampleTaxonomy(1, {"", "1a", "_a", "A", "a-b", longest + "9", "é"}))),
              Violates("taxonomy.types[0].code", "taxonomy.types[1].code", "taxonomy.types[2].code",
                       "taxonomy.types[3].code", "taxonomy.types[4].code", "taxonomy.types[5].code",
                       "taxonomy.types[6].code"));
}

TEST(TaxonomyRules, CodesAreUnique) {
  const absl::Status status =
      ValidateCreate(CreateOf(ExampleTaxonomy(1, {"cbo", "library", "cbo", "cbo"})));
  EXPECT_THAT(status, Violates("taxonomy.types[2].code", "taxonomy.types[3].code"));
  EXPECT_THAT(Violation(status, "taxonomy.types[3].code"), HasSubstr("as in taxonomy.types[0]"));
}

TEST(TaxonomyRules, HoldsAtMost200Types) {
  v1::Taxonomy taxonomy = ExampleTaxonomy(1, {});
  for (int i = 0; i < 200; ++i) {
    *taxonomy.add_types() = ExampleTaxonomy(1, {absl::StrCat("t", i)}).types(0);
  }
  EXPECT_THAT(ValidateCreate(CreateOf(taxonomy)), IsOk());
  *taxonomy.add_types() = ExampleTaxonomy(1, {"one_more"}).types(0);
  EXPECT_THAT(ValidateCreate(CreateOf(taxonomy)), Violates("taxonomy.types"));
}

TEST(TaxonomyRules, UnknownProvenanceIsRefused) {
  v1::Taxonomy taxonomy = ExampleTaxonomy();
  taxonomy.mutable_types(1)->set_provenance(static_cast<v1::PartnerType::Provenance>(7));
  EXPECT_THAT(ValidateCreate(CreateOf(taxonomy)), Violates("taxonomy.types[1].provenance"));
}

TEST(TaxonomyRules, NewTaxonomyIsADraft) {
  v1::CreateTaxonomyRequest request = CreateOf(Published("taxonomies/other"));
  request.mutable_taxonomy()->set_uid("mine");
  const v1::Taxonomy taxonomy = NewTaxonomy(request, "lab-2025");
  EXPECT_EQ(taxonomy.name(), "taxonomies/lab-2025");
  EXPECT_EQ(taxonomy.state(), v1::Taxonomy::STATE_DRAFT);
  EXPECT_EQ(taxonomy.uid(), "");
}

TEST(TaxonomyRules, UpdateIsChecked) {
  v1::Taxonomy taxonomy = ExampleTaxonomy();
  EXPECT_THAT(ValidateTaxonomy(taxonomy), IsOk());
  taxonomy.clear_display_name();
  EXPECT_THAT(ValidateTaxonomy(taxonomy), Violates("taxonomy.display_name"));
}

TEST(TaxonomyRules, FamilyAndVersionIdentify) {
  EXPECT_EQ(FamilyVersion(ExampleTaxonomy(2)), "lab/2");
}

TEST(TaxonomyRules, SupersedesAPublishedLowerVersionOfItsFamily) {
  const v1::Taxonomy taxonomy = ExampleTaxonomy(2);
  v1::Taxonomy superseded = Published("taxonomies/lab-1", 1);
  EXPECT_THAT(CheckSupersedes(taxonomy, superseded), IsOk());

  superseded.set_version(2);
  EXPECT_THAT(CheckSupersedes(taxonomy, superseded), Violates("taxonomy.supersedes"));
  superseded.set_version(3);
  EXPECT_THAT(CheckSupersedes(taxonomy, superseded), Violates("taxonomy.supersedes"));

  superseded.set_version(1);
  superseded.set_family("hsds");
  EXPECT_THAT(Violation(CheckSupersedes(taxonomy, superseded), "taxonomy.supersedes"),
              HasSubstr("crosswalk"));

  superseded.set_family("lab");
  superseded.set_state(v1::Taxonomy::STATE_DRAFT);
  EXPECT_THAT(CheckSupersedes(taxonomy, superseded),
              IsError(absl::StatusCode::kFailedPrecondition, "TAXONOMY_NOT_PUBLISHED"));
}

TEST(TaxonomyRules, PublishingFixesADraft) {
  v1::Taxonomy taxonomy = ExampleTaxonomy();
  taxonomy.set_name("taxonomies/lab-2025");
  taxonomy.set_state(v1::Taxonomy::STATE_DRAFT);
  EXPECT_THAT(CheckDraft(taxonomy), IsOk());
  EXPECT_THAT(CheckPublished(taxonomy),
              IsError(absl::StatusCode::kFailedPrecondition, "TAXONOMY_NOT_PUBLISHED"));

  EXPECT_THAT(Publish(taxonomy), IsOk());
  EXPECT_TRUE(IsPublished(taxonomy));
  EXPECT_THAT(CheckPublished(taxonomy), IsOk());
  const absl::Status status = CheckDraft(taxonomy);
  EXPECT_THAT(status, IsError(absl::StatusCode::kFailedPrecondition, "TAXONOMY_PUBLISHED"));
  EXPECT_THAT(status.message(), HasSubstr("create a new taxonomy"));
}

TEST(TaxonomyRules, EmptyListIsNotPublished) {
  v1::Taxonomy taxonomy = ExampleTaxonomy(1, {});
  EXPECT_THAT(Publish(taxonomy), IsError(absl::StatusCode::kFailedPrecondition, "TAXONOMY_EMPTY"));
  EXPECT_FALSE(IsPublished(taxonomy));
}

}  // namespace
}  // namespace weft::registry
