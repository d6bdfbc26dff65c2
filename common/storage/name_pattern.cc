#include "common/storage/name_pattern.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/error.h"

namespace weft::storage {
namespace {

// As many digits as any int64 has.
constexpr size_t kMaxDigits = 19;

std::vector<absl::string_view> Split(absl::string_view name) { return absl::StrSplit(name, '/'); }

bool IsNumber(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxDigits && (text == "0" || text.front() != '0') &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); });
}

}  // namespace

NamePattern::NamePattern(absl::string_view pattern) : text_(pattern) {
  for (absl::string_view part : Split(pattern)) {
    const bool variable = part.size() > 2 && part.front() == '{' && part.back() == '}';
    bool number = false;
    if (variable) {
      part = part.substr(1, part.size() - 2);
      number = absl::ConsumeSuffix(&part, ":number");
      ++id_count_;
    }
    segments_.push_back({std::string(part), variable, number});
  }
}

std::optional<std::string> NamePattern::KeyPart(const Segment& segment, absl::string_view id) {
  if (id.empty() || (segment.number && !IsNumber(id))) return std::nullopt;
  if (!segment.number) return std::string(id);
  const char digits = static_cast<char>('a' + id.size() - 1);
  return absl::StrCat(absl::string_view(&digits, 1), id);
}

absl::StatusOr<std::vector<std::string>> NamePattern::Parse(absl::string_view name) const {
  const std::vector<absl::string_view> parts = Split(name);
  std::vector<std::string> ids;
  ids.reserve(id_count_);
  bool matches = parts.size() == segments_.size();
  for (size_t i = 0; matches && i < parts.size(); ++i) {
    if (segments_[i].variable) {
      std::optional<std::string> id = KeyPart(segments_[i], parts[i]);
      matches = id.has_value();
      if (matches) ids.push_back(*std::move(id));
    } else {
      matches = parts[i] == segments_[i].text;
    }
  }
  if (matches) return ids;
  return Invalid(name);
}

absl::Status NamePattern::AppendTo(absl::string_view name, KeyWriter& key) const {
  absl::string_view rest = name;
  for (size_t i = 0; i < segments_.size(); ++i) {
    const Segment& segment = segments_[i];
    const size_t end = rest.find('/');
    const bool last = end == absl::string_view::npos;
    if (last != (i + 1 == segments_.size())) return Invalid(name);
    const absl::string_view part = rest.substr(0, end);
    if (!last) rest.remove_prefix(end + 1);
    if (!segment.variable) {
      if (part != segment.text) return Invalid(name);
    } else if (segment.number) {
      const std::optional<std::string> number = KeyPart(segment, part);
      if (!number.has_value()) return Invalid(name);
      key.String(*number);
    } else {
      if (part.empty()) return Invalid(name);
      key.String(part);
    }
  }
  return absl::OkStatus();
}

absl::Status NamePattern::Invalid(absl::string_view name) const {
  return Error(absl::StatusCode::kInvalidArgument, "NAME_INVALID",
               absl::StrCat("\"", name.substr(0, 200), "\" is no name of the form ", text_),
               {{"name", std::string(name.substr(0, 200))}, {"pattern", text_}});
}

absl::StatusOr<std::vector<std::optional<std::string>>> NamePattern::ParseParent(
    absl::string_view parent) const {
  std::vector<std::optional<std::string>> ids;
  if (parent.empty()) return ids;
  const std::vector<absl::string_view> parts = Split(parent);
  bool matches = parts.size() <= segments_.size() && segments_[parts.size() - 1].variable;
  for (size_t i = 0; matches && i < parts.size(); ++i) {
    if (!segments_[i].variable) {
      matches = parts[i] == segments_[i].text;
    } else if (parts[i] == "-") {
      ids.push_back(std::nullopt);
    } else {
      ids.push_back(KeyPart(segments_[i], parts[i]));
      matches = ids.back().has_value();
    }
  }
  if (matches) return ids;
  return Error(absl::StatusCode::kInvalidArgument, "PARENT_INVALID",
               absl::StrCat("\"", parent.substr(0, 200), "\" is no parent of names of the form ",
                            text_, "; \"-\" stands for any id"),
               {{"parent", std::string(parent.substr(0, 200))}, {"pattern", text_}});
}

}  // namespace weft::storage
