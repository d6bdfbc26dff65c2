#include "services/registry/domain/hsds/directory_reader.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace weft::registry::hsds {
namespace {

// It tells what the other files hold, which their header rows do, too.
constexpr absl::string_view kDescriptor = "datapackage.json";
// An organization with so many rows more is as much work as two.
constexpr int kRowsOfARecord = 100;

}  // namespace

void DirectoryReader::BeginFile(absl::string_view given) {
  EndFile();
  const int file = report_.AddFile(given);
  const std::string name = absl::AsciiStrToLower(given);
  Spot spot;
  spot.file = file;
  if (!names_.insert(name).second) {
    report_.Add(Reason::kDuplicateFile, spot,
                "a file of this name has come already; leave one out");
    kind_ = Kind::kPassed;
    return;
  }
  kind_ = Kind::kPassed;
  if (name == kDescriptor) return;
  if (absl::EndsWith(name, ".json")) {
    kind_ = Kind::kJson;
    has_json_ = true;
    json_.emplace(file, report_, [this](const Record& record) { Take(record); });
  } else if (PackageReader::IsTable(name)) {
    kind_ = Kind::kTable;
    package_.Begin(file, name);
  } else {
    report_.Add(Reason::kFileNotRead, spot,
                "the file is neither JSON nor a table of HSDS, and is passed over");
  }
}

void DirectoryReader::Feed(absl::string_view bytes) {
  if (kind_ == Kind::kJson) json_->Feed(bytes);
  if (kind_ == Kind::kTable) package_.Feed(bytes);
}

void DirectoryReader::EndFile() {
  if (kind_ == Kind::kJson) json_->Finish();
  if (kind_ == Kind::kTable) package_.End();
  json_.reset();
  kind_ = Kind::kNone;
}

void DirectoryReader::Finish() {
  EndFile();
  if (has_json_ && package_.has_organizations()) {
    report_.Add(Reason::kFilesMixed, Spot(),
                "there are JSON files and organizations.csv; send the one or the other");
  }
}

bool DirectoryReader::Work(int records) {
  for (int left = records; left > 0;) {
    const std::optional<Record> organization = package_.NextOrganization();
    if (!organization.has_value()) {
      if (package_.TellLeft(records)) return true;
      if (organizations_read_ == 0 && report_.errors() == 0) {
        report_.Add(Reason::kNoOrganizations, Spot(),
                    "there is no organization in the files: send a JSON file, or organizations.csv "
                    "and the tables beside it");
      }
      return false;
    }
    left -= 1 + static_cast<int>(organization->children.size()) / kRowsOfARecord;
    Take(*organization);
  }
  return true;
}

void DirectoryReader::Take(const Record& record) {
  if (++organizations_read_ > kMaxOrganizations) {
    if (organizations_read_ == kMaxOrganizations + 1) {
      report_.Add(Reason::kTooManyOrganizations, SpotOf(record),
                  absl::StrCat("with this one there are more than ", kMaxOrganizations,
                               " organizations; send them in parts"));
    }
    return;
  }
  std::optional<Incoming> incoming = ReadOrganization(record, report_);
  if (!incoming.has_value()) return;
  if (!ids_.insert(incoming->id).second) {
    report_.Add(Reason::kDuplicateId, incoming->spot,
                absl::StrCat("an organization with the id ", incoming->id,
                             " has come already; leave one out"));
    return;
  }
  organizations_.push_back(*std::move(incoming));
}

}  // namespace weft::registry::hsds
