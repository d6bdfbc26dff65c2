#include "services/registry/store/organization_index.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "common/storage/fixed_hash.h"
#include "services/registry/domain/search_text.h"

namespace weft::registry {
namespace {

using text_index::AnyOf;
using text_index::Found;
using text_index::Stop;
using text_index::TextIndex;
using text_index::WordCount;
using v1::Organization;

// Raise it when TextOf() or the columns change: an index of another one is made anew.
constexpr char kLayout[] = "organizations 1";
enum Column { kNames = 0, kOthers = 1, kInitials = 2, kKeys = 3 };
constexpr int kAnyColumn = -1;

// How many words of the vocabulary a prefix or a misspelling stands for.
constexpr size_t kMaxPrefixed = 60;
constexpr size_t kMaxMisspelled = 40;
// Words that share enough trigrams to be looked at.
constexpr size_t kMaxSpelledLike = 2000;

// Of one organization: how many others it is compared with, and how many come from one reason.
constexpr size_t kMaxCompared = 200;
constexpr size_t kMaxOfOne = 40;
// Words of a name that are looked for, the rarest; one alone is enough when few have it.
constexpr size_t kRareWords = 4;
constexpr int64_t kFew = 60;

// Keys are as long as they like, and words of the index are letters and digits.
std::string HashOf(absl::string_view key) {
  return absl::StrFormat("k%016x", storage::FixedHash(key));
}

AnyOf KeyedBy(const std::vector<std::string>& keys) {
  AnyOf any{{}, kKeys};
  for (const std::string& key : keys) any.words.push_back(HashOf(key));
  return any;
}

// The names that several questions find, each once, in the order in which they are found.
class FoundOnce {
 public:
  explicit FoundOnce(size_t limit) : limit_(limit) {}

  size_t limit() const { return limit_; }
  // Nothing that another question finds would change it.
  bool full() const { return found_.more && found_.names.size() >= limit_; }
  void Add(Found more) {
    for (std::string& name : more.names) {
      if (!seen_.insert(name).second) continue;
      if (found_.names.size() >= limit_) {
        found_.more = true;
        return;
      }
      found_.names.push_back(std::move(name));
    }
    found_.more |= more.more;
  }
  void SetMore() { found_.more = true; }
  Found Take() && { return std::move(found_); }

 private:
  const size_t limit_;
  Found found_;
  absl::flat_hash_set<std::string> seen_;
};

}  // namespace

std::string IndexState::ToText() const {
  return absl::StrCat(complete ? "complete" : "making", " ", position.ToString(), " ",
                      absl::BytesToHexString(after));
}

IndexState IndexState::FromText(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ' ');
  if (parts.size() != 3) return {};
  absl::StatusOr<storage::Position> position = storage::Position::Parse(parts[1]);
  if (!position.ok() || position->empty()) return {};
  return {*position, parts[0] == "complete", absl::HexStringToBytes(parts[2])};
}

absl::StatusOr<std::unique_ptr<OrganizationIndex>> OrganizationIndex::Open(
    const std::string& path) {
  text_index::Options options;
  options.path = path;
  options.layout = kLayout;
  options.columns = {{"names", true}, {"others", true}, {"initials", false}, {"keys", false}};
  WEFT_ASSIGN_OR_RETURN(std::unique_ptr<TextIndex> index, TextIndex::Open(std::move(options)));
  return std::unique_ptr<OrganizationIndex>(new OrganizationIndex(std::move(index)));
}

absl::Status OrganizationIndex::Apply(const std::vector<OrganizationChange>& changes,
                                      const IndexState& state, const Stop& stop) {
  std::vector<text_index::Change> documents;
  documents.reserve(changes.size());
  for (const OrganizationChange& change : changes) {
    text_index::Change& document = documents.emplace_back();
    document.document.name = change.name;
    document.removed = !change.organization.has_value() || !IsSearchable(*change.organization);
    if (document.removed) continue;
    IndexedText text = TextOf(*change.organization);
    for (std::string& key : text.keys) key = HashOf(key);
    document.document.columns = {std::move(text.names), std::move(text.others),
                                 std::move(text.initials), std::move(text.keys)};
  }
  return index_->Apply(documents, state.ToText(), stop);
}

