// Words, similarity, search and the comparison of organizations, without a server.
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registry/domain/folded_letters.h"
#include "services/registry/domain/organization_duplicates.h"
#include "services/registry/domain/organization_search.h"
#include "services/registry/domain/search_text.h"
#include "tests/services/registry/examples.h"
#include "tests/testing/errors.h"

namespace weft::registry {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using testing::Violates;
using v1::DuplicateReason;
using v1::Organization;
using v1::OrganizationIdentifier;
using v1::OrganizationMatch;

TEST(SearchText, WordsAreSmallLettersWithoutAccents) {
  EXPECT_THAT(Words("Boys & Girls Club (North), Inc."),
              ElementsAre("boys", "and", "girls", "club", "north", "inc"));
  EXPECT_THAT(Words("Saint Mary's – O’Neill"), ElementsAre("saint", "marys", "oneill"));
  EXPECT_THAT(Words("Y.M.C.A. of St. Paul"), ElementsAre("ymca", "of", "st", "paul"));
  EXPECT_THAT(Words("J. B. Smith"), ElementsAre("j", "b", "smith"));
  EXPECT_THAT(Words("U.S. Steel"), ElementsAre("us", "steel"));
  EXPECT_THAT(Words("Škoda Ødegård Łódź straße Æther"),
              ElementsAre("skoda", "odegard", "lodz", "strasse", "aether"));
  // Composed and decomposed, capital and full width.
  EXPECT_EQ(Words("Café"), Words("Cafe\u0301"));
  EXPECT_EQ(Words("ＡＢＣ１２"), Words("abc12"));
  EXPECT_THAT(Words("ШКОЛА Ελλάς"), ElementsAre("школа", "ελλασ"));
  EXPECT_THAT(Words("東京学校 ABC"), ElementsAre("東", "京", "学", "校", "abc"));
  EXPECT_THAT(Words("한국 학교"), ElementsAre("한국", "학교"));
  EXPECT_THAT(Words("…!? \t\n🏫"), IsEmpty());
  EXPECT_THAT(Words("\xff\xfe"), IsEmpty());
  EXPECT_THAT(Words("a\xc3(b\xe2\x82z"), ElementsAre("a", "b", "z"));
}

TEST(SearchText, WordsAreBounded) {
  EXPECT_EQ(Words(std::string(500, 'a')), std::vector<std::string>{std::string(40, 'a')});
  std::string many;
  for (int i = 0; i < 500; ++i) absl::StrAppend(&many, i, " ");
  EXPECT_EQ(Words(many).size(), kMaxWords);
}

TEST(SearchText, FoldedLettersAreInOrder) {
  for (size_t i = 1; i < kFoldedLetterCount; ++i) {
    EXPECT_LT(kFoldedLetters[i - 1].letter, kFoldedLetters[i].letter);
  }
}

TEST(SearchText, WaysOfWritingAWordAreOne) {
  EXPECT_EQ(Canonical("ctr"), "center");
  EXPECT_EQ(Canonical("twelfth"), "12");
  EXPECT_EQ(Canonical("12th"), "12");
  EXPECT_EQ(Canonical("th"), "th");
  EXPECT_EQ(Canonical("library"), "library");
  EXPECT_THAT(WrittenAs("saint"), Contains("st"));
  EXPECT_THAT(WrittenAs("st"), Contains("saint"));
  EXPECT_THAT(WrittenAs("1"), Contains("first"));
}

TEST(SearchText, NamesAreComparedWithoutWhatTheyMayLack) {
  const NameForm form = FormOf("The Boys & Girls Club of St. Paul, Inc.");
  EXPECT_THAT(form.words, ElementsAre("boys", "girls", "club", "saint", "paul"));
  EXPECT_EQ(form.initials, "bgcsp");
  EXPECT_EQ(form.initials_with_fillers, "tbagcosp");
  EXPECT_EQ(NameKey(FormOf("Library of Riverside")), NameKey(FormOf("RIVERSIDE LIBRARY, LLC")));
  EXPECT_THAT(FormOf("PS 12").numbers, ElementsAre("12"));
  EXPECT_THAT(FormOf("North High School").distinctions, ElementsAre("high", "north"));
  // A name that is nothing but fillers or a legal form keeps its words.
  EXPECT_THAT(FormOf("The And").words, ElementsAre("the", "and"));
  EXPECT_THAT(FormOf("Company").words, ElementsAre("company"));
  EXPECT_EQ(FormOf("Library").initials, "");
  EXPECT_THAT(FormOf("").words, IsEmpty());
}

TEST(SearchText, OneEditIsALetterMoreLessOtherOrSwapped) {
  EXPECT_TRUE(WithinOneEdit("library", "library"));
  EXPECT_TRUE(WithinOneEdit("library", "libary"));
  EXPECT_TRUE(WithinOneEdit("libary", "library"));
  EXPECT_TRUE(WithinOneEdit("library", "librarry"));
  EXPECT_TRUE(WithinOneEdit("library", "librery"));
  EXPECT_TRUE(WithinOneEdit("library", "lirbary"));
  EXPECT_TRUE(WithinOneEdit("library", "librar"));
  EXPECT_TRUE(WithinOneEdit("", "a"));
  EXPECT_FALSE(WithinOneEdit("library", "libry"));
  EXPECT_FALSE(WithinOneEdit("abcd", "badc"));
  EXPECT_FALSE(WithinOneEdit("library", "bakery"));
  EXPECT_TRUE(WithinOneEdit("школа", "школо"));
}

// Published values: Winkler, "Advanced Methods for Record Linkage", U.S. Bureau of the Census 1994,
// Table 1, rounded to three places.
TEST(SearchText, JaroWinklerAsPublished) {
  EXPECT_NEAR(JaroWinkler("shackleford", "shackelford"), 0.982, 0.0005);
  EXPECT_NEAR(JaroWinkler("dunningham", "cunnigham"), 0.896, 0.0005);
  EXPECT_NEAR(JaroWinkler("nichleson", "nichulson"), 0.956, 0.0005);
  EXPECT_NEAR(JaroWinkler("jones", "johnson"), 0.832, 0.0005);
  EXPECT_NEAR(JaroWinkler("massey", "massie"), 0.933, 0.0005);
  EXPECT_NEAR(JaroWinkler("abroms", "abrams"), 0.922, 0.0005);
  EXPECT_NEAR(JaroWinkler("martha", "marhta"), 0.961, 0.0005);
  EXPECT_EQ(JaroWinkler("abc", "xyz"), 0);
  EXPECT_EQ(JaroWinkler("", ""), 1);
  EXPECT_EQ(JaroWinkler("a", ""), 0);
}

// By hand: "night" and "nacht" have six trigrams each, of which "  n" and "ht " are common.
TEST(SearchText, TrigramDiceCountsCommonTrigrams) {
  EXPECT_DOUBLE_EQ(TrigramDice("night", "nacht"), 4.0 / 12);
  EXPECT_DOUBLE_EQ(TrigramDice("Night", "night"), 1);
  EXPECT_DOUBLE_EQ(TrigramDice("a b", "b a"), 1);
  EXPECT_DOUBLE_EQ(TrigramDice("", ""), 0);
}

TEST(SearchText, AbbreviationsBeginAlike) {
  EXPECT_TRUE(MayAbbreviate("comm", "community"));
  EXPECT_TRUE(MayAbbreviate("services", "svcs"));
  EXPECT_TRUE(MayAbbreviate("nbhd", "neighborhood"));
  EXPECT_FALSE(MayAbbreviate("art", "arts"));
  EXPECT_FALSE(MayAbbreviate("lit", "library"));
  EXPECT_FALSE(MayAbbreviate("church", "charter"));
}

// --- Search ---

absl::StatusOr<SearchQuery> Query(const std::string& text) {
  v1::SearchOrganizationsRequest request;
  request.set_query(text);
  return ParseSearch(request);
}
std::optional<v1::OrganizationHit> Match(const std::string& text,
                                         const Organization& organization) {
  return MatchOrganization(*Query(text), organization);
}
OrganizationMatch::Kind KindOf(const std::string& text, const Organization& organization) {
  const std::optional<v1::OrganizationHit> hit = Match(text, organization);
  OrganizationMatch::Kind worst = OrganizationMatch::KIND_UNSPECIFIED;
  if (!hit.has_value()) return worst;
  for (const OrganizationMatch& match : hit->matches()) worst = std::max(worst, match.kind());
  return worst;
}

TEST(OrganizationSearch, RefusesWhatIsNoQuery) {
  EXPECT_THAT(Query(""), IsError(absl::StatusCode::kInvalidArgument, "QUERY_INVALID"));
  EXPECT_THAT(Query(" -- \"*\" "), IsError(absl::StatusCode::kInvalidArgument, "QUERY_INVALID"));
  EXPECT_THAT(Query(std::string(201, 'a')),
              IsError(absl::StatusCode::kInvalidArgument, "QUERY_INVALID"));
  EXPECT_THAT(Query(std::string(200, 'a')), IsOk());
  EXPECT_THAT(Query("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16"), IsOk());
  EXPECT_THAT(Query("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17"),
              IsError(absl::StatusCode::kInvalidArgument, "QUERY_INVALID"));
  v1::SearchOrganizationsRequest request;
  request.set_query("library");
  request.set_site("s1");
  request.set_locality(std::string(101, 'x'));
  EXPECT_THAT(ParseSearch(request).status(), Violates("locality", "site"));
}

TEST(OrganizationSearch, SaysHowAWordMatches) {
  const Organization library = ExampleOrganization();
  EXPECT_EQ(KindOf("53-0196605", library), OrganizationMatch::KIND_IDENTIFIER);
  EXPECT_EQ(KindOf("530196605", library), OrganizationMatch::KIND_IDENTIFIER);
  EXPECT_EQ(KindOf("riverside PUBLIC library", library), OrganizationMatch::KIND_WHOLE_NAME);
  EXPECT_EQ(KindOf("riverside pub. lib.", library), OrganizationMatch::KIND_WHOLE_NAME);
  EXPECT_EQ(KindOf("R.P.L.", library), OrganizationMatch::KIND_ACRONYM);
  EXPECT_EQ(KindOf("library", library), OrganizationMatch::KIND_WORDS);
  EXPECT_EQ(KindOf("library riverside", library), OrganizationMatch::KIND_WORDS);
  EXPECT_EQ(KindOf("literacy springfield", library), OrganizationMatch::KIND_WORDS);
  EXPECT_EQ(KindOf("river", library), OrganizationMatch::KIND_PREFIX);
  EXPECT_EQ(KindOf("riversdie", library), OrganizationMatch::KIND_MISSPELLING);
  EXPECT_EQ(KindOf("library riversdie", library), OrganizationMatch::KIND_MISSPELLING);
  EXPECT_EQ(KindOf("library museum", library), OrganizationMatch::KIND_UNSPECIFIED);
  EXPECT_EQ(KindOf("rvier", library), OrganizationMatch::KIND_UNSPECIFIED);
  // Contacts are nobody's to find.
  for (const char* personal : {"Rosa", "Diaz", "rosa@example.org", "0100", "programs"}) {
    EXPECT_EQ(KindOf(personal, library), OrganizationMatch::KIND_UNSPECIFIED) << personal;
  }
}

TEST(OrganizationSearch, NothingOfContactsIsIndexed) {
  Organization with = ExampleOrganization();
  Organization without = with;
  without.clear_contacts();
  const IndexedText a = TextOf(with);
  const IndexedText b = TextOf(without);
  EXPECT_EQ(a.names, b.names);
  EXPECT_EQ(a.others, b.others);
  EXPECT_EQ(a.initials, b.initials);
  EXPECT_EQ(a.keys, b.keys);
}

TEST(OrganizationSearch, BetterKindsHaveHigherScoresInTheirRanges) {
  Organization library = ExampleOrganization();
  double before = 1.1;
  const struct {
    const char* query;
    double low;
    double high;
  } rows[] = {{"53-0196605", 1, 1}, {"riverside public library", 0.9, 1},
              {"rpl", 0.8, 0.9},    {"public library", 0.6, 0.8},
              {"river", 0.4, 0.6},  {"libary", 0.2, 0.4}};
  for (const auto& row : rows) {
    const double score = Match(row.query, library)->score();
    EXPECT_TRUE(score < before || score == 1) << row.query;
    EXPECT_GE(score, row.low) << row.query;
    EXPECT_LE(score, row.high) << row.query;
    before = score;
  }
  // By hand: "public library" has 15 trigrams, all of them among the 25 of the display name.
  EXPECT_NEAR(Match("public library", library)->score(), 0.6 + 0.2 * (1 + 2 * 15.0 / 40) / 2,
              1e-12);
  // The display name counts more than a place, a shorter name more than a longer one.
  EXPECT_GT(Match("library", library)->score(), Match("springfield", library)->score());
  Organization longer = library;
  longer.set_display_name("Riverside Public Library of the Second District");
  EXPECT_GT(Match("library", library)->score(), Match("library", longer)->score());
}

TEST(OrganizationSearch, FiltersAndLeavesOutDeletedAndMergedOnes) {
  Organization library = ExampleOrganization();
  SearchQuery query = *Query("library");
  query.partner_type = "library";
  query.locality = Compact("SPRINGFIELD");
  query.region = "mo";
  EXPECT_TRUE(MatchOrganization(query, library).has_value());
  // All of one place.
  v1::Place* other = library.add_locations();
  other->set_locality("Wichita");
  other->set_region("KS");
  query.locality = "wichita";
  EXPECT_FALSE(MatchOrganization(query, library).has_value());
  query.region = "ks";
  EXPECT_TRUE(MatchOrganization(query, library).has_value());
  query.partner_type = "cbo";
  EXPECT_FALSE(MatchOrganization(query, library).has_value());
  query.partner_type = "";
  library.set_merged_into("organizations/other");
  EXPECT_FALSE(MatchOrganization(query, library).has_value());
  library.clear_merged_into();
  library.mutable_delete_time()->set_seconds(1);
  EXPECT_FALSE(MatchOrganization(query, library).has_value());
}

TEST(OrganizationSearch, HostsAreThoseOfOneOrganization) {
  EXPECT_EQ(OwnHost("https://www.Library.example.org:8080/a?b#c"), "library.example.org");
  EXPECT_EQ(OwnHost("http://user@library.example.org."), "library.example.org");
  EXPECT_EQ(OwnHost("https://www.facebook.com/library"), "");
  EXPECT_EQ(OwnHost(""), "");
}

// --- Duplicates ---

Organization Named(const std::string& name, const std::string& town = "") {
  Organization organization;
  organization.set_name("organizations/" + absl::StrCat(name.size()));
  organization.set_display_name(name);
  if (!town.empty()) organization.add_locations()->set_locality(town);
  return organization;
}
std::vector<DuplicateReason::Kind> Reasons(const Organization& a, const Organization& b) {
  std::vector<DuplicateReason::Kind> kinds;
  const auto pair = ComparePair(a, b, {}, true);
  for (const DuplicateReason& reason : pair.reasons()) {
    kinds.push_back(reason.kind());
  }
  return kinds;
}
double Score(const Organization& a, const Organization& b) {
  return ComparePair(a, b, {}, true).score();
}

// By hand: bits of evidence -7 + 10 + 3 = 6, and 2^6 / (1 + 2^6) = 64/65.
TEST(OrganizationDuplicates, ScoresAreSumsOfEvidence) {
  const Organization a = Named("Riverside Library", "Springfield");
  const Organization b = Named("Library of Riverside, Inc.", "springfield");
  EXPECT_NEAR(Score(a, b), 64.0 / 65, 1e-12);
  EXPECT_THAT(Reasons(a, b),
              ElementsAre(DuplicateReason::KIND_SAME_NAME, DuplicateReason::KIND_SAME_PLACE));
  EXPECT_NEAR(Score(a, Named("Riverside Library")), 8.0 / 9, 1e-12);
  EXPECT_NEAR(Score(a, Named("Riverside Library", "Salem")), 1.0 / 9, 1e-12);
  EXPECT_DOUBLE_EQ(Score(a, b), Score(b, a));
}

TEST(OrganizationDuplicates, WhatSpeaksAgainst) {
  EXPECT_THAT(Reasons(Named("Riverside Valley Public School 12"),
                      Named("Riverside Valley Public School 21")),
              Contains(DuplicateReason::KIND_NUMBER_DIFFERS));
  EXPECT_LT(Score(Named("Riverside School 12", "A"), Named("Riverside School 21", "A")), 0.3);
  EXPECT_THAT(Reasons(Named("Riverside Library"), Named("Riverside Library Foundation")),
              Contains(DuplicateReason::KIND_DISTINCTION_DIFFERS));
  EXPECT_LT(Score(Named("Riverside Library", "A"), Named("Riverside Library Foundation", "A")),
            0.3);
  EXPECT_THAT(
      Reasons(Named("North Salem Elementary School"), Named("South Salem Elementary School")),
      Contains(DuplicateReason::KIND_DISTINCTION_DIFFERS));

  Organization a = Named("Riverside Library", "Springfield");
  Organization b = a;
  a.set_name("organizations/a");
  b.set_name("organizations/b");
  b.set_parent_organization(a.name());
  EXPECT_THAT(Reasons(a, b), Contains(DuplicateReason::KIND_PART_OF_OTHER));
  b.clear_parent_organization();
  const auto add = [](Organization& organization, OrganizationIdentifier::Scheme scheme,
                      const std::string& value) {
    OrganizationIdentifier* identifier = organization.add_identifiers();
    identifier->set_scheme(scheme);
    identifier->set_value(value);
  };
  add(a, OrganizationIdentifier::SCHEME_EIN, "53-0196605");
  add(b, OrganizationIdentifier::SCHEME_ORG_ID, "GB-CHC-1164883");
  EXPECT_GT(Score(a, b), 0.9);
  add(b, OrganizationIdentifier::SCHEME_EIN, "12-3456789");
  EXPECT_THAT(Reasons(a, b), Contains(DuplicateReason::KIND_DIFFERENT_IDENTIFIER));
  EXPECT_LT(Score(a, b), 0.1);
  // Two numbers of one register do not speak against one that they share.
  add(a, OrganizationIdentifier::SCHEME_EIN, "12-3456789");
  EXPECT_GT(Score(a, b), 0.9);
  // Lists of org-id.guide are registers of their own.
  add(a, OrganizationIdentifier::SCHEME_ORG_ID, "GB-COH-1164883");
  EXPECT_GT(Score(a, b), 0.9);
  a.add_partner_types("library");
  b.add_partner_types("funder");
  EXPECT_THAT(Reasons(a, b), Contains(DuplicateReason::KIND_DIFFERENT_TYPES));
}

TEST(OrganizationDuplicates, AcronymsHostsAndDistricts) {
  Organization club = Named("Boys and Girls Club", "Salem");
  Organization acronym = Named("BGC", "Salem");
  EXPECT_THAT(Reasons(club, acronym),
              ElementsAre(DuplicateReason::KIND_ACRONYM, DuplicateReason::KIND_SAME_PLACE));
  acronym.set_website("https://club.example.org/about");
  club.set_website("http://www.club.example.org");
  EXPECT_THAT(Reasons(club, acronym), Contains(DuplicateReason::KIND_SAME_WEBSITE_HOST));
  club.set_website("http://other.example.org");
  EXPECT_THAT(Reasons(club, acronym), Contains(DuplicateReason::KIND_DIFFERENT_WEBSITE_HOST));

  Organization school = Named("Lincoln School");
  Organization district = Named("Lincoln Schools");
  OrganizationIdentifier* number = school.add_identifiers();
  number->set_scheme(OrganizationIdentifier::SCHEME_NCESSCH);
  number->set_value("010000500870");
  number = district.add_identifiers();
  number->set_scheme(OrganizationIdentifier::SCHEME_LEAID);
  number->set_value("0100005");
  EXPECT_THAT(Reasons(school, district), Contains(DuplicateReason::KIND_SAME_PARENT_REGISTER));
}

TEST(OrganizationDuplicates, SharedMailboxesSayNothing) {
  Organization a = Named("Riverside Library");
  Organization b = Named("Riverside Libary");
  a.add_contacts()->set_email("a@gmail.com");
  b.add_contacts()->set_email("b@gmail.com");
  EXPECT_THAT(Reasons(a, b), ElementsAre(DuplicateReason::KIND_SIMILAR_NAME));
  a.add_contacts()->set_email("a@riverside.example.org");
  b.add_contacts()->set_email("b@RIVERSIDE.example.org");
  EXPECT_THAT(Reasons(a, b), Contains(DuplicateReason::KIND_SAME_EMAIL_DOMAIN));
  EXPECT_EQ(ComparePair(a, b, {}, true).ShortDebugString().find("riverside.example"),
            std::string::npos);
  EXPECT_LT(ComparePair(a, b, {}, false).score(), ComparePair(a, b, {}, true).score());
}

// By hand, with every word of weight 1: two of three words are equal, so 2*2 of 6.
TEST(OrganizationDuplicates, NameSimilarityIsAWeightedDiceCoefficient) {
  const NameForm a = FormOf("Oak Harbor Clinic");
  const NameForm b = FormOf("Oak Harbor Museum");
  EXPECT_DOUBLE_EQ(NameSimilarity(a, b, {}), 4.0 / 6);
  // Of ten organizations all have "oak", one "harbor": ln 2 each against ln 11.
  WordStatistics statistics;
  statistics.organizations = 10;
  statistics.with_word = {{"oak", 10}, {"harbor", 1}, {"clinic", 10}, {"museum", 10}};
  const double common = std::log(2);
  const double rare = std::log(11);
  EXPECT_NEAR(NameSimilarity(a, b, statistics),
              2 * (common + rare) / (2 * (common + rare) + 2 * common), 1e-12);
  EXPECT_DOUBLE_EQ(NameSimilarity(FormOf("After School"), FormOf("Afterschool"), {}), 1);
  EXPECT_DOUBLE_EQ(NameSimilarity(FormOf(""), FormOf(""), {}), 0);
}

}  // namespace
}  // namespace weft::registry
