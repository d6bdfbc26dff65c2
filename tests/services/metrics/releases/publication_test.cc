#include "services/metrics/domain/releases/publication.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/metrics/releases/release_example.h"
#include "tests/testing/errors.h"

namespace weft::metrics {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::Not;

v1::Release Published() {
  v1::Release release = DraftRelease();
  release.set_content_hash("c0ffee");
  v1::PinnedResponse& response = *release.mutable_manifest()->add_responses();
  response.set_name("waves/w1/responses/secret-site");
  response.set_sha256("abcd");
  return release;
}

TEST(Publication, KeepsDissentAndNamesNobody) {
  v1::Release release = Published();
  v1::Finding finding = FindingOf(release, "All collaborate.");
  release.set_state(v1::Release::STATE_IN_REVIEW);
  release.set_review_round(1);
  ASSERT_THAT(TakeStance(release, v1::FindingStance::STANCE_CONTESTS,
                         By(kRepresentative, "Not with us."), finding),
              IsOk());
  v1::FindingQuote& quote = *finding.add_quotes();
  quote.set_open_answer("waves/w1/responses/secret-site/openAnswers/barriers");
  quote.set_text("Buses.");
  quote.set_attribution_line("Cohort member");
  const v1::Publication publication = MakePublication(release, {finding}, {});
  ASSERT_EQ(publication.findings_size(), 1);
  const v1::PublishedFinding& told = publication.findings(0);
  EXPECT_EQ(told.stances(0).stance(), v1::FindingStance::STANCE_CONTESTS);
  EXPECT_EQ(told.stances(0).role(), v1::REVIEWER_ROLE_COMMUNITY_REPRESENTATIVE);
  EXPECT_EQ(told.stances(0).note(), "Not with us.");
  EXPECT_EQ(told.quotes(0).text(), "Buses.");
  EXPECT_EQ(publication.content_hash(), "c0ffee");
  const std::string everything = publication.DebugString();
  EXPECT_THAT(everything, Not(HasSubstr("secret-site")));
  EXPECT_THAT(everything, Not(HasSubstr(kRepresentative)));
  EXPECT_THAT(everything, Not(HasSubstr(release.hash_salt())));
}

TEST(Publication, TellsNumbersAsThePublicMayKnowThem) {
  const v1::Release release = Published();
  v1::Finding finding = FindingOf(release, "All collaborate.");
  v1::FindingReference& reference = *finding.add_references();
  reference.set_metric("D1");
  reference.set_number("richness.mean");
  reference.mutable_estimate()->set_value(3);
  v1::WaveContent content;
  content.mutable_summary()->mutable_richness()->mutable_mean()->mutable_suppressed()->set_reason(
      "few");
  const v1::Publication publication = MakePublication(release, {finding}, content);
  EXPECT_TRUE(publication.findings(0).references(0).estimate().has_suppressed());
}

TEST(Publication, TellsEarlierStatementsThatWereReviewed) {
  v1::Release release = Published();
  v1::Finding finding = FindingOf(release, "Half collaborate.");
  finding.add_wordings()->set_statement("Nobody saw this.");
  v1::FindingWording& seen = *finding.add_wordings();
  seen.set_statement("All collaborate.");
  seen.set_review_round(1);
  EXPECT_THAT(MakePublication(release, {finding}, {}).findings(0).earlier_statements(),
              ElementsAre("All collaborate."));
}

TEST(Publication, TheManifestsHashIsOfAllOfIt) {
  v1::Release release = Published();
  const auto hash = [&] { return MakePublication(release, {}, {}).manifest().manifest_hash(); };
  const std::string before = hash();
  release.mutable_manifest()->mutable_positions()->set_ingestion("later");
  EXPECT_EQ(hash(), before);
  release.mutable_manifest()->mutable_responses(0)->set_sha256("dcba");
  EXPECT_NE(hash(), before);
}

ToldSites Told(SiteSet counted, SiteSet shown = {}) {
  return {.counted = std::move(counted), .shown = std::move(shown)};
}

TEST(SinglesOut, OneMoreSiteIsTooFew) {
  v1::Release release = DraftRelease();
  release.mutable_policy()->set_minimum_cell(3);
  const SiteSet seven = {"sites/a", "sites/b", "sites/c", "sites/d",
                         "sites/e", "sites/f", "sites/g"};
  SiteSet eight = seven;
  eight.push_back("sites/h");
  EXPECT_THAT(CheckSinglesOut(release, {Told(seven), Told(seven)}), IsOk());
  const absl::Status refused = CheckSinglesOut(release, {Told(eight), Told(seven)});
  EXPECT_THAT(refused, IsError(absl::StatusCode::kFailedPrecondition, "PUBLICATION_SINGLES_OUT"));
  EXPECT_THAT(std::string(refused.message()), Not(HasSubstr("sites/h")));
  release.mutable_policy()->set_minimum_cell(1);
  EXPECT_THAT(CheckSinglesOut(release, {Told(eight), Told(seven)}), IsOk());
}

TEST(SinglesOut, WhoIsNamedEverywhereHasNothingToLose) {
  v1::Release release = DraftRelease();
  release.mutable_policy()->set_minimum_cell(3);
  const SiteSet named = {"sites/a", "sites/b"};
  EXPECT_THAT(CheckSinglesOut(release, {Told(named, named), Told(named, named)}), IsOk());
}

TEST(SinglesOut, WhoIsShownFollowsThePolicy) {
  v1::Release release = DraftRelease();
  store::v1::ReleasePin pin;
  for (const char* site : {"sites/a", "sites/b"}) {
    pin.add_counted_sites(site);
    ingestion::v1::RosterEntry& entry = *pin.add_roster();
    entry.set_site(site);
  }
  pin.mutable_roster(1)->set_naming(registry::v1::Site::NAMING_NAMED);
  release.mutable_policy()->set_site_rows(v1::SITE_ROWS_NAMED);
  EXPECT_THAT(TellOf(release, pin).shown, ElementsAre("sites/b"));
  release.mutable_policy()->set_site_rows(v1::SITE_ROWS_ALL);
  EXPECT_THAT(TellOf(release, pin).shown, ElementsAre("sites/a", "sites/b"));
  release.mutable_policy()->set_site_rows(v1::SITE_ROWS_NONE);
  EXPECT_THAT(TellOf(release, pin).shown, IsEmpty());
  EXPECT_THAT(TellOf(release, pin).counted, ElementsAre("sites/a", "sites/b"));
}

}  // namespace
}  // namespace weft::metrics
