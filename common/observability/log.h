// Structured logs: one JSON object a line, on standard error. What people answered never goes in.
#ifndef WEFT_COMMON_OBSERVABILITY_LOG_H_
#define WEFT_COMMON_OBSERVABILITY_LOG_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace weft::observability {

enum class Level { kDebug, kInfo, kWarning, kError, kOff };

// "debug", "info", "warning", "error", "off"; false for anything else.
bool ParseLevel(absl::string_view text, Level& level);

// Builds one line. Keys are code, values are data: control characters, quotes and broken UTF-8 in
// values are escaped, so that a caller cannot forge a line.
//   logger.Write(LogLine(Level::kInfo, "listening").Add("address", address));
class LogLine {
 public:
  LogLine(Level level, absl::string_view event);

  LogLine& Add(absl::string_view key, absl::string_view value);
  LogLine& Add(absl::string_view key, const char* value) {
    return Add(key, absl::string_view(value));
  }
  LogLine& Add(absl::string_view key, int64_t value);
  LogLine& Add(absl::string_view key, int value) { return Add(key, static_cast<int64_t>(value)); }
  LogLine& Add(absl::string_view key, size_t value) {
    return Add(key, static_cast<int64_t>(value));
  }
  LogLine& Add(absl::string_view key, double value);
  // Code, reason and message.
  LogLine& Add(const absl::Status& status);

  Level level() const { return level_; }
  // The object's members without its braces.
  const std::string& members() const { return members_; }

 private:
  void Key(absl::string_view key);

  Level level_;
  std::string members_;
};

// Thread-safe.
class Logger {
 public:
  // Lines below `level` are dropped. Warnings and errors are written at once, the rest at least
  // every second.
  static std::unique_ptr<Logger> ToStderr(Level level);
  // For tests.
  static std::unique_ptr<Logger> ToFunction(Level level,
                                            std::function<void(absl::string_view)> write);
  virtual ~Logger() = default;

  // To spare the making of a line that would be dropped.
  bool Enabled(Level level) const { return level >= level_ && level_ != Level::kOff; }
  // Adds `ts` (UTC) and `level`.
  void Write(const LogLine& line);
  virtual void Flush() = 0;

 protected:
  explicit Logger(Level level) : level_(level) {}
  // `line` ends without a newline.
  virtual void WriteLine(Level level, absl::string_view line) = 0;

 private:
  const Level level_;
};

}  // namespace weft::observability

#endif  // WEFT_COMMON_OBSERVABILITY_LOG_H_
