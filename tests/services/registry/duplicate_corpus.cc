#include "tests/services/registry/duplicate_corpus.h"

#include <algorithm>
#include <cstddef>
#include <random>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace weft::registry {
namespace {

using v1::Organization;

struct WordLists {
  std::map<std::string, std::vector<std::string>> sections;

  const std::vector<std::string>& Of(const std::string& section) const {
    return sections.at(section);
  }
};

WordLists Read(const std::string& text) {
  WordLists lists;
  std::string section;
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipWhitespace())) {
    line = absl::StripAsciiWhitespace(line);
    if (absl::ConsumePrefix(&line, "[")) {
      section = std::string(absl::StripSuffix(line, "]"));
    } else {
      lists.sections[section].emplace_back(line);
    }
  }
  return lists;
}

// What people write for words, whatever the product makes of it.
const std::vector<std::pair<std::string, std::string>>& Abbreviations() {
  static const auto& pairs = *new std::vector<std::pair<std::string, std::string>>{
      {"Saint", "St."},          {"Mount", "Mt."},          {"Fort", "Ft."},
      {"University", "Univ."},   {"Center", "Ctr"},         {"Centre", "Ctr"},
      {"Community", "Cmty"},     {"Services", "Svcs"},      {"Association", "Assn."},
      {"Elementary", "Elem."},   {"School", "Sch."},        {"Department", "Dept."},
      {"Institute", "Inst."},    {"International", "Intl"}, {"National", "Nat'l"},
      {"Recreation", "Rec"},     {"Development", "Dev."},   {"Regional", "Reg."},
      {"Environmental", "Env."}, {"Neighborhood", "Nbhd"},  {"Cultural", "Cult."},
      {"Municipal", "Muni"},     {"Technical", "Tech"},     {"Medical", "Med."},
      {"Authority", "Auth."},    {"Orchestra", "Orch."},    {"Research", "Res."},
      {"Library", "Lib."},       {"Hospital", "Hosp."},     {"District", "Dist."},
      {"Public", "Pub."},        {"Academy", "Acad."}};
  return pairs;
}

class Maker {
 public:
  Maker(const WordLists& lists, uint64_t seed) : lists_(lists), random_(seed) {}

  DuplicateCorpus Make(int originals) {
    for (int i = 0; i < originals; ++i) {
      Organization original = Original();
      const size_t index = Add(original);
      if (Chance(50)) MakeDuplicate(original, index);
      if (Chance(40)) MakeLookAlike(original, index);
    }
    return Shuffled();
  }

 private:
  uint64_t Below(uint64_t n) { return random_() % n; }
  bool Chance(uint64_t percent) { return Below(100) < percent; }
  const std::string& OneOf(const std::vector<std::string>& list) {
    return list[Below(list.size())];
  }

  void SetTown(Organization& organization, const std::string& town) {
    const std::vector<std::string> parts = absl::StrSplit(town, ", ");
    organization.clear_locations();
    v1::Place* place = organization.add_locations();
    place->set_locality(parts[0]);
    place->set_region(parts[1]);
    place->set_country("US");
  }
  std::string TownOf(const Organization& organization) {
    return absl::StrCat(organization.locations(0).locality(), ", ",
                        organization.locations(0).region());
  }
  std::string AnotherTown(const std::string& town) {
    for (;;) {
      const std::string& other = OneOf(lists_.Of("towns"));
      if (other != town) return other;
    }
  }

  Organization Original() {
    for (;;) {
      Organization organization;
      const std::vector<std::string> kind = absl::StrSplit(OneOf(lists_.Of("kinds")), " | ");
      std::string name = OneOf(lists_.Of("stems"));
      if (Chance(45)) absl::StrAppend(&name, " ", OneOf(lists_.Of("middles")));
      absl::StrAppend(&name, " ", kind[0]);
      const std::string& town = OneOf(lists_.Of("towns"));
      // What is called the same in one town is the same.
      if (!used_.insert(absl::StrCat(name, "|", town)).second) continue;
      organization.set_display_name(name);
      organization.add_partner_types(kind[1]);
      SetTown(organization, town);
      if (Chance(60)) SetOwnWebsite(organization);
      return organization;
    }
  }
  void SetOwnWebsite(Organization& organization) {
    organization.set_website(absl::StrCat("https://www.w", ++websites_, ".example.org/"));
  }

  size_t Add(const Organization& organization) {
    made_.push_back(organization);
    return made_.size() - 1;
  }

  // --- Duplicates ---

