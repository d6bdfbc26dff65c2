// Numbers of organizations, by published examples of each register.
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registry/domain/identifier.h"

namespace weft::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using v1::OrganizationIdentifier;

std::string Normal(IdentifierScheme scheme, absl::string_view text) {
  const absl::StatusOr<std::string> value = NormalizeIdentifier(scheme, text);
  return value.ok() ? *value : absl::StrCat("refused: ", value.status().message());
}
std::string WhyNot(IdentifierScheme scheme, absl::string_view text) {
  const absl::StatusOr<std::string> value = NormalizeIdentifier(scheme, text);
  return value.ok() ? absl::StrCat("taken as ", *value) : std::string(value.status().message());
}

TEST(Identifier, EinHasOneForm) {
  EXPECT_EQ(Normal(OrganizationIdentifier::SCHEME_EIN, "53-0196605"), "53-0196605");  // Red Cross
  EXPECT_EQ(Normal(OrganizationIdentifier::SCHEME_EIN, " 530196605 "), "53-0196605");
  EXPECT_EQ(Normal(OrganizationIdentifier::SCHEME_EIN, "010000001"), "01-0000001");
  for (const char* text :
       {"", "5301966", "53-01966055", "5-30196605", "53 0196605", "53-019660x"}) {
    EXPECT_THAT(WhyNot(OrganizationIdentifier::SCHEME_EIN, text), HasSubstr("nine digits")) << text;
  }
  for (const char* prefix : {"00", "07", "17", "28", "49", "70", "89", "97"}) {
    EXPECT_THAT(WhyNot(OrganizationIdentifier::SCHEME_EIN, absl::StrCat(prefix, "1234567")),
                HasSubstr("the IRS gives to no EIN"));
  }
}

TEST(Identifier, NcesNumbersKeepTheirZeros) {
  EXPECT_EQ(Normal(OrganizationIdentifier::SCHEME_LEAID, "3702970"), "3702970");
  EXPECT_EQ(Normal(OrganizationIdentifier::SCHEME_LEAID, "0622710"), "0622710");  // Los Angeles
  EXPECT_THAT(WhyNot(OrganizationIdentifier::SCHEME_LEAID, "622710"),
              HasSubstr("zeros at the beginning"));
  EXPECT_THAT(WhyNot(OrganizationIdentifier::SCHEME_LEAID, "06227100"), HasSubstr("7 digits"));
  EXPECT_EQ(Normal(OrganizationIdentifier::SCHEME_NCESSCH, "062271003230"), "062271003230");
  EXPECT_THAT(WhyNot(OrganizationIdentifier::SCHEME_NCESSCH, "62271003230"),
              HasSubstr("zeros at the beginning"));
  EXPECT_EQ(Normal(OrganizationIdentifier::SCHEME_UNITID, "199193"), "199193");  // NC State
  EXPECT_THAT(WhyNot(OrganizationIdentifier::SCHEME_UNITID, "19919x"), HasSubstr("6 digits"));
}

TEST(Identifier, RorChecksItself) {
  // Caltech, Stanford, Berkeley, Harvard, MIT, NC State.
  for (const char* id :
       {"05dxps055", "00f54p054", "01an7q238", "03vek6s52", "042nb2s44", "04tj63d06"}) {
    EXPECT_EQ(Normal(OrganizationIdentifier::SCHEME_ROR, id), absl::StrCat("https://ror.org/", id));
  }
  for (const char* text : {"https://ror.org/05dxps055", "http://www.ror.org/05DXPS055",
                           "ror.org/05dxps055", "05DXPS055"}) {
    EXPECT_EQ(Normal(OrganizationIdentifier::SCHEME_ROR, text), "https://ror.org/05dxps055");
  }
  for (const char* text : {"05dxps056", "05dxps155", "05dxsp055"}) {
    EXPECT_THAT(WhyNot(OrganizationIdentifier::SCHEME_ROR, text), HasSubstr("mistyped")) << text;
  }
  for (const char* text : {"", "15dxps055", "05dxpl055", "05dxps05", "05dxps0555", "05dxps0a5"}) {
    EXPECT_THAT(WhyNot(OrganizationIdentifier::SCHEME_ROR, text), HasSubstr("must be a ROR id"))
        << text;
  }
}

TEST(Identifier, NpiChecksItself) {
  EXPECT_EQ(Normal(OrganizationIdentifier::SCHEME_NPI, "1234567893"), "1234567893");  // CMS's own
  for (int last = 0; last <= 9; ++last) {
    if (last == 3) continue;
    EXPECT_THAT(WhyNot(OrganizationIdentifier::SCHEME_NPI, absl::StrCat("123456789", last)),
                HasSubstr("mistyped"));
  }
  EXPECT_THAT(WhyNot(OrganizationIdentifier::SCHEME_NPI, "1243567893"), HasSubstr("mistyped"));
  EXPECT_THAT(WhyNot(OrganizationIdentifier::SCHEME_NPI, "3234567893"), HasSubstr("ten digits"));
  EXPECT_THAT(WhyNot(OrganizationIdentifier::SCHEME_NPI, "123456789"), HasSubstr("ten digits"));
}

TEST(Identifier, LeiChecksItself) {
  EXPECT_EQ(Normal(OrganizationIdentifier::SCHEME_LEI, "506700GE1G29325QX363"),  // GLEIF
            "506700GE1G29325QX363");
  EXPECT_EQ(Normal(OrganizationIdentifier::SCHEME_LEI, "hwupkr0mpou8fgxbt394"),  // Apple
            "HWUPKR0MPOU8FGXBT394");
  EXPECT_THAT(WhyNot(OrganizationIdentifier::SCHEME_LEI, "506700GE1G29325QX364"),
              HasSubstr("mistyped"));
  EXPECT_THAT(WhyNot(OrganizationIdentifier::SCHEME_LEI, "506700GE1G29325QX3"),
              HasSubstr("twenty letters and digits"));
}

TEST(Identifier, OrgIdHasAListAndANumber) {
  EXPECT_EQ(Normal(OrganizationIdentifier::SCHEME_ORG_ID, "gb-chc-1164883"), "GB-CHC-1164883");
  EXPECT_EQ(Normal(OrganizationIdentifier::SCHEME_ORG_ID, "XM-DAC-41114"), "XM-DAC-41114");
  EXPECT_EQ(Normal(OrganizationIdentifier::SCHEME_ORG_ID, "US-DOS-abC-1"), "US-DOS-abC-1");
  for (const char* text :
       {"", "GB", "GB-CHC", "GB-CHC-", "G1-CHC-1", "GBR-CHC-1", "GB--1", "GB-CHC-1 2"}) {
    EXPECT_THAT(WhyNot(OrganizationIdentifier::SCHEME_ORG_ID, text), HasSubstr("org-id.guide"))
        << text;
  }
  EXPECT_THAT(WhyNot(OrganizationIdentifier::SCHEME_ORG_ID, "us-ein-530196605"),
              HasSubstr("use SCHEME_EIN"));
}

TEST(Identifier, NeedsAScheme) {
  EXPECT_THAT(WhyNot(OrganizationIdentifier::SCHEME_UNSPECIFIED, "1"), HasSubstr("ein, leaid"));
  EXPECT_THAT(SchemeWords(),
              ElementsAre("ein", "leaid", "ncessch", "unitid", "ror", "npi", "org_id", "lei"));
}

}  // namespace
}  // namespace weft::registry
