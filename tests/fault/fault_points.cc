// Preloaded into an unchanged server, it kills the process at a named step of its work with files:
//   LD_PRELOAD=libweft_fault_points.so WEFT_FAULT_POINT=log-sync:after:7 weft-registry ...
// dies right after the seventh sync of the write-ahead log. tests/fault/faults/abort_points.py
// lists the steps. Nothing of this is in a product binary.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

// "step:before:n" or "step:after:n".
class Point {
 public:
  Point() {
    const char* given = std::getenv("WEFT_FAULT_POINT");
    if (given == nullptr) return;
    const std::string text = given;
    const size_t first = text.find(':');
    const size_t second = text.find(':', first + 1);
    if (second == std::string::npos) return;
    step_ = text.substr(0, first);
    before_ = text.substr(first + 1, second - first - 1) == "before";
    left_ = std::atoi(text.c_str() + second + 1);
  }

  void Before(const std::string& step) { Pass(step, true); }
  void After(const std::string& step) { Pass(step, false); }

 private:
  void Pass(const std::string& step, bool before) {
    if (step.empty() || step != step_ || before != before_) return;
    if (--left_ == 0) kill(getpid(), SIGKILL);
  }

  std::string step_;
  bool before_ = false;
  std::atomic<int> left_{0};
};

Point& ThePoint() {
  static Point point;
  return point;
}

bool EndsWith(const std::string& text, const char* end) {
  const size_t size = std::strlen(end);
  return text.size() >= size && text.compare(text.size() - size, size, end) == 0;
}

// What stands at `path`, in the words of the steps; "" for what is none of them.
std::string KindOf(const std::string& path) {
  if (EndsWith(path, "/rocksdb.log")) return "";
  if (EndsWith(path, ".log")) return "log";
  if (EndsWith(path, ".sst")) return "table";
  if (path.find("/MANIFEST-") != std::string::npos) return "manifest";
  if (EndsWith(path, "/CURRENT")) return "current";
  if (EndsWith(path, "/ANCHOR") || EndsWith(path, "/ANCHOR.tmp")) return "anchor";
  struct stat status;
  if (EndsWith(path, "/rocksdb")) return "directory";
  if (stat((path + "/ANCHOR").c_str(), &status) == 0) return "anchor-directory";
  return "";
}

std::string StepOf(int fd, const char* what) {
  char path[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = readlink(link.c_str(), path, sizeof(path));
  if (size <= 0) return "";
  const std::string kind = KindOf(std::string(path, static_cast<size_t>(size)));
  return kind.empty() ? kind : kind + what;
}

template <class F>
F Real(const char* name) {
  return reinterpret_cast<F>(dlsym(RTLD_NEXT, name));
}

// Commits that were synced: a reply counts only once there is one to confirm.
std::atomic<int> log_syncs{0};

int Sync(const char* name, int fd) {
  const std::string step = StepOf(fd, "-sync");
  ThePoint().Before(step);
  const int result = Real<int (*)(int)>(name)(fd);
  if (step == "log-sync") ++log_syncs;
  ThePoint().After(step);
  return result;
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* bytes, size_t size) {
  const std::string step = StepOf(fd, "-write");
  ThePoint().Before(step);
  const ssize_t result = Real<ssize_t (*)(int, const void*, size_t)>("write")(fd, bytes, size);
  ThePoint().After(step);
  return result;
}

int fdatasync(int fd) { return Sync("fdatasync", fd); }
int fsync(int fd) { return Sync("fsync", fd); }

int rename(const char* from, const char* to) noexcept {
  std::string step = KindOf(to);
  if (!step.empty()) step += "-rename";
  ThePoint().Before(step);
  const int result = Real<int (*)(const char*, const char*)>("rename")(from, to);
  ThePoint().After(step);
  return result;
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  const std::string step = log_syncs > 0 ? "reply" : "";
  ThePoint().Before(step);
  const ssize_t result = Real<ssize_t (*)(int, const msghdr*, int)>("sendmsg")(fd, message, flags);
  ThePoint().After(step);
  return result;
}

}  // extern "C"
