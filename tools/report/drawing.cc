#include "tools/report/drawing.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "tools/report/assets.h"

extern char** environ;

namespace weft::report {
namespace {

absl::Status Failed(absl::string_view what) {
  return Error(absl::StatusCode::kInternal, "DRAWING_FAILED",
               absl::StrCat("the picture could not be drawn: ", what));
}

// A directory that goes with it.
class Scratch {
 public:
  static absl::StatusOr<Scratch> Make() {
    std::error_code error;
    std::string path = (std::filesystem::temp_directory_path(error) / "weft-XXXXXX").string();
    if (error || mkdtemp(path.data()) == nullptr) {
      return Failed("there is no place for temporary files (TMPDIR)");
    }
    return Scratch(std::move(path));
  }
  Scratch(Scratch&& other) noexcept : path_(std::exchange(other.path_, "")) {}
  Scratch& operator=(Scratch&&) = delete;
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }

  absl::Status Write(absl::string_view name, absl::string_view content) const {
    std::ofstream file(absl::StrCat(path_, "/", name), std::ios::binary);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.close();
    return file.good() ? absl::OkStatus() : Failed("the temporary files could not be written");
  }
  // "" for a file that is not there.
  std::string Read(absl::string_view name) const {
    std::ifstream file(absl::StrCat(path_, "/", name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

 private:
  explicit Scratch(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// Runs a program in `scratch` to its end. `install` is what brings it.
absl::Status RunIn(const Scratch& scratch, std::vector<std::string> command,
                   absl::string_view install) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (std::string& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  const std::string heard = absl::StrCat(scratch.path(), "/heard");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, scratch.path().c_str());
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, heard.c_str(), O_WRONLY | O_CREAT,
                                   0600);
  pid_t child = 0;
  const int spawned =
      posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  while (spawned == 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  // What a shell and posix_spawn say of a program that is not there.
  constexpr int kNotFound = 127;
  if (spawned == ENOENT || (WIFEXITED(status) && WEXITSTATUS(status) == kNotFound)) {
    return Error(absl::StatusCode::kFailedPrecondition, "PROGRAM_MISSING",
                 absl::StrCat("drawing this needs the program ", command[0], "; install ", install,
                              ", or write a .json file and draw it elsewhere"),
                 {{"program", command[0]}});
  }
  if (spawned != 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return Failed(absl::StrCat(command[0], " ended with an error. ", scratch.Read("heard")));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> DrawSvg(absl::string_view vega_lite) {
  WEFT_ASSIGN_OR_RETURN(const Scratch scratch, Scratch::Make());
  // Where Node.js looks for them, also when one asks for the other.
  std::error_code error;
  if (!std::filesystem::create_directory(absl::StrCat(scratch.path(), "/node_modules"), error)) {
    return Failed("the temporary files could not be written");
  }
  WEFT_RETURN_IF_ERROR(scratch.Write("node_modules/vega.js", VegaJs()));
  WEFT_RETURN_IF_ERROR(scratch.Write("node_modules/vega-lite.js", VegaLiteJs()));
  WEFT_RETURN_IF_ERROR(scratch.Write("draw.js", DrawJs()));
  WEFT_RETURN_IF_ERROR(scratch.Write("spec.json", vega_lite));
  WEFT_RETURN_IF_ERROR(RunIn(scratch, {"node", "draw.js"}, "Node.js 18 or newer"));
  std::string svg = scratch.Read("picture.svg");
  if (!absl::StartsWith(svg, "<svg")) return Failed("node wrote no picture");
  return svg;
}

absl::StatusOr<std::string> ToPng(absl::string_view svg) {
  WEFT_ASSIGN_OR_RETURN(const Scratch scratch, Scratch::Make());
  WEFT_RETURN_IF_ERROR(scratch.Write("picture.svg", svg));
  WEFT_RETURN_IF_ERROR(RunIn(scratch,
                             {"rsvg-convert", "--zoom=2", "--background-color=white",
                              "--output=picture.png", "picture.svg"},
                             "librsvg2-bin (Debian) or librsvg"));
  std::string png = scratch.Read("picture.png");
  if (!absl::StartsWith(png, "\x89PNG")) return Failed("rsvg-convert wrote no picture");
  return png;
}

absl::StatusOr<std::string> DrawFor(absl::string_view file, absl::string_view vega_lite) {
  if (absl::EndsWith(file, ".json")) return absl::StrCat(vega_lite, "\n");
  const bool png = absl::EndsWith(file, ".png");
  if (!png && !absl::EndsWith(file, ".svg")) {
    return Error(absl::StatusCode::kInvalidArgument, "USAGE",
                 absl::StrCat("a picture's file ends in .svg, .png or .json (Vega-Lite), not \"",
                              file, "\""));
  }
  WEFT_ASSIGN_OR_RETURN(std::string svg, DrawSvg(vega_lite));
  if (!png) return svg;
  return ToPng(svg);
}

}  // namespace weft::report
