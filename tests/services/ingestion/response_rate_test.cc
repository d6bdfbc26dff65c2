#include "services/ingestion/domain/response_rate.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace weft::ingestion {
namespace {

v1::RosterEntry Entry(const std::string& site, const std::vector<std::string>& cohorts = {},
                      bool active = true) {
  v1::RosterEntry entry;
  entry.set_site(site);
  entry.set_active(active);
  for (const std::string& cohort : cohorts) entry.add_cohorts(cohort);
  return entry;
}

v1::Response Response(const std::string& site, v1::Response::State state, int submitted,
                      int approved) {
  v1::Response response;
  response.set_respondent(site);
  response.set_state(state);
  response.set_submitted_revision(submitted);
  response.set_approved_revision(approved);
  return response;
}

TEST(ResponseRateBook, CountsEachSiteOnceByWhatBecameOfIt) {
  ResponseRateBook book;
  int sites = 0;
  const auto add = [&](v1::Response::State state, int submitted, int approved, bool active = true) {
    const std::string site = absl::StrCat("sites/s", ++sites);
    book.SetEntry(Entry(site, {}, active));
    book.SetResponse(Response(site, state, submitted, approved));
  };
  book.SetEntry(Entry("sites/silent"));
  add(v1::Response::STATE_STARTED, 0, 0);
  add(v1::Response::STATE_STARTED, 1, 1);  // reopened after an approval
  add(v1::Response::STATE_SUBMITTED, 1, 0);
  add(v1::Response::STATE_APPROVED, 2, 2);
  add(v1::Response::STATE_RETURNED, 2, 1);
  add(v1::Response::STATE_WITHDRAWN, 2, 2);
  add(v1::Response::STATE_DECLINED, 0, 0);
  add(v1::Response::STATE_APPROVED, 1, 1, /*active=*/false);

  const v1::ResponseRate rate = book.Rate("");
  EXPECT_EQ(rate.invited(), 8);
  EXPECT_EQ(rate.started(), 5);
  EXPECT_EQ(rate.submitted(), 4);
  EXPECT_EQ(rate.approved(), 3);
  EXPECT_EQ(rate.returned(), 1);
  EXPECT_EQ(rate.withdrawn(), 1);
  EXPECT_EQ(rate.declined(), 1);
  EXPECT_DOUBLE_EQ(rate.submitted_rate().value(), 0.5);
  EXPECT_EQ(rate.submitted_rate().numerator(), 4);
  EXPECT_EQ(rate.submitted_rate().n(), 8);
  EXPECT_EQ(rate.submitted_rate().base_size(), 8);
  EXPECT_EQ(rate.submitted_rate().base(), type::v1::BASE_INVITED);
  EXPECT_DOUBLE_EQ(rate.submitted_rate().low(), 0.5);
  EXPECT_DOUBLE_EQ(rate.approved_rate().value(), 0.375);
  EXPECT_EQ(book.size(), 9);
}

TEST(ResponseRateBook, ARateOfNobodyIsUndefined) {
  ResponseRateBook book;
  book.SetEntry(Entry("sites/a"));
  for (const v1::ResponseRate& rate : {ResponseRateBook().Rate(""), book.Rate("cohorts/none")}) {
    EXPECT_EQ(rate.submitted_rate().undefined().reason(), type::v1::UNDEFINED_REASON_EMPTY_BASE);
    EXPECT_EQ(rate.approved_rate().outcome_case(), type::v1::Estimate::kUndefined);
  }
}

TEST(ResponseRateBook, TheLastOfEachCountsInAnyOrder) {
  ResponseRateBook book;
  book.SetResponse(Response("sites/a", v1::Response::STATE_SUBMITTED, 1, 0));
  EXPECT_EQ(book.Rate("").submitted(), 0);  // not on the roster so far
  book.SetEntry(Entry("sites/a", {"cohorts/x"}));
  EXPECT_EQ(book.Rate("").submitted(), 1);
  for (int again = 0; again < 2; ++again) {
    book.SetResponse(Response("sites/a", v1::Response::STATE_APPROVED, 1, 1));
    EXPECT_EQ(book.Rate("").submitted(), 1);
    EXPECT_EQ(book.Rate("cohorts/x").approved(), 1);
  }
  book.SetResponse(Response("sites/a", v1::Response::STATE_WITHDRAWN, 1, 1));
  EXPECT_EQ(book.Rate("").submitted(), 0);
  EXPECT_EQ(book.Rate("").withdrawn(), 1);
  book.SetEntry(Entry("sites/a", {"cohorts/x"}, /*active=*/false));
  EXPECT_EQ(book.Rate("").invited(), 0);
  EXPECT_EQ(book.Rate("").withdrawn(), 0);
  book.SetEntry(Entry("sites/a", {"cohorts/x"}));
  EXPECT_EQ(book.Rate("cohorts/x").withdrawn(), 1);
}

TEST(ResponseRateBook, ASiteOfTwoCohortsCountsInEachAndOnceInTheWhole) {
  ResponseRateBook book;
  book.SetEntry(Entry("sites/a", {"cohorts/x"}));
  book.SetEntry(Entry("sites/b", {"cohorts/y", "cohorts/x"}));
  book.SetEntry(Entry("sites/c", {"cohorts/x", "cohorts/y"}));
  EXPECT_EQ(book.Rate("").invited(), 3);
  EXPECT_EQ(book.Rate("cohorts/x").invited(), 3);
  EXPECT_EQ(book.Rate("cohorts/y").invited(), 2);
  book.SetEntry(Entry("sites/c", {"cohorts/y"}));
  EXPECT_EQ(book.Rate("cohorts/x").invited(), 2);
  EXPECT_EQ(book.Rate("cohorts/y").invited(), 2);
}

}  // namespace
}  // namespace weft::ingestion