absl::StatusOr<std::vector<std::string>> OrganizationIndex::Alike(const std::string& word,
                                                                  const Stop& stop) {
  std::vector<std::string> words = WrittenAs(word);
  WEFT_ASSIGN_OR_RETURN(std::vector<WordCount> candidates,
                        index_->SpelledLike(word, kMaxSpelledLike, stop));
  candidates.erase(
      std::remove_if(candidates.begin(), candidates.end(),
                     [&](const WordCount& each) { return !WithinOneEdit(each.word, word); }),
      candidates.end());
  std::stable_sort(
      candidates.begin(), candidates.end(),
      [](const WordCount& a, const WordCount& b) { return a.documents > b.documents; });
  for (WordCount& each : candidates) {
    if (words.size() >= kMaxMisspelled) break;
    if (std::find(words.begin(), words.end(), each.word) == words.end()) {
      words.push_back(std::move(each.word));
    }
  }
  return words;
}

absl::StatusOr<Found> OrganizationIndex::Find(const SearchQuery& query, size_t limit,
                                              const Stop& stop) {
  FoundOnce found(limit);
  std::vector<AnyOf> filters;
  for (const std::string& key : FilterKeys(query)) filters.push_back(KeyedBy({key}));
  // Adds those that have all of `words`, and the filters' keys. What an earlier question found is
  // found again, so that each asks for as many as there may be in all.
  const auto add = [&](std::vector<AnyOf> words) -> absl::Status {
    words.insert(words.end(), filters.begin(), filters.end());
    WEFT_ASSIGN_OR_RETURN(Found more, index_->Find(words, found.limit(), stop));
    found.Add(std::move(more));
    return absl::OkStatus();
  };

  // The query as a whole.
  WEFT_RETURN_IF_ERROR(add(
      {KeyedBy({IdentifierTextKey(query.compact), WholeNameKey(NameKey(FormOf(query.text)))})}));
  WEFT_RETURN_IF_ERROR(add({AnyOf{{query.compact}, kInitials}}));
  WEFT_RETURN_IF_ERROR(add({AnyOf{{query.compact}, kNames}}));
  // Its words, first where they tell most.
  std::vector<AnyOf> words;
  for (const std::string& word : query.words) words.push_back({WrittenAs(word), kNames});
  WEFT_RETURN_IF_ERROR(add(words));
  for (AnyOf& any : words) any.column = kAnyColumn;
  if (!found.full()) WEFT_RETURN_IF_ERROR(add(words));
  // What they begin.
  if (!found.full()) {
    for (size_t i = 0; i < words.size(); ++i) {
      if (query.words[i].size() < kMinPrefix) continue;
      WEFT_ASSIGN_OR_RETURN(std::vector<WordCount> prefixed,
                            index_->WithPrefix(query.words[i], kMaxPrefixed, stop));
      if (prefixed.size() == kMaxPrefixed) found.SetMore();
      for (WordCount& each : prefixed) words[i].words.push_back(std::move(each.word));
    }
    WEFT_RETURN_IF_ERROR(add(words));
  }
  // What they were meant to be.
  if (!found.full()) {
    for (size_t i = 0; i < words.size(); ++i) {
      for (const std::string& spelling : {query.words[i], query.canonical[i]}) {
        if (spelling.size() < kMinMisspelled) continue;
        WEFT_ASSIGN_OR_RETURN(std::vector<std::string> alike, Alike(spelling, stop));
        words[i].words.insert(words[i].words.end(), alike.begin(), alike.end());
        if (query.words[i] == query.canonical[i]) break;
      }
    }
    WEFT_RETURN_IF_ERROR(add(words));
  }
  return std::move(found).Take();
}

// Names of the organizations that one is compared with.
class OrganizationIndex::Names {
 public:
  Names(TextIndex& index, std::string self, const Stop& stop)
      : index_(index), self_(std::move(self)), stop_(stop) {}

