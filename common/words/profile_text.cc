#include "common/words/profile_text.h"

#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/words/terms.h"

namespace weft {
namespace {

using metrics::v1::ProfileDifference;
using metrics::v1::SiteCell;
using metrics::v1::TypeProfile;
using type::v1::InteractionLevel;

std::string MissingText(type::v1::MissingReason reason) {
  return absl::StrCat(
      "– (",
      absl::StrReplaceAll(absl::AsciiStrToLower(absl::StripPrefix(
                              type::v1::MissingReason_Name(reason), "MISSING_REASON_")),
                          {{"_", " "}}),
      ")");
}

std::string Steps(int steps, absl::string_view one, absl::string_view many, absl::string_view more,
                  absl::string_view less) {
  return absl::StrCat("answered ", Counted(std::abs(steps), one, many), " ",
                      steps > 0 ? more : less);
}

std::string KindText(const ProfileDifference& difference) {
  switch (difference.kind()) {
    case ProfileDifference::KIND_ANSWERED_WITHOUT_TIES:
      return "answered, no partnership recorded";
    case ProfileDifference::KIND_TIES_BUT_NO_INTERACTION:
      return "recorded, answered as not engaged";
    case ProfileDifference::KIND_TIES_BUT_MISSING:
      return "recorded, not answered";
    case ProfileDifference::KIND_LEVEL_DIFFERS:
      return Steps(difference.level_steps(), "level", "levels", "deeper", "shallower");
    case ProfileDifference::KIND_COUNT_DIFFERS:
      return Steps(difference.count_steps(), "partner", "partners", "more", "fewer");
    default:
      return "differs";
  }
}

}  // namespace

std::string RolledUpText(const TypeProfile& type) {
  if (type.ties().tie_count() == 0 && type.levels().empty()) return "–";
  std::string text = type.levels().empty()
                         ? std::string(LevelWords(type::v1::INTERACTION_LEVEL_UNSPECIFIED))
                         : absl::StrJoin(type.levels(), " or ", [](std::string* out, int level) {
                             absl::StrAppend(out, LevelWords(static_cast<InteractionLevel>(level)));
                           });
  // Where several tie, the range is theirs.
  const bool open = type.ties().level_unknown() > 0 && type.lowest() != type.highest();
  if (open) {
    absl::StrAppend(&text, " (", LevelWords(type.lowest()), " to ", LevelWords(type.highest()),
                    ")");
  }
  return text;
}

std::string AnsweredCountText(const TypeProfile& type) {
  if (!type.has_answer()) return "–";
  const SiteCell& cell = type.answer();
  if (!cell.has_count_min()) return MissingText(cell.count_missing());
  if (!cell.has_count_max()) return absl::StrCat(cell.count_min(), "+");
  if (cell.count_max() != cell.count_min()) {
    return absl::StrCat(cell.count_min(), "–", cell.count_max());
  }
  return absl::StrCat(type.approximate() ? "~" : "", cell.count_min());
}

std::string AnsweredLevelText(const TypeProfile& type) {
  if (!type.has_answer()) return "–";
  return type.answer().level() == type::v1::INTERACTION_LEVEL_UNSPECIFIED
             ? MissingText(type.answer().level_missing())
             : std::string(LevelWords(type.answer().level()));
}

std::string DifferenceText(const ProfileDifference& difference) {
  return absl::StrCat(KindText(difference), difference.certain() ? "" : " (not certain)");
}

std::string DifferencesText(const TypeProfile& type) {
  return absl::StrJoin(type.differences(), "; ",
                       [](std::string* out, const ProfileDifference& difference) {
                         absl::StrAppend(out, DifferenceText(difference));
                       });
}

}  // namespace weft
