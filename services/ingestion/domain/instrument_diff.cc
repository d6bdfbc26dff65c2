#include "services/ingestion/domain/instrument_diff.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"

namespace weft::ingestion {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;
using google::protobuf::Reflection;
using Kind = v1::InstrumentChange;

// Fields that every instrument has for itself.
constexpr absl::string_view kNotCompared[] = {"name", "uid",     "create_time", "update_time",
                                              "etag", "version", "supersedes",  "state"};

bool IsCompared(const FieldDescriptor& field) {
  return std::find(std::begin(kNotCompared), std::end(kNotCompared), field.name()) ==
         std::end(kNotCompared);
}

std::string ScalarText(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  if (field.has_presence() && !reflection.HasField(message, &field)) return "";
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetString(message, &field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "yes" : "no";
    default: {
      std::string text;
      google::protobuf::TextFormat::PrintFieldValueToString(message, &field, -1, &text);
      return text;
    }
  }
}

// "COOPERATION" for INTERACTION_LEVEL_COOPERATION: the name without what all values begin with.
template <class Enum>
std::string Short(Enum value, absl::string_view prefix) {
  const auto* found = google::protobuf::GetEnumDescriptor<Enum>()->FindValueByNumber(value);
  if (found == nullptr) return absl::StrCat(static_cast<int>(value));
  return std::string(absl::StripPrefix(found->name(), prefix));
}

// What an entry of a list is told from the others by, and what it says for people.
std::string KeyOf(const v1::Section& section) { return section.id(); }
std::string TextOf(const v1::Section& section) { return section.display_name(); }
std::string KeyOf(const v1::Option& option) { return option.id(); }
std::string TextOf(const v1::Option& option) { return option.label(); }
std::string KeyOf(const v1::LevelLabel& label) {
  return Short(label.level(), "INTERACTION_LEVEL_");
}
std::string TextOf(const v1::LevelLabel& label) { return label.label(); }
std::string KeyOf(const v1::ResponsibilityLabel& label) {
  return Short(label.rating(), "SHARED_RESPONSIBILITY_");
}
std::string TextOf(const v1::ResponsibilityLabel& label) { return label.label(); }
std::string KeyOf(const v1::ColumnAlias& alias) {
  return alias.format().empty() ? alias.alias() : absl::StrCat(alias.format(), ": ", alias.alias());
}
std::string TextOf(const v1::ColumnAlias& alias) { return alias.column(); }
std::string KeyOf(const v1::AudienceText& words) { return words.audience(); }
std::string TextOf(const v1::AudienceText& words) { return words.text(); }
std::string KeyOf(const v1::AudienceDefinition& words) { return words.audience(); }
std::string TextOf(const v1::AudienceDefinition& words) { return words.definition(); }
std::string KeyOf(const std::string& text) { return text; }
std::string TextOf(const std::string& text) { return text; }

// A question and the section that it stands in.
struct Placed {
  const v1::Question* question;
  const v1::Section* section;
};
std::string KeyOf(const Placed& placed) { return placed.question->id(); }
std::string TextOf(const Placed& placed) { return placed.question->text(); }

std::vector<Placed> QuestionsOf(const v1::Instrument& instrument) {
  std::vector<Placed> questions;
  for (const v1::Section& section : instrument.sections()) {
    for (const v1::Question& question : section.questions()) {
      questions.push_back({&question, &section});
    }
  }
  return questions;
}

const google::protobuf::RepeatedPtrField<v1::Option>& OptionsOf(const v1::Question& question) {
  return question.has_choice() ? question.choice().options() : question.multi_choice().options();
}

std::string At(absl::string_view path, absl::string_view field) {
  return path.empty() ? std::string(field) : absl::StrCat(path, ".", field);
}

// Which of `places` belong to a longest ascending subsequence: what need not move for all to be in
// order.
std::vector<bool> LongestRise(const std::vector<int>& places) {
  std::vector<int> length(places.size(), 1);
  std::vector<int> before(places.size(), -1);
  int last = -1;
  for (size_t i = 0; i < places.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (places[j] < places[i] && length[j] + 1 > length[i]) {
        length[i] = length[j] + 1;
        before[i] = static_cast<int>(j);
      }
    }
    if (last < 0 || length[i] > length[static_cast<size_t>(last)]) last = static_cast<int>(i);
  }
  std::vector<bool> rises(places.size(), false);
  for (; last >= 0; last = before[static_cast<size_t>(last)]) {
    rises[static_cast<size_t>(last)] = true;
  }
  return rises;
}

class Differ {
 public:
  std::vector<v1::InstrumentChange> Diff(const v1::Instrument& from, const v1::Instrument& to) {
    Fields(from, to, "");
    List(from.sections(), to.sections(), "sections",
         [this](const v1::Section& a, const v1::Section& b, const std::string& at) {
           Fields(a, b, at);
         });
    List(QuestionsOf(from), QuestionsOf(to), "questions",
         [this](const Placed& a, const Placed& b, const std::string& at) {
           if (a.section->id() != b.section->id()) {
             Add(Kind::KIND_CHANGED, At(at, "section"), a.section->id(), b.section->id());
           }
           Questions(*a.question, *b.question, at);
         });
    const auto labels = [this](const auto& a, const auto& b, const std::string& at) {
      Fields(a, b, at);
      Texts(a.aliases(), b.aliases(), At(at, "aliases"));
      List(a.audience_definitions(), b.audience_definitions(), At(at, "audience_definitions"),
           [this](const v1::AudienceDefinition& x, const v1::AudienceDefinition& y,
                  const std::string& place) { Fields(x, y, place); });
    };
    Texts(from.audiences(), to.audiences(), "audiences");
    List(from.levels(), to.levels(), "levels", labels);
    List(from.shared_responsibility(), to.shared_responsibility(), "shared_responsibility", labels);
    List(from.column_aliases(), to.column_aliases(), "column_aliases",
         [this](const v1::ColumnAlias& a, const v1::ColumnAlias& b, const std::string& at) {
           Fields(a, b, at);
         });
    changes_.insert(changes_.end(), std::make_move_iterator(removed_.begin()),
                    std::make_move_iterator(removed_.end()));
    return std::move(changes_);
  }

