#include "common/storage/position.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"

namespace weft::storage {
namespace {

constexpr size_t kEpochDigits = 16;

}  // namespace

// "9f0c5a7be2d14c36-1a2b": the epoch in 16 hexadecimal digits, the sequence in as many as it needs.
std::string Position::ToString() const {
  if (empty()) return std::string();
  return absl::StrCat(absl::Hex(epoch_, absl::kZeroPad16), "-", absl::Hex(sequence_));
}

absl::StatusOr<Position> Position::Parse(absl::string_view text) {
  if (text.empty()) return Position();
  uint64_t epoch = 0;
  uint64_t sequence = 0;
  const bool parsed = text.size() > kEpochDigits + 1 && text.size() <= 2 * kEpochDigits + 1 &&
                      absl::SimpleHexAtoi(text.substr(0, kEpochDigits), &epoch) &&
                      absl::SimpleHexAtoi(text.substr(kEpochDigits + 1), &sequence) && epoch != 0;
  const Position position(epoch, sequence);
  if (parsed && position.ToString() == text) return position;
  return Error(absl::StatusCode::kInvalidArgument, "POSITION_INVALID",
               "the position is not one that this server gave out; send one exactly as it was "
               "received, or none");
}

std::optional<std::strong_ordering> Compare(const Position& a, const Position& b) {
  if (a.empty() || b.empty()) return !a.empty() <=> !b.empty();
  if (a.epoch() != b.epoch()) return std::nullopt;
  return a.sequence() <=> b.sequence();
}

}  // namespace weft::storage
