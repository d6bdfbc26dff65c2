#include "services/metrics/domain/network/network_file.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "services/metrics/domain/network/network_text.h"
#include "tests/services/metrics/network/network_example.h"

namespace weft::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using Request = v1::ExportNetworkRequest;

// Whether other tools read them is shown by tests/oracle/network_test.py.
std::string FileOf(const Network& network, Request::Format format,
                   const std::vector<v1::NetworkMeasure>& measures = {}) {
  Request request;
  for (const v1::NetworkMeasure measure : measures) request.add_measures(measure);
  NetworkComputation computation(network, OptionsOf(request));
  while (computation.Work()) {
  }
  NetworkFile file(network, computation, format);
  std::string all;
  std::string piece;
  while (file.Next(piece)) {
    EXPECT_LE(piece.size(), kMaxPiece);
    EXPECT_FALSE(piece.empty());
    all += piece;
  }
  EXPECT_EQ(file.End().size_bytes(), static_cast<int32_t>(all.size()));
  EXPECT_EQ(file.End().node_count(), static_cast<int32_t>(network.size()));
  return all;
}

constexpr Request::Format kFormats[] = {Request::FORMAT_GRAPHML, Request::FORMAT_GEXF,
                                        Request::FORMAT_CSV_NODES, Request::FORMAT_CSV_EDGES,
                                        Request::FORMAT_KUMU};

TEST(NetworkTextTest, WhatParsersWouldRejectIsReplaced) {
  EXPECT_EQ(CleanText("Scho\xC3\xB6ne \xE2\x82\xAC \xF0\x9F\x8C\xB1"),
            "Scho\xC3\xB6ne \xE2\x82\xAC \xF0\x9F\x8C\xB1");
  EXPECT_EQ(CleanText(std::string("a\0b\n\t\x1b\x7f", 7)), "a b    ");
  EXPECT_EQ(CleanText("\xC2\x85"), " ");
  const std::string replaced = "\xEF\xBF\xBD";
  EXPECT_EQ(CleanText("\xFF"), replaced);
  EXPECT_EQ(CleanText("\xC3"), replaced);                                // cut
  EXPECT_EQ(CleanText("\xC0\xAF"), replaced + replaced);                 // overlong
  EXPECT_EQ(CleanText("\xED\xA0\x80"), replaced + replaced + replaced);  // surrogate
  EXPECT_EQ(CleanText("\xEF\xBF\xBF"), replaced + replaced + replaced);  // U+FFFF
  EXPECT_EQ(XmlText("<a & \"b\">'"), "&lt;a &amp; &quot;b&quot;&gt;&apos;");
  EXPECT_EQ(JsonText("a\\\"b\n"), "\"a\\\\\\\"b \"");
}

TEST(NetworkTextTest, NoCellIsAFormula) {
  for (const char* text : {"=1+1", "+1", "-1", "@SUM(A1)", "'=1"}) {
    EXPECT_TRUE(absl::StartsWith(CsvText(text), "'") || absl::StartsWith(CsvText(text), "\"'"))
        << text;
  }
  EXPECT_EQ(CsvText("\t=1"), "' =1");
  EXPECT_EQ(CsvText("plain"), "plain");
  EXPECT_EQ(CsvText("a,\"b\""), "\"a,\"\"b\"\"\"");
  EXPECT_EQ(CsvText("=1,2"), "\"'=1,2\"");
}

TEST(NetworkFileTest, TheSameEachTime) {
  const Network network = RandomNetwork(10, 30, 60, 8);
  for (const Request::Format format : kFormats) {
    EXPECT_EQ(FileOf(network, format), FileOf(network, format));
  }
}

TEST(NetworkFileTest, ComesInPieces) {
  const Network network = RandomNetwork(100, 800, 2000, 8);
  for (const Request::Format format : kFormats) {
    EXPECT_GT(FileOf(network, format).size(), kMaxPiece);
  }
}

TEST(NetworkFileTest, UnknownLevelsAreNotZero) {
  const Network network = NetworkOf({"3?", ".1"});
  const std::string edges = FileOf(network, Request::FORMAT_CSV_EDGES);
  const std::vector<std::string> lines = absl::StrSplit(edges, '\n');
  ASSERT_THAT(lines, SizeIs(5));
  EXPECT_EQ(lines[0],
            "Source,Target,Type,Id,Weight,level,partner_types,is_self,start_date,end_date");
  EXPECT_EQ(lines[1],
            "sites/s0000,organizations/o00000,Undirected,sites/s0000--organizations/o00000,3,"
            "coordination,cbo,false,,");
  EXPECT_EQ(lines[2],
            "sites/s0000,organizations/o00001,Undirected,sites/s0000--organizations/o00001,,,cbo,"
            "false,,");
  EXPECT_THAT(FileOf(network, Request::FORMAT_KUMU), Not(HasSubstr("\"strength\":0")));
  EXPECT_THAT(FileOf(network, Request::FORMAT_GEXF), Not(HasSubstr("weight=\"0\"")));
}

