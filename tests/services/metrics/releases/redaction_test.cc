#include "services/metrics/domain/releases/redaction.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/metrics/domain/releases/publication.h"
#include "tests/services/metrics/releases/release_example.h"

namespace weft::metrics {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kResponse[] = "waves/w1/responses/s1";
constexpr char kAnswer[] = "waves/w1/responses/s1/openAnswers/barriers";
constexpr char kOther[] = "waves/w1/responses/s2/openAnswers/barriers";

v1::FindingQuote QuoteOf(const std::string& name, const std::string& text) {
  v1::FindingQuote quote;
  quote.set_open_answer(name);
  quote.set_question("barriers");
  quote.set_text(text);
  return quote;
}

ingestion::v1::Quote Cleared(const std::string& text, const std::string& name = "") {
  ingestion::v1::Quote quote;
  quote.set_open_answer(name);
  quote.set_question("barriers");
  quote.set_text(text);
  return quote;
}

class RedactionTest : public ::testing::Test {
 protected:
  RedactionTest() : release_(DraftRelease()), finding_(FindingOf(release_, "Buses are few.")) {
    for (const char* id : {"s1", "s2"}) {
      v1::PinnedResponse& response = *release_.mutable_manifest()->add_responses();
      response.set_name(std::string("waves/w1/responses/") + id);
      response.set_respondent(std::string("sites/") + id);
      ingestion::v1::RosterEntry& entry = *pin_.add_roster();
      entry.set_site(response.respondent());
      entry.set_display_name(std::string("Town ") + id);
      entry.set_neutral_label(std::string("Site ") + id);
    }
    *finding_.add_quotes() = QuoteOf(kAnswer, "Buses.");
    *finding_.add_quotes() = QuoteOf(kOther, "Money.");
    words_.quotes = {Cleared("Buses."), Cleared("Money.", kOther)};
  }

  void Erase(const std::string& subject) { words_.erasures.emplace_back().set_subject(subject); }

  v1::Release release_;
  store::v1::ReleasePin pin_;
  v1::Finding finding_;
  SourceWords words_;
};

TEST_F(RedactionTest, NothingIsDueOfWhatMayBeQuoted) {
  EXPECT_TRUE(FindDue(release_, {finding_}, words_).empty());
}

TEST_F(RedactionTest, AnErasedResponseTakesItsQuotesWithIt) {
  Erase(kResponse);
  const DueRedactions due = FindDue(release_, {finding_}, words_);
  EXPECT_THAT(due.responses, ElementsAre(kResponse));
  EXPECT_THAT(due.erased_quotes, ElementsAre(kAnswer));
  EXPECT_THAT(due.withdrawn_quotes, IsEmpty());
  NoteRedactions(due, absl::UnixEpoch(), release_);
  EXPECT_TRUE(RedactFinding(due, finding_));
  ASSERT_EQ(finding_.quotes_size(), 1);
  EXPECT_EQ(finding_.quotes(0).open_answer(), kOther);
  EXPECT_THAT(RedactedResponses(release_), ElementsAre(kResponse));
  EXPECT_TRUE(FindDue(release_, {finding_}, words_).empty()) << "once is enough";
  const v1::Publication publication = MakePublication(release_, {finding_}, {});
  EXPECT_EQ(publication.erased_rows(), 1);
  EXPECT_EQ(publication.withdrawn_quotes(), 1);
}

TEST_F(RedactionTest, ErasedContributorsTakeNoRows) {
  Erase(std::string(kResponse) + "/contributors/p1");
  EXPECT_TRUE(FindDue(release_, {finding_}, words_).empty());
}

TEST_F(RedactionTest, ResponsesThatDidNotCountAreNoMatter) {
  Erase("waves/w1/responses/s9");
  EXPECT_TRUE(FindDue(release_, {finding_}, words_).empty());
}

TEST_F(RedactionTest, WithdrawnOrRewordedClearanceTakesTheQuote) {
  words_.quotes = {Cleared("Buses, rarely."), Cleared("Money.", kAnswer)};
  const DueRedactions due = FindDue(release_, {finding_}, words_);
  EXPECT_THAT(due.withdrawn_quotes, ElementsAre(kAnswer, kOther));
  EXPECT_THAT(due.responses, IsEmpty());
}

TEST_F(RedactionTest, RowsGoByNameAndByLabel) {
  v1::WaveContent content;
  auto& networks = *content.add_figures()->mutable_networks();
  networks.add_sites()->set_label("Site s1");
  networks.add_sites()->set_label("Site s2");
  auto& model = *content.add_figures()->mutable_model();
  model.add_points()->set_label("Site s1");
  v1::ModelPoint& named = *model.add_points();
  named.set_site("sites/s2");
  named.set_label("Site s1");
  EXPECT_EQ(RedactContent(release_, pin_, {}, content), 0);
  EXPECT_EQ(RedactContent(release_, pin_, {kResponse}, content), 1);
  ASSERT_EQ(content.figures(0).networks().sites_size(), 1);
  EXPECT_EQ(content.figures(0).networks().sites(0).label(), "Site s2");
  ASSERT_EQ(content.figures(1).model().points_size(), 1);
  EXPECT_EQ(content.figures(1).model().points(0).site(), "sites/s2") << "another's name";
}

TEST_F(RedactionTest, NamedSitesGoByTheirName) {
  pin_.mutable_roster(0)->set_naming(registry::v1::Site::NAMING_NAMED);
  v1::WaveContent content;
  v1::SiteNetwork& row = *content.add_figures()->mutable_networks()->add_sites();
  row.set_site("sites/s1");
  row.set_label("Town s1");
  EXPECT_EQ(RedactContent(release_, pin_, {kResponse}, content), 1);
  EXPECT_EQ(content.figures(0).networks().sites_size(), 0);
}

}  // namespace
}  // namespace weft::metrics
