#include "common/rpc/flags.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "absl/flags/commandlineflag.h"
#include "absl/flags/parse.h"
#include "absl/flags/reflection.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/error.h"
#include "common/base/nearest.h"
#include "common/base/status_macros.h"

namespace weft::rpc {
namespace {

// Whether the flag is declared by Weft, not by a library.
bool IsOurs(const absl::CommandLineFlag& flag) {
  return !flag.IsRetired() && !absl::StrContains(flag.Filename(), "absl/flags/");
}

// Our flags by name.
std::map<std::string, absl::CommandLineFlag*> OurFlags() {
  std::map<std::string, absl::CommandLineFlag*> flags;
  for (const auto& [name, flag] : absl::GetAllFlags()) {
    if (IsOurs(*flag)) flags.emplace(name, flag);
  }
  return flags;
}

absl::Status BadFlag(absl::string_view message) {
  return Error(absl::StatusCode::kInvalidArgument, "BAD_FLAG", message);
}

absl::Status ReadEnvironment() {
  for (const auto& [name, flag] : OurFlags()) {
    const std::string variable = EnvironmentVariable(name);
    const char* const value = std::getenv(variable.c_str());
    if (value == nullptr) continue;
    std::string why;
    if (!flag->ParseFrom(value, &why)) {
      return BadFlag(absl::StrCat("the environment variable ", variable, " is \"", value,
                                  "\": ", absl::StripAsciiWhitespace(why)));
    }
  }
  return absl::OkStatus();
}

absl::Status UnknownFlag(absl::string_view name) {
  std::vector<std::string> names;
  for (const auto& [known, flag] : OurFlags()) names.push_back(known);
  const std::string nearest = Nearest(name, names);
  const bool close = !nearest.empty() && EditDistance(name, nearest) <= 2;
  return BadFlag(absl::StrCat("there is no flag --", name,
                              close ? absl::StrCat("; did you mean --", nearest, "?") : "",
                              " (--help lists them)"));
}

// Abseil ends the process by itself, with little to say, when a flag is unknown or its value is
// bad. So the flags of ours are read here, and what is left is for Abseil.
absl::Status ReadCommandLine(int argc, char** argv) {
  std::vector<char*> rest = {argv[0]};
  for (int i = 1; i < argc; ++i) {
    absl::string_view text = argv[i];
    if (!absl::ConsumePrefix(&text, "-")) {
      return BadFlag(absl::StrCat("unexpected argument \"", text, "\"; flags start with --"));
    }
    absl::ConsumePrefix(&text, "-");
    const size_t equals = text.find('=');
    const absl::string_view name = text.substr(0, equals);
    absl::CommandLineFlag* flag = absl::FindCommandLineFlag(name);
    if (flag == nullptr && absl::StartsWith(name, "no") && equals == absl::string_view::npos) {
      flag = absl::FindCommandLineFlag(name.substr(2));  // --nofoo
      if (flag != nullptr && flag->IsOfType<bool>()) {
        rest.push_back(argv[i]);
        continue;
      }
    }
    if (flag == nullptr) return UnknownFlag(name);
    if (!IsOurs(*flag) || (flag->IsOfType<bool>() && equals == absl::string_view::npos)) {
      rest.push_back(argv[i]);
      continue;
    }
    std::string value;
    if (equals != absl::string_view::npos) {
      value = std::string(text.substr(equals + 1));
    } else if (i + 1 < argc) {
      value = argv[++i];
    } else {
      return BadFlag(absl::StrCat("--", name, " needs a value"));
    }
    std::string why;
    if (!flag->ParseFrom(value, &why)) {
      return BadFlag(absl::StrCat("--", name, "=", value, ": ", absl::StripAsciiWhitespace(why)));
    }
  }
  absl::ParseCommandLine(static_cast<int>(rest.size()), rest.data());
  return absl::OkStatus();
}

// `text` in lines of at most `width` characters after `indent`.
std::string Wrap(absl::string_view text, absl::string_view indent, size_t width) {
  std::string wrapped;
  std::string line;
  for (absl::string_view word : absl::StrSplit(text, absl::ByAnyChar(" \n"), absl::SkipEmpty())) {
    if (!line.empty() && line.size() + 1 + word.size() > width) {
      absl::StrAppend(&wrapped, indent, line, "\n");
      line.clear();
    }
    absl::StrAppend(&line, line.empty() ? "" : " ", word);
  }
  if (!line.empty()) absl::StrAppend(&wrapped, indent, line, "\n");
  return wrapped;
}

}  // namespace

std::string EnvironmentVariable(absl::string_view flag) {
  return absl::StrCat("WEFT_", absl::AsciiStrToUpper(absl::StrReplaceAll(flag, {{"-", "_"}})));
}

absl::Status ReadFlags(int argc, char** argv) {
  WEFT_RETURN_IF_ERROR(ReadEnvironment());
  return ReadCommandLine(argc, argv);
}

bool HasArgument(int argc, char** argv, const std::set<absl::string_view>& spellings) {
  return std::any_of(argv + 1, argv + argc,
                     [&](const char* argument) { return spellings.count(argument) > 0; });
}

std::string FlagsHelp(const std::map<std::string, std::string>& defaults) {
  std::string help;
  for (const auto& [name, flag] : OurFlags()) {
    const auto shown = defaults.find(name);
    const std::string value = shown != defaults.end() ? shown->second : flag->DefaultValue();
    absl::StrAppend(&help, "  --", name, "    (", EnvironmentVariable(name), ")\n",
                    Wrap(flag->Help(), "      ", 90));
    if (!value.empty()) absl::StrAppend(&help, "      Default: ", value, "\n");
  }
  return help;
}

}  // namespace weft::rpc
