#include "services/registry/domain/search_text.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/registry/domain/folded_letters.h"

namespace weft::registry {
namespace {

constexpr char32_t kNoCharacter = 0;

// Reads a character of UTF-8 and moves on; kNoCharacter for a byte that is none (RFC 3629).
char32_t NextCharacter(absl::string_view& text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  size_t length = 1;
  char32_t character = first;
  char32_t least = 0;
  if (first >= 0xC2 && first < 0xE0) {
    length = 2, character = first & 0x1F, least = 0x80;
  } else if (first >= 0xE0 && first < 0xF0) {
    length = 3, character = first & 0x0F, least = 0x800;
  } else if (first >= 0xF0 && first < 0xF5) {
    length = 4, character = first & 0x07, least = 0x10000;
  } else if (first >= 0x80) {
    text.remove_prefix(1);
    return kNoCharacter;
  }
  for (size_t i = 1; i < length; ++i) {
    if (i >= text.size() || (byte(i) & 0xC0) != 0x80) {
      text.remove_prefix(1);
      return kNoCharacter;
    }
    character = (character << 6) | (byte(i) & 0x3F);
  }
  if (character < least || character > 0x10FFFF || (character >= 0xD800 && character < 0xE000)) {
    text.remove_prefix(1);
    return kNoCharacter;
  }
  text.remove_prefix(length);
  return character;
}

void Append(std::string& text, char32_t character) {
  if (character < 0x80) {
    text.push_back(static_cast<char>(character));
  } else if (character < 0x800) {
    text.push_back(static_cast<char>(0xC0 | (character >> 6)));
    text.push_back(static_cast<char>(0x80 | (character & 0x3F)));
  } else if (character < 0x10000) {
    text.push_back(static_cast<char>(0xE0 | (character >> 12)));
    text.push_back(static_cast<char>(0x80 | ((character >> 6) & 0x3F)));
    text.push_back(static_cast<char>(0x80 | (character & 0x3F)));
  } else {
    text.push_back(static_cast<char>(0xF0 | (character >> 18)));
    text.push_back(static_cast<char>(0x80 | ((character >> 12) & 0x3F)));
    text.push_back(static_cast<char>(0x80 | ((character >> 6) & 0x3F)));
    text.push_back(static_cast<char>(0x80 | (character & 0x3F)));
  }
}

std::u32string Characters(absl::string_view text) {
  std::u32string characters;
  while (!text.empty()) characters.push_back(NextCharacter(text));
  return characters;
}

enum class Kind {
  kLetter,
  kAlone,    // a word of its own
  kNothing,  // as if it were not there
  kPeriod,
  kAnd,
  kSeparator,
};

Kind KindOf(char32_t c) {
  if (c < 0x80) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) return Kind::kLetter;
    if (c == '\'' || c == '`') return Kind::kNothing;
    if (c == '.') return Kind::kPeriod;
    return c == '&' || c == '+' ? Kind::kAnd : Kind::kSeparator;
  }
  // Apostrophes, combining marks, joiners, the soft hyphen.
  if (c == 0x2018 || c == 0x2019 || c == 0x02BC || c == 0x02B9 || c == 0xB4 || c == 0xAD ||
      (c >= 0x0300 && c <= 0x036F) || (c >= 0x200B && c <= 0x200D) || c == 0xFEFF ||
      (c >= 0xFE00 && c <= 0xFE0F)) {
    return Kind::kNothing;
  }
  if (c == 0xAA || c == 0xBA || c == 0xB5) return Kind::kLetter;
  // Punctuation, symbols, blanks, private use: general ones and those of Latin-1, Chinese,
  // Japanese, full width; arrows to pictographs; and what is not assigned beyond.
  if (c < 0xC0 || c == 0xD7 || c == 0xF7 || (c >= 0x2000 && c <= 0x2BFF) ||
      (c >= 0x2E00 && c <= 0x2E7F) || (c >= 0x3000 && c <= 0x3004) ||
      (c >= 0x3007 && c <= 0x3020) || c == 0x3030 || c == 0x30FB || (c >= 0xE000 && c <= 0xF8FF) ||
      (c >= 0xFE10 && c <= 0xFE6F) || (c >= 0xFF01 && c <= 0xFF0F) ||
      (c >= 0xFF1A && c <= 0xFF20) || (c >= 0xFF3B && c <= 0xFF40) ||
      (c >= 0xFF5B && c <= 0xFF65) || (c >= 0xFFE0 && c <= 0xFFFF) ||
      (c >= 0x1F000 && c <= 0x1FAFF) || c >= 0xE0000) {
    return Kind::kSeparator;
  }
  // Written without blanks between words.
  if ((c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x4DBF) ||
      (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
      (c >= 0x20000 && c <= 0x3FFFF)) {
    return Kind::kAlone;
  }
  return Kind::kLetter;
}

void AppendFolded(std::string& word, char32_t c) {
  if (c < 0x80) {
    word.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
    return;
  }
  const FoldedLetter* end = kFoldedLetters + kFoldedLetterCount;
  const FoldedLetter* found = std::lower_bound(
      kFoldedLetters, end, c,
      [](const FoldedLetter& letter, char32_t code) { return letter.letter < code; });
  if (found != end && found->letter == c) {
    word.append(found->folded);
  } else {
    Append(word, c);
  }
}

using WordMap = absl::flat_hash_map<std::string, std::string>;

// Ways in which names of organizations are shortened or spelled, after the
// abbreviations of the United States Postal Service's Publication 28 (Appendix C and its list of
// business words) and the two spellings of English.
const WordMap& Spellings() {
  static const auto& spellings = *new WordMap{
      {"st", "saint"},
      {"ste", "saint"},
      {"mt", "mount"},
      {"ft", "fort"},
      {"univ", "university"},
      {"uni", "university"},
      {"ctr", "center"},
      {"cntr", "center"},
      {"cen", "center"},
      {"centre", "center"},
      {"ctrs", "centers"},
      {"centres", "centers"},
      {"assn", "association"},
      {"assoc", "association"},
      {"assocs", "associates"},
      {"dept", "department"},
      {"dpt", "department"},
      {"elem", "elementary"},
      {"sch", "school"},
      {"schs", "schools"},
      {"inst", "institute"},
      {"intl", "international"},
      {"natl", "national"},
      {"govt", "government"},
      {"gov", "government"},
      {"cnty", "county"},
      {"cty", "county"},
      {"dist", "district"},
      {"lib", "library"},
      {"fdn", "foundation"},
      {"fndn", "foundation"},
      {"soc", "society"},
      {"org", "organization"},
      {"organisation", "organization"},
      {"svc", "service"},
      {"svcs", "services"},
      {"serv", "services"},
      {"acad", "academy"},
      {"coll", "college"},
      {"hosp", "hospital"},
      {"med", "medical"},
      {"jr", "junior"},
      {"sr", "senior"},
      {"twp", "township"},
      {"metro", "metropolitan"},
      {"programme", "program"},
      {"prog", "program"},
      {"theatre", "theater"},
      {"labour", "labor"},
      {"pub", "public"},
      {"educ", "education"},
      {"dev", "development"},
      {"devel", "development"},
      {"comm", "community"},
      {"cmty", "community"},

      {"coop", "cooperative"},
      {"bldg", "building"},
      {"hts", "heights"},
      {"mtn", "mountain"},
      {"mgmt", "management"},
      {"tech", "technology"},

      {"n", "north"},
      {"s", "south"},
      {"e", "east"},
      {"w", "west"},
      {"bros", "brothers"},
      {"grp", "group"},
      {"mfg", "manufacturing"},

      {"one", "1"},
      {"first", "1"},
      {"two", "2"},
      {"second", "2"},
      {"three", "3"},
      {"third", "3"},
      {"four", "4"},
      {"fourth", "4"},
      {"five", "5"},
      {"fifth", "5"},
      {"six", "6"},
      {"sixth", "6"},
      {"seven", "7"},
      {"seventh", "7"},
      {"eight", "8"},
      {"eighth", "8"},
      {"nine", "9"},
      {"ninth", "9"},
      {"ten", "10"},
      {"tenth", "10"},
      {"eleventh", "11"},
      {"twelfth", "12"},
  };
  return spellings;
}

const std::multimap<std::string, std::string>& BySpelledOut() {
  static const auto& inverse = *[] {
    auto* words = new std::multimap<std::string, std::string>();
    for (const auto& [shorter, longer] : Spellings()) words->emplace(longer, shorter);
    return words;
  }();
  return inverse;
}

const absl::flat_hash_set<absl::string_view>& Fillers() {
  static const auto& words = *new absl::flat_hash_set<absl::string_view>{
      "the", "of",  "and", "for", "at", "in",  "a",  "an",  "to",  "on", "de",  "la",
      "el",  "los", "las", "y",   "du", "des", "le", "les", "del", "et", "und", "der"};
  return words;
}

// Legal forms of companies and charities, as registers abbreviate them.
const absl::flat_hash_set<absl::string_view>& LegalForms() {
  static const auto& words = *new absl::flat_hash_set<absl::string_view>{
      "inc", "incorporated", "llc", "ltd",  "limited", "corp", "corporation", "co", "company",
      "llp", "lp",           "plc", "gmbh", "nfp",     "pbc",  "pllc",        "pc", "npo"};
  return words;
}

// Words that tell apart organizations which are otherwise called the same: the points of the
// compass, levels of schools, and those of bodies that stand beside the one whose name they bear.
const absl::flat_hash_set<absl::string_view>& Distinctions() {
  static const auto& words = *new absl::flat_hash_set<absl::string_view>{
      "north",     "south",     "east",    "west",      "northeast",  "northwest",  "southeast",
      "southwest", "upper",     "lower",   "central",   "elementary", "middle",     "high",
      "junior",    "senior",    "primary", "secondary", "preschool",  "foundation", "friends",
      "alumni",    "auxiliary", "pta",     "ptsa",      "pto",        "boosters",   "booster",
      "endowment", "trust",     "union",   "fund",      "museum",     "boys",       "girls",
      "men",       "women"};
  return words;
}

const absl::flat_hash_set<absl::string_view>& RomanNumbers() {
  // "i", "v" and "x" are letters more often than numbers.
  static const auto& words = *new absl::flat_hash_set<absl::string_view>{
      "ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii"};
  return words;
}

bool AllDigits(absl::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

// "12th" without its ending; others as they are.
absl::string_view WithoutOrdinal(absl::string_view word) {
  for (const absl::string_view ending : {"st", "nd", "rd", "th"}) {
    if (word.size() > ending.size() && word.substr(word.size() - ending.size()) == ending &&
        AllDigits(word.substr(0, word.size() - ending.size()))) {
      return word.substr(0, word.size() - ending.size());
    }
  }
  return word;
}

std::string FirstLetter(absl::string_view word) {
  const absl::string_view whole = word;
  NextCharacter(word);
  return std::string(whole.substr(0, whole.size() - word.size()));
}

std::string Initials(const std::vector<std::string>& words) {
  return absl::StrJoin(words, "", [](std::string* out, const std::string& word) {
    out->append(AllDigits(word) ? word : FirstLetter(word));
  });
}

std::map<std::u32string, int> TrigramsOf(absl::string_view text) {
  std::map<std::u32string, int> trigrams;
  for (const std::string& word : Words(text)) {
    const std::u32string padded = U"  " + Characters(word) + U" ";
    for (size_t i = 0; i + 2 < padded.size(); ++i) ++trigrams[padded.substr(i, 3)];
  }
  return trigrams;
}

}  // namespace

std::vector<std::string> Words(absl::string_view text) {
  std::vector<std::string> words;
  std::string word;
  size_t letters = 0;
  // The run of single letters with periods between them that is being read: "Y.M.C.A."
  std::string dotted;
  const auto end_word = [&](bool by_period) {
    if (word.empty()) {
      if (!by_period && !dotted.empty()) words.push_back(std::exchange(dotted, std::string()));
      return;
    }
    if (letters == 1 && (by_period || !dotted.empty())) {
      dotted.append(word);
      if (!by_period) words.push_back(std::exchange(dotted, std::string()));
    } else {
      if (!dotted.empty()) words.push_back(std::exchange(dotted, std::string()));
      words.push_back(word);
    }
    word.clear();
    letters = 0;
  };
  while (!text.empty() && words.size() < kMaxWords) {
    const char32_t c = NextCharacter(text);
    switch (c == kNoCharacter ? Kind::kSeparator : KindOf(c)) {
      case Kind::kLetter:
        if (letters < kMaxWordCharacters) AppendFolded(word, c);
        ++letters;
        break;
      case Kind::kAlone:
        end_word(false);
        Append(word, c);
        letters = 2;
        end_word(false);
        break;
      case Kind::kNothing:
        break;
      case Kind::kPeriod:
        end_word(true);
        break;
      case Kind::kAnd:
        end_word(false);
        words.emplace_back("and");
        break;
      case Kind::kSeparator:
        // "J. B. Smith" has two initials, not one word.
        end_word(false);
        break;
    }
  }
  end_word(false);
  if (words.size() > kMaxWords) words.resize(kMaxWords);
  return words;
}

std::string Compact(absl::string_view text) { return absl::StrJoin(Words(text), ""); }

std::string Canonical(absl::string_view word) {
  const auto found = Spellings().find(word);
  if (found != Spellings().end()) return found->second;
  return std::string(WithoutOrdinal(word));
}

std::vector<std::string> WrittenAs(absl::string_view word) {
  std::vector<std::string> words = {std::string(word)};
  std::string longer = Canonical(word);
  const auto [begin, end] = BySpelledOut().equal_range(longer);
  for (auto it = begin; it != end; ++it) {
    if (it->second != word) words.push_back(it->second);
  }
  if (AllDigits(longer)) {
    for (const absl::string_view ending : {"st", "nd", "rd", "th"}) {
      words.push_back(absl::StrCat(longer, ending));
    }
  }
  if (longer != word) words.push_back(std::move(longer));
  return words;
}

bool HasDigit(absl::string_view word) {
  return std::any_of(word.begin(), word.end(),
                     [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); });
}