  absl::Status Add(const std::vector<AnyOf>& all) {
    if (names_.size() >= kMaxCompared) return absl::OkStatus();
    WEFT_ASSIGN_OR_RETURN(Found found, index_.Find(all, kMaxOfOne, stop_));
    for (std::string& name : found.names) {
      if (names_.size() >= kMaxCompared) break;
      if (name != self_) names_.insert(std::move(name));
    }
    return absl::OkStatus();
  }
  std::vector<std::string> Take() && { return {names_.begin(), names_.end()}; }

 private:
  TextIndex& index_;
  const std::string self_;
  const Stop& stop_;
  std::set<std::string> names_;
};

absl::Status OrganizationIndex::AddByWords(const NameForm& form, Names& names, const Stop& stop) {
  std::vector<std::string> words = form.words;
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  WEFT_ASSIGN_OR_RETURN(const std::vector<int64_t> counts, index_->DocumentsWith(words));
  std::vector<std::pair<int64_t, std::string>> rare;
  for (size_t i = 0; i < words.size(); ++i) rare.emplace_back(counts[i], words[i]);
  std::sort(rare.begin(), rare.end());
  if (rare.size() > kRareWords) rare.resize(kRareWords);
  std::vector<AnyOf> any;
  for (const auto& [count, word] : rare) {
    WEFT_ASSIGN_OR_RETURN(std::vector<std::string> alike, Alike(word, stop));
    any.push_back({std::move(alike), kNames});
  }
  if (any.empty()) return absl::OkStatus();
  // One is enough when few have it, or when there is no other.
  for (const AnyOf& each : any) {
    WEFT_ASSIGN_OR_RETURN(const std::vector<int64_t> each_counts,
                          index_->DocumentsWith(each.words));
    int64_t sum = 0;
    for (const int64_t count : each_counts) sum += count;
    if (sum <= kFew || any.size() == 1) WEFT_RETURN_IF_ERROR(names.Add({each}));
  }
  for (size_t i = 0; i < any.size(); ++i) {
    for (size_t j = i + 1; j < any.size(); ++j) {
      WEFT_RETURN_IF_ERROR(names.Add({any[i], any[j]}));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> OrganizationIndex::MayBeSame(
    const Organization& organization, const Stop& stop) {
  Names names(*index_, organization.name(), stop);
  const std::string host = OwnHost(organization.website());
  if (!host.empty()) WEFT_RETURN_IF_ERROR(names.Add({KeyedBy({HostKey(host)})}));
  for (const std::string& name : ComparedNames(organization)) {
    const NameForm form = FormOf(name);
    WEFT_RETURN_IF_ERROR(names.Add({KeyedBy({WholeNameKey(NameKey(form))})}));
    for (const std::string& initials : {form.initials, form.initials_with_fillers}) {
      if (initials.size() >= kMinAcronym) {
        WEFT_RETURN_IF_ERROR(names.Add({AnyOf{{initials}, kNames}}));
      }
    }
    const std::string compact = Compact(name);
    if (form.words.size() == 1 && compact.size() >= kMinAcronym) {
      WEFT_RETURN_IF_ERROR(names.Add({AnyOf{{compact}, kInitials}}));
    }
    WEFT_RETURN_IF_ERROR(AddByWords(form, names, stop));
  }
  return std::move(names).Take();
}

absl::StatusOr<WordStatistics> OrganizationIndex::StatisticsOf(
    const std::vector<const Organization*>& organizations) {
  absl::flat_hash_set<std::string> distinct;
  for (const Organization* organization : organizations) {
    for (const std::string& name : ComparedNames(*organization)) {
      for (std::string& word : FormOf(name).words) distinct.insert(std::move(word));
    }
  }
  const std::vector<std::string> words(distinct.begin(), distinct.end());
  WEFT_ASSIGN_OR_RETURN(const std::vector<int64_t> counts, index_->DocumentsWith(words));
  WordStatistics statistics;
  statistics.organizations = size();
  for (size_t i = 0; i < words.size(); ++i) statistics.with_word.emplace(words[i], counts[i]);
  return statistics;
}

}  // namespace weft::registry