 private:
  void Add(Kind::Kind kind, std::string path, std::string old_value, std::string new_value) {
    v1::InstrumentChange& change =
        (kind == Kind::KIND_REMOVED ? removed_ : changes_).emplace_back();
    change.set_kind(kind);
    change.set_path(std::move(path));
    change.set_old_value(std::move(old_value));
    change.set_new_value(std::move(new_value));
  }

  // The single values of two messages of a type, those of messages in them too.
  void Fields(const Message& from, const Message& to, const std::string& path) {
    for (int i = 0; i < from.GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor& field = *from.GetDescriptor()->field(i);
      if (field.is_repeated() || !IsCompared(field)) continue;
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        // A kind that only one has: its name has been told.
        const bool both = from.GetReflection()->HasField(from, &field) &&
                          to.GetReflection()->HasField(to, &field);
        if (field.real_containing_oneof() != nullptr && !both) continue;
        Fields(from.GetReflection()->GetMessage(from, &field),
               to.GetReflection()->GetMessage(to, &field), At(path, field.name()));
        continue;
      }
      std::string old_value = ScalarText(from, field);
      std::string new_value = ScalarText(to, field);
      if (old_value == new_value) continue;
      Add(Kind::KIND_CHANGED, At(path, field.name()), std::move(old_value), std::move(new_value));
    }
  }

  void Questions(const v1::Question& from, const v1::Question& to, const std::string& path) {
    const OneofDescriptor& kind = *v1::Question::descriptor()->FindOneofByName("kind");
    const auto kind_name = [&](const v1::Question& question) -> std::string {
      const FieldDescriptor* field =
          question.GetReflection()->GetOneofFieldDescriptor(question, &kind);
      return field == nullptr ? "" : field->name();
    };
    if (from.kind_case() != to.kind_case()) {
      Add(Kind::KIND_CHANGED, At(path, "kind"), kind_name(from), kind_name(to));
    }
    Fields(from, to, path);
    List(OptionsOf(from), OptionsOf(to), At(path, "options"),
         [this](const v1::Option& a, const v1::Option& b, const std::string& at) {
           Fields(a, b, at);
           Texts(a.aliases(), b.aliases(), At(at, "aliases"));
         });
    List(from.audience_texts(), to.audience_texts(), At(path, "audience_texts"),
         [this](const v1::AudienceText& a, const v1::AudienceText& b, const std::string& at) {
           Fields(a, b, at);
         });
  }

  void Texts(const google::protobuf::RepeatedPtrField<std::string>& from,
             const google::protobuf::RepeatedPtrField<std::string>& to, const std::string& path) {
    List(from, to, path, [](const std::string&, const std::string&, const std::string&) {});
  }

  // The entries of two lists, matched by their keys.
  template <class Entries, class Compare>
  void List(const Entries& from, const Entries& to, const std::string& path, Compare compare) {
    using Entry = typename Entries::value_type;
    std::map<std::string, const Entry*> before;
    for (const Entry& entry : from) before.emplace(KeyOf(entry), &entry);
    std::map<std::string, const Entry*> after;
    for (const Entry& entry : to) after.emplace(KeyOf(entry), &entry);
    std::map<std::string, int> old_places;
    for (const Entry& entry : from) {
      if (after.count(KeyOf(entry)) > 0) {
        old_places.emplace(KeyOf(entry), static_cast<int>(old_places.size()));
      }
    }
    std::vector<int> kept;
    for (const Entry& entry : to) {
      const auto place = old_places.find(KeyOf(entry));
      if (place != old_places.end()) kept.push_back(place->second);
    }
    const std::vector<bool> stays = LongestRise(kept);
    size_t place = 0;
    for (const Entry& entry : to) {
      const std::string key = KeyOf(entry);
      const std::string at = absl::StrCat(path, "[", key, "]");
      const auto found = before.find(key);
      if (found == before.end()) {
        Add(Kind::KIND_ADDED, at, "", TextOf(entry));
        continue;
      }
      if (!stays[place]) {
        Add(Kind::KIND_MOVED, at, absl::StrCat("place ", kept[place] + 1),
            absl::StrCat("place ", place + 1));
      }
      ++place;
      compare(*found->second, entry, at);
    }
    for (const Entry& entry : from) {
      if (after.count(KeyOf(entry)) > 0) continue;
      Add(Kind::KIND_REMOVED, absl::StrCat(path, "[", KeyOf(entry), "]"), TextOf(entry), "");
    }
  }

  std::vector<v1::InstrumentChange> changes_;
  std::vector<v1::InstrumentChange> removed_;
};

}  // namespace

std::vector<v1::InstrumentChange> DiffInstruments(const v1::Instrument& from,
                                                  const v1::Instrument& to) {
  return Differ().Diff(from, to);
}

}  // namespace weft::ingestion
