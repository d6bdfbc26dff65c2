#include "common/observability/log.h"

#include <array>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/observability/json_text.h"
#include "spdlog/logger.h"
#include "spdlog/sinks/base_sink.h"

namespace weft::observability {
namespace {

constexpr std::array<std::pair<absl::string_view, Level>, 5> kLevels = {{
    {"debug", Level::kDebug},
    {"info", Level::kInfo},
    {"warning", Level::kWarning},
    {"error", Level::kError},
    {"off", Level::kOff},
}};

absl::string_view LevelName(Level level) {
  for (const auto& [name, value] : kLevels) {
    if (value == level) return name;
  }
  return "";
}

// A line of the access log has some 300 bytes.
constexpr size_t kLineBytes = 512;

// "2026-11-24T00:19:40.744616Z". By hand, because there is one per call, and formatting by a
// pattern costs as much as a read from storage.
std::string Timestamp(absl::Time time) {
  const absl::CivilSecond second = absl::ToCivilSecond(time, absl::UTCTimeZone());
  const absl::Duration rest = time - absl::FromCivil(second, absl::UTCTimeZone());
  return absl::StrCat(
      absl::Dec(second.year(), absl::kZeroPad4), "-", absl::Dec(second.month(), absl::kZeroPad2),
      "-", absl::Dec(second.day(), absl::kZeroPad2), "T", absl::Dec(second.hour(), absl::kZeroPad2),
      ":", absl::Dec(second.minute(), absl::kZeroPad2), ":",
      absl::Dec(second.second(), absl::kZeroPad2), ".",
      absl::Dec(absl::ToInt64Microseconds(rest), absl::kZeroPad6), "Z");
}

// Collects lines and writes them in one go, because a write per call would cost more than many a
// call itself.
class BufferedStderr final : public spdlog::sinks::base_sink<std::mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    buffer_.append(message.payload.data(), message.payload.size());
    buffer_.push_back('\n');
    if (buffer_.size() >= kFlushAt) flush_();
  }
  void flush_() override {
    std::fwrite(buffer_.data(), 1, buffer_.size(), stderr);
    std::fflush(stderr);
    buffer_.clear();
  }

 private:
  static constexpr size_t kFlushAt = 16 << 10;
  std::string buffer_;
};

class StderrLogger final : public Logger {
 public:
  explicit StderrLogger(Level level)
      : Logger(level),
        logger_(std::make_shared<spdlog::logger>("weft", std::make_shared<BufferedStderr>())),
        flusher_([this](std::stop_token stop) { FlushRegularly(stop); }) {
    logger_->set_level(spdlog::level::trace);
    logger_->flush_on(spdlog::level::warn);
  }
  ~StderrLogger() override {
    flusher_.request_stop();
    flusher_.join();
    logger_->flush();
  }
  void Flush() override { logger_->flush(); }

 protected:
  void WriteLine(Level level, absl::string_view line) override {
    const spdlog::level::level_enum severity =
        level >= Level::kWarning ? spdlog::level::warn : spdlog::level::info;
    logger_->log(severity, spdlog::string_view_t(line.data(), line.size()));
  }

 private:
  void FlushRegularly(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock<std::mutex> lock(mutex);
    while (!stop.stop_requested()) {
      stopped.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; });
      logger_->flush();
    }
  }

  std::shared_ptr<spdlog::logger> logger_;
  std::jthread flusher_;
};

class FunctionLogger final : public Logger {
 public:
  FunctionLogger(Level level, std::function<void(absl::string_view)> write)
      : Logger(level), write_(std::move(write)) {}
  void Flush() override {}

 protected:
  void WriteLine(Level, absl::string_view line) override {
    std::lock_guard<std::mutex> lock(mutex_);
    write_(line);
  }

 private:
  std::mutex mutex_;
  std::function<void(absl::string_view)> write_;
};

}  // namespace

bool ParseLevel(absl::string_view text, Level& level) {
  for (const auto& [name, value] : kLevels) {
    if (name == text) {
      level = value;
      return true;
    }
  }
  return false;
}

LogLine::LogLine(Level level, absl::string_view event) : level_(level) {
  members_.reserve(kLineBytes);
  Add("event", event);
}

void LogLine::Key(absl::string_view key) {
  members_.append(members_.empty() ? "\"" : ",\"").append(key.data(), key.size()).append("\":");
}

LogLine& LogLine::Add(absl::string_view key, absl::string_view value) {
  Key(key);
  AppendJsonText(value, members_);
  return *this;
}

LogLine& LogLine::Add(absl::string_view key, int64_t value) {
  Key(key);
  absl::StrAppend(&members_, value);
  return *this;
}

LogLine& LogLine::Add(absl::string_view key, double value) {
  Key(key);
  const double thousandths = std::round(std::abs(value) * 1000);
  if (thousandths < 1e15) {
    const auto whole = static_cast<int64_t>(thousandths);
    absl::StrAppend(&members_, value < 0 ? "-" : "", whole / 1000, ".",
                    absl::Dec(whole % 1000, absl::kZeroPad3));
  } else {
    absl::StrAppendFormat(&members_, "%.3f", value);
  }
  return *this;
}

LogLine& LogLine::Add(const absl::Status& status) {
  Add("code", absl::StatusCodeToString(status.code()));
  if (!status.ok()) {
    Add("reason", ReasonOf(status));
    Add("message", status.message());
  }
  return *this;
}

std::unique_ptr<Logger> Logger::ToStderr(Level level) {
  return std::make_unique<StderrLogger>(level);
}

std::unique_ptr<Logger> Logger::ToFunction(Level level,
                                           std::function<void(absl::string_view)> write) {
  return std::make_unique<FunctionLogger>(level, std::move(write));
}

void Logger::Write(const LogLine& line) {
  if (!Enabled(line.level())) return;
  WriteLine(line.level(), absl::StrCat("{\"ts\":\"", Timestamp(absl::Now()), "\",\"level\":\"",
                                       LevelName(line.level()), "\",", line.members(), "}"));
}

}  // namespace weft::observability