TEST(NetworkFileTest, NumbersWithoutAValueAreLeftOut) {
  const std::string nodes =
      FileOf(NetworkOf({"11.", "11.", "..1", "..."}), Request::FORMAT_CSV_NODES,
             {v1::NETWORK_MEASURE_CLOSENESS, v1::NETWORK_MEASURE_COMMUNITIES});
  const std::vector<std::string> lines = absl::StrSplit(nodes, '\n');
  EXPECT_EQ(lines[0],
            "Id,Label,mode,resource,setting,partner_types,localities,regions,degree,component,"
            "degree_share,strength,closeness,community");
  // The last site has no tie.
  EXPECT_EQ(lines[4], "sites/s0003,School 3,site,sites/s0003,,,,,0,3,0,0,,");
}

TEST(NetworkFileTest, NamesMayBeAnything) {
  registry::v1::Site site = ExampleSite(0);
  site.set_display_name("=HYPERLINK(\"x\")");
  registry::v1::Organization organization = ExampleOrganization(0);
  organization.set_display_name("Tom & \"Jerry\" <b>\x01\xFF]]>");
  const Network network = BuildFrom(ExampleQuery(), {site, ExampleSite(1)}, {organization},
                                    {ExamplePartnership(0, 0, 1), ExamplePartnership(1, 0, 2)});
  EXPECT_THAT(FileOf(network, Request::FORMAT_CSV_NODES), HasSubstr("\"'=HYPERLINK(\"\"x\"\")\""));
  EXPECT_THAT(FileOf(network, Request::FORMAT_GRAPHML),
              HasSubstr("Tom &amp; &quot;Jerry&quot; &lt;b&gt; \xEF\xBF\xBD]]&gt;"));
  const auto json = nlohmann::json::parse(FileOf(network, Request::FORMAT_KUMU), nullptr, false);
  ASSERT_FALSE(json.is_discarded());
  EXPECT_EQ(json["elements"][2]["label"], "Tom & \"Jerry\" <b> \xEF\xBF\xBD]]>");
}

TEST(NetworkFileTest, ASiteThatMayNotBeNamedIsNowhereInIt) {
  registry::v1::Site site = ExampleSite(0);
  site.set_naming(registry::v1::Site::NAMING_NEUTRAL);
  site.add_places()->set_locality("Springfield");
  site.add_attributes()->set_setting(registry::v1::SiteAttributes::SETTING_UNIVERSITY);
  const Network network =
      BuildFrom(ExampleQuery(), {site, ExampleSite(1)}, {ExampleOrganization(0)},
                {ExamplePartnership(0, 0, 1), ExamplePartnership(1, 0, 2)});
  for (const Request::Format format : kFormats) {
    const std::string file = FileOf(network, format);
    EXPECT_THAT(file, Not(HasSubstr("s0000"))) << file;
    EXPECT_THAT(file, Not(HasSubstr("School 0")));
    EXPECT_THAT(file, Not(HasSubstr("Springfield")));
    EXPECT_THAT(file, Not(HasSubstr("university")));
    EXPECT_THAT(file, HasSubstr("site-"));
  }
}

TEST(NetworkFileTest, TiesHaveTheDaysOnWhichTheyLast) {
  registry::v1::Partnership partnership = ExamplePartnership(0, 0, 1);
  partnership.mutable_start_date()->set_year(2024);
  partnership.mutable_start_date()->set_month(9);
  partnership.mutable_start_date()->set_day(1);
  const Network network =
      BuildFrom(ExampleQuery(), {ExampleSite(0)}, {ExampleOrganization(0)}, {partnership});
  const std::string file = FileOf(network, Request::FORMAT_GEXF);
  EXPECT_THAT(file, HasSubstr("mode=\"dynamic\" timeformat=\"date\""));
  EXPECT_THAT(file, HasSubstr(" start=\"2024-09-01\">"));
}

TEST(NetworkFileTest, NothingIsAFileToo) {
  for (const Request::Format format : kFormats) {
    EXPECT_FALSE(FileOf(NetworkOf({}), format).empty());
  }
}

}  // namespace
}  // namespace weft::metrics
