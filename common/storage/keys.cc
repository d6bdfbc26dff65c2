#include "common/storage/keys.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"

namespace weft::storage {
namespace {

// In a string part, 0x00 is followed by one of these. The end sorts before an escaped zero, so that
// a part sorts before every longer one that it begins.
constexpr char kEnd = '\x01';
constexpr char kEscapedZero = '\xff';
constexpr size_t kMaxTextBytes = 200;
// Most keys are no longer, so that they take one allocation.
constexpr size_t kUsualBytes = 64;

void AppendBigEndian(uint64_t value, int bytes, std::string& out) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((value >> shift) & 0xff));
  }
}

uint64_t ReadBigEndian(absl::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

}  // namespace

KeyWriter::KeyWriter(uint16_t table) {
  key_.reserve(kUsualBytes);
  AppendBigEndian(table, 2, key_);
}

KeyWriter& KeyWriter::String(absl::string_view part) {
  for (size_t zero = part.find('\0'); zero != absl::string_view::npos; zero = part.find('\0')) {
    key_.append(part.data(), zero + 1);
    key_.push_back(kEscapedZero);
    part.remove_prefix(zero + 1);
  }
  key_.append(part.data(), part.size());
  key_.push_back('\0');
  key_.push_back(kEnd);
  return *this;
}

KeyWriter& KeyWriter::Uint64(uint64_t part) {
  AppendBigEndian(part, 8, key_);
  return *this;
}

KeyWriter& KeyWriter::Byte(uint8_t part) {
  key_.push_back(static_cast<char>(part));
  return *this;
}

KeyRange KeyWriter::Prefix() const { return {key_, PrefixEnd(key_)}; }

uint64_t KeyReader::Fixed(size_t bytes) {
  if (rest_.size() < bytes) {
    Fail();
    return 0;
  }
  const uint64_t value = ReadBigEndian(rest_.substr(0, bytes));
  rest_.remove_prefix(bytes);
  return value;
}

void KeyReader::Skip(size_t bytes) {
  if (rest_.size() < bytes) return Fail();
  rest_.remove_prefix(bytes);
}

std::string KeyReader::String() {
  std::string part;
  for (;;) {
    const size_t zero = rest_.find('\0');
    if (zero == absl::string_view::npos || zero + 1 >= rest_.size()) break;
    const char after = rest_[zero + 1];
    part.append(rest_.data(), zero);
    rest_.remove_prefix(zero + 2);
    if (after == kEnd) return part;
    if (after != kEscapedZero) break;
    part.push_back('\0');
  }
  Fail();
  return std::string();
}

absl::Status KeyReader::Finish() const {
  if (!failed_ && rest_.empty()) return absl::OkStatus();
  const std::string text = KeyToText(key_);
  return Error(absl::StatusCode::kDataLoss, "KEY_CORRUPT",
               absl::StrCat("stored key \"", text, "\" does not have the shape of its table"),
               {{"key", text}});
}

std::string PrefixEnd(absl::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (!end.empty()) ++end.back();
  return end;
}

std::string KeyToText(absl::string_view key) {
  std::string text;
  for (const char byte : key.substr(0, kMaxTextBytes)) {
    if (absl::ascii_isprint(static_cast<unsigned char>(byte)) && byte != '\\') {
      text.push_back(byte);
    } else {
      absl::StrAppend(&text, "\\x", absl::Hex(static_cast<unsigned char>(byte), absl::kZeroPad2));
    }
  }
  if (key.size() > kMaxTextBytes) absl::StrAppend(&text, "... (", key.size(), " bytes)");
  return text;
}

}  // namespace weft::storage