bool IsFiller(absl::string_view word) { return Fillers().contains(word); }

NameForm FormOf(absl::string_view name) {
  std::vector<std::string> all = Words(name);
  while (all.size() > 1 && LegalForms().contains(all.back())) all.pop_back();
  NameForm form;
  for (const std::string& word : all) {
    if (!IsFiller(word)) form.words.push_back(Canonical(word));
  }
  if (form.words.empty()) form.words = all;
  for (const std::string& word : form.words) {
    if (HasDigit(word) || RomanNumbers().contains(word)) form.numbers.push_back(word);
    if (Distinctions().contains(word)) form.distinctions.push_back(word);
  }
  std::sort(form.numbers.begin(), form.numbers.end());
  std::sort(form.distinctions.begin(), form.distinctions.end());
  if (form.words.size() >= 2) {
    form.initials = Initials(form.words);
    if (all.size() != form.words.size()) form.initials_with_fillers = Initials(all);
  }
  return form;
}

std::string NameKey(const NameForm& form) {
  std::vector<std::string> words = form.words;
  std::sort(words.begin(), words.end());
  return absl::StrJoin(words, " ");
}

bool WithinOneEdit(absl::string_view a, absl::string_view b) {
  if (a == b) return true;
  std::u32string shorter = Characters(a);
  std::u32string longer = Characters(b);
  if (shorter.size() > longer.size()) std::swap(shorter, longer);
  if (longer.size() - shorter.size() > 1) return false;
  size_t begin = 0;
  while (begin < shorter.size() && shorter[begin] == longer[begin]) ++begin;
  const std::u32string rest = shorter.substr(begin);
  const std::u32string other = longer.substr(begin);
  if (rest.size() != other.size()) return rest == other.substr(1);
  if (rest.substr(1) == other.substr(1)) return true;
  return rest.size() >= 2 && rest[0] == other[1] && rest[1] == other[0] &&
         rest.substr(2) == other.substr(2);
}