  void MakeDuplicate(const Organization& original, size_t index) {
    static const auto& ways =
        *new std::vector<std::pair<std::string, Spoil>>{{"typo", &Maker::Typo},
                                                        {"two typos", &Maker::TwoTypos},
                                                        {"dropped word", &Maker::DropWord},
                                                        {"abbreviation", &Maker::Abbreviate},
                                                        {"legal suffix", &Maker::AddLegalForm},
                                                        {"word order", &Maker::TurnRound},
                                                        {"acronym", &Maker::TakeInitials},
                                                        {"accents", &Maker::DropAccents},
                                                        {"punctuation", &Maker::Repunctuate},
                                                        {"capitals", &Maker::Capitalize}};
    const std::string& before = original.display_name();
    std::string name = before;
    const std::pair<std::string, Spoil>* way = nullptr;
    while (name == before) {
      way = &ways[Below(ways.size())];
      name = (this->*way->second)(before);
    }
    Organization copy = original;
    copy.set_display_name(name);
    const uint64_t where = Below(10);
    if (where >= 8) {
      copy.clear_locations();
    } else if (where == 7) {
      copy.mutable_locations(0)->clear_locality();
    }
    const uint64_t type = Below(100);
    if (type < 15) {
      copy.clear_partner_types();
    } else if (type < 20) {
      copy.set_partner_types(0, "funder");
    }
    if (!Chance(40)) copy.clear_website();
    relations_.push_back({index, Add(copy), way->first, true});
  }

  using Spoil = std::string (Maker::*)(const std::string&);

  static std::vector<std::string> WordsOf(const std::string& name) {
    return absl::StrSplit(name, ' ');
  }

  // One letter added, left out, replaced or swapped with the next, anywhere in a word of at least
  // five bytes of ASCII.
  std::string Typo(const std::string& name) {
    std::vector<std::string> words = WordsOf(name);
    std::string& word = words[Below(words.size())];
    if (word.size() < 5 || std::any_of(word.begin(), word.end(), [](char c) {
          return !absl::ascii_isalpha(static_cast<unsigned char>(c));
        })) {
      return name;
    }
    const size_t at = Below(word.size() - 1);
    const char letter = static_cast<char>('a' + Below(26));
    switch (Below(4)) {
      case 0:
        word.insert(word.begin() + static_cast<std::ptrdiff_t>(at) + 1, letter);
        break;
      case 1:
        word.erase(at, 1);
        break;
      case 2:
        word[at] = letter;
        break;
      default:
        std::swap(word[at], word[at + 1]);
    }
    return absl::StrJoin(words, " ");
  }
  std::string TwoTypos(const std::string& name) {
    const std::string once = Typo(name);
    return once == name ? name : Typo(once);
  }
  std::string DropWord(const std::string& name) {
    std::vector<std::string> words = WordsOf(name);
    if (words.size() < 3) return name;
    words.erase(words.begin() + 1 + static_cast<std::ptrdiff_t>(Below(words.size() - 1)));
    return absl::StrJoin(words, " ");
  }
  std::string Abbreviate(const std::string& name) {
    std::vector<std::string> words = WordsOf(name);
    for (std::string& word : words) {
      for (const auto& [longer, shorter] : Abbreviations()) {
        if (word == longer) {
          word = shorter;
          break;
        }
      }
    }
    return absl::StrJoin(words, " ");
  }
  std::string AddLegalForm(const std::string& name) {
    static const auto& forms =
        *new std::vector<std::string>{", Inc.", " LLC", " Inc", ", Ltd.", " Corporation", " Co."};
    return name + OneOf(forms);
  }
  // "Center, Riverside Youth".
  std::string TurnRound(const std::string& name) {
    std::vector<std::string> words = WordsOf(name);
    const std::string last = words.back();
    words.pop_back();
    return Chance(50) ? absl::StrCat(last, ", ", absl::StrJoin(words, " "))
                      : absl::StrCat(last, " of ", absl::StrJoin(words, " "));
  }
  std::string TakeInitials(const std::string& name) {
    const std::vector<std::string> words = WordsOf(name);
    if (words.size() < 3) return name;
    std::string initials;
    for (const std::string& word : words) {
      if (!absl::ascii_isalpha(static_cast<unsigned char>(word[0]))) return name;
      initials.push_back(word[0]);
    }
    return initials;
  }
  std::string DropAccents(const std::string& name) {
    return absl::StrReplaceAll(name, {{"á", "a"},
                                      {"é", "e"},
                                      {"í", "i"},
                                      {"ó", "o"},
                                      {"ú", "u"},
                                      {"ñ", "n"},
                                      {"â", "a"},
                                      {"ö", "o"},
                                      {"É", "E"},
                                      {"ễ", "e"}});
  }
  std::string Repunctuate(const std::string& name) {
    std::string changed = absl::StrReplaceAll(name, {{"'", ""}});
    const size_t space = changed.find(' ');
    if (space != std::string::npos && Chance(50)) changed[space] = '-';
    return Chance(50) ? absl::StrCat("The ", changed) : changed;
  }
  std::string Capitalize(const std::string& name) { return absl::AsciiStrToUpper(name); }

