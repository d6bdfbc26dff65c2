#include "tests/fuzz/search_text_target.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "common/validation/text.h"
#include "services/registry/domain/organization_duplicates.h"
#include "services/registry/domain/organization_search.h"
#include "services/registry/domain/search_text.h"

namespace weft::registry {
namespace {

void Expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "search text check failed: %s\n", what);
  std::abort();
}

bool IsShare(double value) { return value >= 0 && value <= 1; }

void CheckWord(const std::string& word) {
  Expect(!word.empty(), "a word is empty");
  // A letter may fold to a few.
  Expect(CharacterCount(word) <= 4 * kMaxWordCharacters, "a word is too long");
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    Expect(byte >= 0x80 || absl::ascii_isdigit(byte) || absl::ascii_islower(byte),
           "a word has what is no small letter and no digit");
  }
  Expect(Canonical(Canonical(word)) == Canonical(word), "what is written out can be written out");
  Expect(WithinOneEdit(word, word), "a word is not itself");
}

}  // namespace

void CheckSearchText(absl::string_view input) {
  const std::vector<std::string> words = Words(input);
  Expect(words.size() <= kMaxWords, "there are too many words");
  for (const std::string& word : words) CheckWord(word);
  // Words that were cut, or are single letters side by side, aside.
  const std::string text = absl::StrJoin(words, " ");
  const std::vector<std::string> again = Words(text);
  bool cut = false;
  for (const std::string& word : words) cut |= CharacterCount(word) > kMaxWordCharacters;
  Expect(cut || again == words, "the words of the words are others");

  const absl::string_view first = input.substr(0, input.size() / 2);
  const absl::string_view second = input.substr(input.size() / 2);
  const double dice = TrigramDice(first, second);
  Expect(IsShare(dice) && dice == TrigramDice(second, first), "a Dice coefficient is none");
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    const double alike = JaroWinkler(words[i], words[i + 1]);
    Expect(IsShare(alike) && JaroWinkler(words[i], words[i]) == 1, "a Jaro-Winkler is none");
    Expect(WithinOneEdit(words[i], words[i + 1]) == WithinOneEdit(words[i + 1], words[i]),
           "an edit goes one way");
  }
  const double names = NameSimilarity(FormOf(first), FormOf(second), {});
  Expect(IsShare(names), "a similarity of names is none");
  v1::SearchOrganizationsRequest request;
  request.set_query(std::string(input.substr(0, 200)));
  const absl::StatusOr<SearchQuery> query = ParseSearch(request);
  if (!query.ok()) return;
  v1::Organization organization;
  organization.set_display_name(std::string(second));
  const std::optional<v1::OrganizationHit> hit = MatchOrganization(*query, organization);
  Expect(!hit.has_value() || (hit->score() > 0 && hit->score() <= 1), "a score is none");
}

}  // namespace weft::registry
