// Files that name the partner types of another taxonomy than the instrument's.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/domain/import/type_crosswalk.h"
#include "tests/services/ingestion/import/reading.h"

namespace weft::ingestion {
namespace {

using registry::v1::CrosswalkMapping;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsNull;

constexpr char kCrosswalk[] = "taxonomies/old/crosswalks/lab";

CrosswalkMapping Mapping(const std::string& from, const std::vector<std::string>& to) {
  CrosswalkMapping mapping;
  mapping.set_from_code(from);
  for (const std::string& code : to) mapping.add_to_codes(code);
  return mapping;
}

// Of the example's types, cbo, school_district and k12_school, the old list calls each otherwise;
// its "cbo" is no partner of that kind at all.
ReadOptions Crossed(ReadOptions options = {}) {
  options.crosswalk = kCrosswalk;
  options.type_mappings = {
      Mapping("community_org", {"cbo"}),
      Mapping("district", {"school_district"}),
      Mapping("charter_school", {"k12_school"}),
      Mapping("schools", {"school_district", "k12_school"}),
      Mapping("cbo", {}),
  };
  return options;
}

// What the product's file of the same answers looks like with the old list's names.
std::string WithOldNames(const std::string& file) {
  return absl::StrReplaceAll(file, {{"cbo", "community_org"},
                                    {"school_district", "district"},
                                    {"school district", "district"},
                                    {"k12_school", "charter_school"},
                                    {"K-12 school", "charter school"}});
}

TEST(TypeCrosswalkTest, MapsWhatMeansOneThing) {
  const FileTester tester;
  const ReadOptions options = Crossed();
  const TypeCrosswalk crosswalk(tester.instrument(), kCrosswalk, options.type_mappings);
  EXPECT_EQ(crosswalk.taxonomy(), "taxonomies/old");
  EXPECT_THAT(crosswalk.codes(),
              ElementsAre("community_org", "district", "charter_school", "schools", "cbo"));
  EXPECT_EQ(crosswalk.FindColumn(" Charter_School.Level ")->item, "k12_school.level");
  EXPECT_EQ(crosswalk.FindColumn("charter_school.includes_self")->item, "k12_school.includes_self");
  EXPECT_EQ(crosswalk.FindColumn("charter_school.size"), std::nullopt);
  EXPECT_EQ(crosswalk.FindColumn("k12_school.level"), std::nullopt);
  EXPECT_THAT(crosswalk.Find("school_district"), IsNull());
  EXPECT_EQ(crosswalk.Find("cbo")->target, -1);
  EXPECT_THAT(crosswalk.Find("cbo")->why, HasSubstr("has no counterpart"));
  EXPECT_EQ(crosswalk.FindColumn("schools.count")->item, "");
  EXPECT_THAT(crosswalk.Find("schools")->why, HasSubstr("covers school_district, k12_school of"));
}

TEST(CrosswalkFileTest, AWideFileIsReadAsItsTypesMap) {
  const FileTester tester;
  const ReadFile read = tester.Read(
      "site,community_org.count,charter_school.level,schools.level,cbo.count\n"
      "site-01,4,Networking,Collaboration,9\n",
      Crossed());
  EXPECT_THAT(read.problems(),
              ElementsAre("TYPE_NOT_CARRIED_OVER@1:4", "TYPE_NOT_CARRIED_OVER@1:5"));
  EXPECT_THAT(read.import.problems(1).message(),
              HasSubstr("\"cbo\" has no counterpart in taxonomies/lab"));
  EXPECT_EQ(RecordsOf(tester.instrument(), read),
            RecordsOf(tester.instrument(), tester.Read("site,cbo.count,k12_school.level\n"
                                                       "site-01,4,Networking\n")));
  const v1::ColumnMapping& column = read.import.columns(2);
  EXPECT_EQ(column.item(), "k12_school.level");
  EXPECT_EQ(column.match(), v1::ColumnMapping::MATCH_CROSSWALK);
  EXPECT_EQ(read.import.columns(3).item(), "");
  EXPECT_THAT(read.import.columns(3).note(), HasSubstr("covers"));
}

TEST(CrosswalkFileTest, ATidyFileIsReadAsItsTypesMap) {
  const FileTester tester;
  const ReadFile read = tester.Read(
      "site,item,partner_type,value\n"
      "site-01,partner_count,community_org,4\n"
      "site-01,interaction_level,Charter_School,Networking\n"
      "site-01,interaction_level,schools,Collaboration\n"
      "site-01,partner_count,cbo,\n"
      "site-01,students,,420\n",
      Crossed());
  // An empty cell says nothing that could be left out.
  EXPECT_THAT(read.problems(), ElementsAre("TYPE_NOT_CARRIED_OVER@4:3"));
  EXPECT_EQ(RecordsOf(tester.instrument(), read),
            RecordsOf(tester.instrument(), tester.Read("site,cbo.count,k12_school.level,students\n"
                                                       "site-01,4,Networking,420\n")));
}

class CrosswalkProductTest : public ::testing::TestWithParam<std::string> {};

TEST_P(CrosswalkProductTest, IsReadAsItsTypesMap) {
  const FileTester tester;
  ReadOptions options;
  for (const auto& [header, item] : std::vector<std::pair<std::string, std::string>>{
           {"How many are they?", "partner_count"},
           {"How deeply do you work with them?", "interaction_level"}}) {
    v1::ColumnOverride entry;
    entry.set_header(header);
    entry.set_item(item);
    options.given_overrides.push_back(entry);
  }
  const std::string file = ReadTestFile(absl::StrCat("data/import/", GetParam()));
  const ReadFile plain = tester.Read(file, options);
  const ReadFile crossed = tester.Read(WithOldNames(file), Crossed(options));
  ASSERT_THAT(plain.sites, ::testing::SizeIs(3));
  EXPECT_EQ(RecordsOf(tester.instrument(), crossed), RecordsOf(tester.instrument(), plain));
  EXPECT_EQ(crossed.problems(), plain.problems());
  int crossed_columns = 0;
  for (const v1::ColumnMapping& column : crossed.import.columns()) {
    crossed_columns += column.match() == v1::ColumnMapping::MATCH_CROSSWALK ? 1 : 0;
    EXPECT_FALSE(column.match() == v1::ColumnMapping::MATCH_NAME &&
                 absl::StrContains(column.item(), '.'))
        << column.DebugString();
  }
  EXPECT_GT(crossed_columns, 0);
  // Without the crosswalk nothing of it is known.
  EXPECT_NE(RecordsOf(tester.instrument(), tester.Read(WithOldNames(file), options)),
            RecordsOf(tester.instrument(), plain));
}

INSTANTIATE_TEST_SUITE_P(Products, CrosswalkProductTest,
                         ::testing::Values("kobo.csv", "odk-central.csv", "redcap-raw.csv"));

TEST(CrosswalkFileTest, TypesThatAreLeftOutAreToldInProductsFiles) {
  const FileTester tester;
  const std::string file = absl::StrReplaceAll(
      WithOldNames(ReadTestFile("data/import/kobo.csv")),
      {{"charter_school_level", "schools_level"}, {"charter_school_count", "cbo_count"}});
  const ReadFile read = tester.Read(file, Crossed());
  EXPECT_THAT(read.problems(),
              ::testing::IsSupersetOf({std::string("TYPE_NOT_CARRIED_OVER@1:9"),
                                       std::string("TYPE_NOT_CARRIED_OVER@1:10")}));
  EXPECT_EQ(read.import.error_count(), 0);
}

TEST(CrosswalkFileTest, WhatSomebodySaidGoesBefore) {
  const FileTester tester;
  v1::ColumnOverride entry;
  entry.set_header("cbo.count");
  entry.set_item("cbo.count");
  const ReadFile read =
      tester.Read("site,cbo.count\nsite-01,4\n", Crossed({.given_overrides = {entry}}));
  EXPECT_THAT(read.problems(), IsEmpty());
  EXPECT_EQ(read.item("site-01").response().answers().partner_cells(0).partner_type(), "cbo");
}

TEST(CrosswalkFileTest, TwoTypesThatAreOneAreNotMadeOneAnswer) {
  const FileTester tester;
  ReadOptions options = Crossed();
  options.type_mappings.push_back(Mapping("private_school", {"k12_school"}));
  EXPECT_THAT(tester.Read("site,charter_school.count,private_school.count\nsite-01,4,1\n", options)
                  .problems(),
              ElementsAre("DUPLICATE_COLUMN@1:3"));
  EXPECT_THAT(tester
                  .Read("site,item,partner_type,value\n"
                        "site-01,partner_count,charter_school,4\n"
                        "site-01,partner_count,private_school,1\n",
                        options)
                  .problems(),
              ElementsAre("DUPLICATE_VALUE@3:0"));
}

}  // namespace
}  // namespace weft::ingestion
