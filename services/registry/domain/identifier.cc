#include "services/registry/domain/identifier.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/enum_word.h"
#include "common/validation/text.h"

namespace weft::registry {
namespace {

using v1::OrganizationIdentifier;

constexpr absl::string_view kSchemePrefix = "SCHEME_";
constexpr size_t kMaxOrgId = 200;

constexpr size_t kEinDigits = 9;
constexpr size_t kEinPrefix = 2;
// Prefixes that the IRS gives to none of its campuses.
constexpr std::array<absl::string_view, 17> kUnassignedEinPrefixes = {
    "00", "07", "08", "09", "17", "18", "19", "28", "29",
    "49", "69", "70", "78", "79", "89", "96", "97"};

constexpr absl::string_view kRorUrl = "https://ror.org/";
constexpr size_t kRorCharacters = 9;
constexpr size_t kRorChecked = 7;
// Crockford's base 32: no i, l, o, u.
constexpr absl::string_view kBase32 = "0123456789abcdefghjkmnpqrstvwxyz";

constexpr size_t kNpiDigits = 10;
constexpr absl::string_view kNpiPrefix = "80840";
constexpr size_t kLeiCharacters = 20;

absl::Status Wrong(absl::string_view text, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("is ", Quoted(text), " and ", why));
}

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
bool AllDigits(absl::string_view text) { return std::all_of(text.begin(), text.end(), IsDigit); }

absl::StatusOr<std::string> FixedDigits(absl::string_view text, size_t digits,
                                        absl::string_view what, absl::string_view example) {
  if (AllDigits(text) && text.size() == digits) return std::string(text);
  std::string why =
      absl::StrCat("must be the ", digits, " digits of ", what, ", e.g. \"", example, "\"");
  // What spreadsheets do to such numbers.
  if (AllDigits(text) && text.size() < digits && !text.empty()) {
    absl::StrAppend(&why, "; zeros at the beginning belong to it");
  }
  return Wrong(text, why);
}

absl::StatusOr<std::string> Ein(absl::string_view text) {
  std::string digits(text);
  if (digits.size() == kEinDigits + 1 && digits[kEinPrefix] == '-') digits.erase(kEinPrefix, 1);
  if (digits.size() != kEinDigits || !AllDigits(digits)) {
    return Wrong(text, "must be the nine digits of an EIN, e.g. \"12-3456789\"");
  }
  const std::string prefix = digits.substr(0, kEinPrefix);
  if (std::find(kUnassignedEinPrefixes.begin(), kUnassignedEinPrefixes.end(), prefix) !=
      kUnassignedEinPrefixes.end()) {
    return Wrong(text, absl::StrCat("begins with ", prefix,
                                    ", which the IRS gives to no EIN; look the number up again"));
  }
  return absl::StrCat(prefix, "-", digits.substr(kEinPrefix));
}

// The check of ROR ids: ISO 7064 mod 97-10 over the number that the first seven characters write.
absl::StatusOr<std::string> Ror(absl::string_view text) {
  std::string id = absl::AsciiStrToLower(text);
  for (const absl::string_view prefix : {"https://", "http://", "www.", "ror.org/"}) {
    if (absl::StartsWith(id, prefix)) id.erase(0, prefix.size());
  }
  constexpr absl::string_view kShape =
      "must be a ROR id, e.g. \"https://ror.org/05dxps055\": a 0, six letters or digits (no i, l, "
      "o, u) and two digits";
  if (id.size() != kRorCharacters || id[0] != '0' || !IsDigit(id[7]) || !IsDigit(id[8])) {
    return Wrong(text, kShape);
  }
  uint64_t number = 0;
  for (size_t i = 0; i < kRorChecked; ++i) {
    const size_t digit = kBase32.find(id[i]);
    if (digit == absl::string_view::npos) return Wrong(text, kShape);
    number = number * kBase32.size() + digit;
  }
  const uint64_t check = 98 - number * 100 % 97;
  const uint64_t given =
      static_cast<uint64_t>(id[7] - '0') * 10 + static_cast<uint64_t>(id[8] - '0');
  if (check != given) {
    return Wrong(text,
                 "is mistyped: its last two digits do not fit the others; copy it from ror.org");
  }
  return absl::StrCat(kRorUrl, id);
}

// Luhn's check, which for an NPI runs over the prefix of US health cards and the number.
absl::StatusOr<std::string> Npi(absl::string_view text) {
  if (text.size() != kNpiDigits || !AllDigits(text) || (text[0] != '1' && text[0] != '2')) {
    return Wrong(text,
                 "must be the ten digits of an NPI, of which the first is 1 or 2, e.g. "
                 "\"1234567893\"");
  }
  const std::string all = absl::StrCat(kNpiPrefix, text);
  int sum = 0;
  for (size_t i = 0; i < all.size(); ++i) {
    int digit = all[all.size() - 1 - i] - '0';
    if (i % 2 == 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  if (sum % 10 != 0) {
    return Wrong(text,
                 "is mistyped: its last digit does not fit the others; look it up in the NPI "
                 "registry");
  }
  return std::string(text);
}

// ISO 17442: letters count 10 to 35, and the whole number leaves 1 when divided by 97.
absl::StatusOr<std::string> Lei(absl::string_view text) {
  const std::string id = absl::AsciiStrToUpper(text);
  const bool shaped = id.size() == kLeiCharacters && IsDigit(id[18]) && IsDigit(id[19]) &&
                      std::all_of(id.begin(), id.end(), [](char c) {
                        return absl::ascii_isalnum(static_cast<unsigned char>(c));
                      });
  if (!shaped) {
    return Wrong(text,
                 "must be the twenty letters and digits of an LEI, e.g. \"506700GE1G29325QX363\"");
  }
  int rest = 0;
  for (const char c : id) {
    rest = IsDigit(c) ? (rest * 10 + (c - '0')) % 97 : (rest * 100 + (c - 'A' + 10)) % 97;
  }
  if (rest != 1) {
    return Wrong(text,
                 "is mistyped: its last two digits do not fit the others; look it up at gleif.org");
  }
  return id;
}

absl::StatusOr<std::string> OrgId(absl::string_view text) {
  constexpr absl::string_view kShape =
      "must be an org-id.guide identifier: the code of its list, as \"GB-CHC\", then \"-\" and the "
      "number in that list, e.g. \"GB-CHC-1164883\"";
  const auto upper_or_digit = [](char c) {
    const unsigned char byte = static_cast<unsigned char>(c);
    return absl::ascii_isupper(byte) || absl::ascii_isdigit(byte) || c == '_';
  };
  const size_t first = text.find('-');
  const size_t second = first == absl::string_view::npos ? first : text.find('-', first + 1);
  if (first != 2 || second == absl::string_view::npos || second + 1 >= text.size() ||
      text.size() > kMaxOrgId) {
    return Wrong(text, kShape);
  }
  const std::string country = absl::AsciiStrToUpper(text.substr(0, first));
  const std::string list = absl::AsciiStrToUpper(text.substr(first + 1, second - first - 1));
  const absl::string_view number = text.substr(second + 1);
  const bool number_ok = std::all_of(number.begin(), number.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           absl::string_view("-._/:()").find(c) != absl::string_view::npos;
  });
  const bool country_ok = std::all_of(country.begin(), country.end(), [](char c) {
    return absl::ascii_isupper(static_cast<unsigned char>(c));
  });
  if (list.empty() || !country_ok || !number_ok ||
      !std::all_of(list.begin(), list.end(), upper_or_digit)) {
    return Wrong(text, kShape);
  }
  if (country == "US" && list == "EIN") {
    return Wrong(text, "is an EIN; use SCHEME_EIN, so that it is found either way");
  }
  return absl::StrCat(country, "-", list, "-", number);
}

}  // namespace

absl::StatusOr<std::string> NormalizeIdentifier(IdentifierScheme scheme, absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  switch (scheme) {
    case OrganizationIdentifier::SCHEME_EIN:
      return Ein(text);
    case OrganizationIdentifier::SCHEME_LEAID:
      return FixedDigits(text, 7, "an NCES district id", "3702970");
    case OrganizationIdentifier::SCHEME_NCESSCH:
      return FixedDigits(text, 12, "an NCES school id", "370297001285");
    case OrganizationIdentifier::SCHEME_UNITID:
      return FixedDigits(text, 6, "an IPEDS UNITID", "199193");
    case OrganizationIdentifier::SCHEME_ROR:
      return Ror(text);
    case OrganizationIdentifier::SCHEME_NPI:
      return Npi(text);
    case OrganizationIdentifier::SCHEME_ORG_ID:
      return OrgId(text);
    case OrganizationIdentifier::SCHEME_LEI:
      return Lei(text);
    default:
      return absl::InvalidArgumentError(absl::StrCat(
          "cannot be checked without its scheme, one of ", absl::StrJoin(SchemeWords(), ", ")));
  }
}

std::string SchemeWord(IdentifierScheme scheme) {
  return EnumWord(OrganizationIdentifier::Scheme_Name(scheme), kSchemePrefix);
}

std::vector<std::string> SchemeWords() {
  return EnumWords<OrganizationIdentifier::Scheme>(kSchemePrefix);
}

std::string IdentifierKey(IdentifierScheme scheme, absl::string_view value) {
  return absl::StrCat(SchemeWord(scheme), " ", value);
}

}  // namespace weft::registry