double JaroWinkler(absl::string_view a, absl::string_view b) {
  const std::u32string s = Characters(a);
  const std::u32string t = Characters(b);
  if (s.empty() || t.empty()) return s.empty() && t.empty() ? 1 : 0;
  const size_t longer = std::max(s.size(), t.size());
  const size_t window = longer / 2 > 0 ? longer / 2 - 1 : 0;
  std::vector<bool> taken(t.size(), false);
  std::u32string s_common;
  for (size_t i = 0; i < s.size(); ++i) {
    const size_t from = i > window ? i - window : 0;
    const size_t to = std::min(t.size(), i + window + 1);
    for (size_t j = from; j < to; ++j) {
      if (taken[j] || s[i] != t[j]) continue;
      taken[j] = true;
      s_common.push_back(s[i]);
      break;
    }
  }
  if (s_common.empty()) return 0;
  size_t out_of_place = 0;
  size_t next = 0;
  for (size_t j = 0; j < t.size(); ++j) {
    if (taken[j] && t[j] != s_common[next++]) ++out_of_place;
  }
  const double common = static_cast<double>(s_common.size());
  const double jaro =
      (common / static_cast<double>(s.size()) + common / static_cast<double>(t.size()) +
       (common - static_cast<double>(out_of_place) / 2) / common) /
      3;
  size_t prefix = 0;
  while (prefix < 4 && prefix < s.size() && prefix < t.size() && s[prefix] == t[prefix]) ++prefix;
  return jaro + static_cast<double>(prefix) * 0.1 * (1 - jaro);
}