  // --- Look-alikes ---

  void MakeLookAlike(const Organization& original, size_t index) {
    Organization other = original;
    other.clear_website();
    std::string way;
    std::string name = original.display_name();
    switch (Below(6)) {
      case 0: {
        way = "same name in another town";
        SetTown(other, AnotherTown(TownOf(original)));
        break;
      }
      case 1: {
        way = "another number";
        const uint64_t number = 10 + Below(40);
        // "12" and "21", or the next one.
        const uint64_t turned = number % 10 * 10 + number / 10;
        Organization& first = made_[index];
        first.set_display_name(absl::StrCat(name, " ", number));
        name = absl::StrCat(name, " ", turned == number || turned < 10 ? number + 1 : turned);
        // Its duplicate has the number, too.
        for (const Relation& relation : relations_) {
          if (relation.first == index && relation.same) {
            Organization& copy = made_[relation.second];
            copy.set_display_name(absl::StrCat(copy.display_name(), " ", number));
          }
        }
        break;
      }
      case 2: {
        way = "foundation of it";
        absl::StrAppend(&name, " Foundation");
        break;
      }
      case 3: {
        way = "friends of it";
        name = absl::StrCat("Friends of ", name);
        break;
      }
      case 4: {
        way = "another kind of the same stem";
        std::vector<std::string> kind = absl::StrSplit(OneOf(lists_.Of("kinds")), " | ");
        const std::string stem = StemOf(name);
        while (absl::EndsWith(name, kind[0])) {
          kind = absl::StrSplit(OneOf(lists_.Of("kinds")), " | ");
        }
        name = absl::StrCat(stem, " ", kind[0]);
        other.set_partner_types(0, kind[1]);
        break;
      }
      default: {
        way = "another middle word";
        const std::string stem = StemOf(name);
        const std::string kind(absl::StripAsciiWhitespace(name.substr(name.rfind(' '))));
        std::string middle = OneOf(lists_.Of("middles"));
        while (name.find(middle) != std::string::npos) middle = OneOf(lists_.Of("middles"));
        name = absl::StrCat(stem, " ", middle, " ", kind);
        break;
      }
    }
    other.set_display_name(name);
    if (!other.locations().empty() &&
        !used_.insert(absl::StrCat(name, "|", TownOf(other))).second) {
      return;
    }
    if (Chance(50)) SetOwnWebsite(other);
    relations_.push_back({index, Add(other), way, false});
  }
  std::string StemOf(const std::string& name) {
    std::string longest;
    for (const std::string& stem : lists_.Of("stems")) {
      if (absl::StartsWith(name, stem) && stem.size() > longest.size()) longest = stem;
    }
    return longest;
  }

  // Names are given at the end, so that they tell nothing.
  DuplicateCorpus Shuffled() {
    std::vector<size_t> number(made_.size());
    for (size_t i = 0; i < number.size(); ++i) number[i] = i;
    for (size_t i = number.size(); i > 1; --i) std::swap(number[i - 1], number[Below(i)]);
    DuplicateCorpus corpus;
    corpus.organizations.resize(made_.size());
    for (size_t i = 0; i < made_.size(); ++i) {
      made_[i].set_name(absl::StrCat("organizations/o-", number[i]));
      corpus.organizations[number[i]] = made_[i];
    }
    for (const Relation& relation : relations_) {
      std::pair<std::string, std::string> names = {made_[relation.first].name(),
                                                   made_[relation.second].name()};
      if (names.second < names.first) std::swap(names.first, names.second);
      (relation.same ? corpus.duplicates : corpus.look_alikes).emplace(names, relation.way);
    }
    return corpus;
  }

  struct Relation {
    size_t first;
    size_t second;
    std::string way;
    bool same;
  };

  const WordLists& lists_;
  std::mt19937_64 random_;
  int websites_ = 0;
  std::set<std::string> used_;
  std::vector<Organization> made_;
  std::vector<Relation> relations_;
};

}  // namespace

DuplicateCorpus MakeCorpus(const std::string& words, uint64_t seed, int originals) {
  const WordLists lists = Read(words);
  return Maker(lists, seed).Make(originals);
}

}  // namespace weft::registry
