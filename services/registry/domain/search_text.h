// Names and words as search and the comparison of organizations see them, and how alike two are.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_SEARCH_TEXT_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_SEARCH_TEXT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace weft::registry {

// Of a word, in characters; longer ones are cut.
inline constexpr size_t kMaxWordCharacters = 40;
// Of a text; what follows is left out.
inline constexpr size_t kMaxWords = 60;
// From so many characters on a word finds others that begin with it, or that are spelled almost
// like it, and letters may be the first ones of a name.
inline constexpr size_t kMinPrefix = 2;
inline constexpr size_t kMinMisspelled = 4;
inline constexpr size_t kMinAcronym = 3;

// The words of any text, in order: small letters without accents, and digits. Apostrophes join
// ("Mary's" is "marys"), so do periods between single letters ("Y.M.C.A." is "ymca"); "&" and "+"
// are the word "and"; each Chinese or Japanese character is a word. Bytes that are no UTF-8
// separate words.
std::vector<std::string> Words(absl::string_view text);

// The letters and digits of a text without anything between them.
std::string Compact(absl::string_view text);

// A word as it is written out: "ctr" and "centre" are "center", "st" is "saint", "12th" and
// "twelfth" are "12". Other words as they are.
std::string Canonical(absl::string_view word);
// All that are written out as `word` is, and itself.
std::vector<std::string> WrittenAs(absl::string_view word);

bool HasDigit(absl::string_view word);

// "of", "the", "de", …: words that names keep or drop.
bool IsFiller(absl::string_view word);

// What tells an organization's name from another's.
struct NameForm {
  // Canonical words without fillers, without the legal form at the end ("Inc", "LLC"), in order;
  // all of them where nothing would be left.
  std::vector<std::string> words;
  // Those that count, "12", and name the place in a row: "ii".
  std::vector<std::string> numbers;
  // Those that tell apart what is otherwise called the same: "north", "elementary", "foundation".
  std::vector<std::string> distinctions;
  // First letters of `words`; "" for fewer than two of them.
  std::string initials;
  // First letters with the fillers' ("boys and girls club": "bagc"); "" where that is the same.
  std::string initials_with_fillers;
};
NameForm FormOf(absl::string_view name);

// The words in alphabetical order, so that names which differ in word order alone are equal.
std::string NameKey(const NameForm& form);

// Whether one edit at most leads from one to the other: a letter added, left out or replaced, or
// two neighbours swapped (Damerau 1964).
bool WithinOneEdit(absl::string_view a, absl::string_view b);

// Similarity from 0 to 1 (Winkler 1990: the similarity of Jaro 1989, raised by up to four common
// first letters with the usual factor 0.1).
double JaroWinkler(absl::string_view a, absl::string_view b);

// Similarity from 0 to 1: twice the number of common trigrams over the number of all (Dice 1945),
// of the words, each with two blanks before and one after it, as PostgreSQL's pg_trgm cuts them.
double TrigramDice(absl::string_view a, absl::string_view b);

// Whether the shorter may stand for the longer: it begins it with at least three letters ("comm",
// "community"), or it begins like it and its letters come in it in order ("svcs", "services").
bool MayAbbreviate(absl::string_view a, absl::string_view b);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_SEARCH_TEXT_H_