double TrigramDice(absl::string_view a, absl::string_view b) {
  const std::map<std::u32string, int> s = TrigramsOf(a);
  const std::map<std::u32string, int> t = TrigramsOf(b);
  int64_t common = 0;
  int64_t all = 0;
  for (const auto& [trigram, count] : s) {
    all += count;
    const auto found = t.find(trigram);
    if (found != t.end()) common += std::min(count, found->second);
  }
  for (const auto& [trigram, count] : t) all += count;
  return all == 0 ? 0 : 2 * static_cast<double>(common) / static_cast<double>(all);
}

bool MayAbbreviate(absl::string_view a, absl::string_view b) {
  const absl::string_view shorter = a.size() <= b.size() ? a : b;
  const absl::string_view longer = a.size() <= b.size() ? b : a;
  if (shorter.size() < 2 || longer.size() < shorter.size() + 2 || HasDigit(longer)) return false;
  if (shorter.size() >= 3 && longer.substr(0, shorter.size()) == shorter) return true;
  // The letters that are left are first ones and consonants, and not many.
  if (shorter.size() > 5 || shorter.size() * 2 > longer.size() + 1 || shorter[0] != longer[0]) {
    return false;
  }
  size_t next = 0;
  for (const char c : longer) {
    if (next < shorter.size() && shorter[next] == c) ++next;
  }
  return next == shorter.size() && shorter.size() >= 3;
}

}  // namespace weft::registry
