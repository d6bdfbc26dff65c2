#include "services/registry/domain/hsds/package_reader.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/csv/csv_cells.h"

namespace weft::registry::hsds {
namespace {

constexpr char kDelimiters[] = {',', ';', '\t'};
// More than any text of a term that we keep or tell has.
constexpr size_t kMaxTermText = 1000;

// Whether a table cannot be read without the column.
bool IsNeeded(const TableSpec& table, absl::string_view field) {
  if (&table == &Organizations()) return field == "id" || field == "name";
  if (&table == &Identifiers()) return field == "organization_id" || field == "identifier";
  if (&table == &Contacts()) return field == "organization_id";
  if (&table == &Phones()) return field == "number";
  if (&table == &Locations()) return field == "id" || field == "organization_id";
  if (&table == &Addresses()) return field == "location_id";
  if (&table == &Attributes()) return field == "link_id" || field == "taxonomy_term_id";
  return field == "id";
}

const TableSpec* TableOfFile(absl::string_view name) {
  for (const TableSpec* table : Tables()) {
    if (table->file == name) return table;
  }
  return nullptr;
}

const OtherTable* OtherOfFile(absl::string_view name) {
  for (const OtherTable& table : OtherTables()) {
    if (table.file == name) return &table;
  }
  return nullptr;
}

// Ids are compared without regard to case.
std::string KeyOf(absl::string_view id) { return absl::AsciiStrToLower(id); }

// What many attributes name is read as often, so it is made short first.
void Shorten(Record& record) {
  for (RecordField& field : record.fields) {
    field.text = std::string(CutText(TrimCell(field.text), kMaxTermText));
  }
}

}  // namespace

// One file while it is read.
class PackageReader::File final : public CsvReader::Handler {
 public:
  File(PackageReader& package, int file, const TableSpec* table, const OtherTable* other)
      : package_(package), file_(file), table_(table), other_(other), reader_(*this) {}

  void Feed(absl::string_view bytes) { reader_.Feed(bytes); }
  void End() {
    reader_.Finish();
    if (!header_seen_ && !failed_) Tell(Reason::kEmptyFile, 0, 0, "the file has no header row");
  }

  std::optional<char> OnHeader(absl::string_view row, int32_t line) override {
    header_seen_ = true;
    std::optional<char> delimiter;
    int best = -1;
    for (const char candidate : kDelimiters) {
      const std::optional<std::vector<std::string>> cells = SplitCsvRow(row, candidate);
      if (!cells.has_value()) continue;
      const int known = CountKnown(*cells);
      if (known <= best) continue;
      best = known;
      delimiter = candidate;
      headers_ = *cells;
    }
    if (!delimiter.has_value()) {
      return Refuse(Reason::kBadQuote, line, "a quote in the header row is out of place");
    }
    if (headers_.size() > static_cast<size_t>(kMaxColumns)) {
      return Refuse(Reason::kTooManyColumns, line,
                    absl::StrCat("the header row has ", headers_.size(), " columns; at most ",
                                 kMaxColumns, " are read"));
    }
    if (table_ != nullptr && !UseHeader(line)) return std::nullopt;
    return delimiter;
  }

  void OnRow(const CsvRow& row) override {
    if (row.damaged() || row.blank()) return;
    if (table_ == nullptr) {
      package_.report_.AddNotKept(other_->name);
      return;
    }
    if (row.width() != static_cast<int>(headers_.size())) {
      Tell(Reason::kWrongColumnCount, row.line(), 0,
           absl::StrCat("the row has ", row.width(), " cells, and the header row ",
                        headers_.size()));
      return;
    }
    Record record(*table_);
    record.file = file_;
    record.row = row.line();
    for (int i = 0; i < row.size(); ++i) {
      const absl::string_view cell = row[i];
      if (cell.empty()) continue;
      const int index = indexes_[static_cast<size_t>(i)];
      const Keep keep =
          index < 0 ? Keep::kDropped : table_->fields[static_cast<size_t>(index)].keep;
      if (keep == Keep::kRead) {
        record.fields.push_back({index, i + 1, std::string(cell)});
      } else if (keep == Keep::kDropped && cell != kNothing) {
        package_.report_.AddNotKept(
            absl::StrCat(table_->name, ".", headers_[static_cast<size_t>(i)]));
      }
    }
    package_.Take(std::move(record));
  }

  void OnBadByte(int32_t line, int column, int64_t offset, bool nul) override {
    failed_ |= !header_seen_;
    Tell(nul ? Reason::kNulByte : Reason::kInvalidUtf8, line, column,
         absl::StrCat("byte ", offset + 1, " of the file is ",
                      nul ? "NUL, which no text holds" : "not UTF-8; save the file as UTF-8"));
  }

  void OnFailure(CsvReader::Failure failure, int32_t line, int column) override {
    failed_ = true;
    switch (failure) {
      case CsvReader::Failure::kWrongEncoding:
        return Tell(Reason::kWrongEncoding, 0, 0,
                    "the file is in UTF-16 or UTF-32; save it as UTF-8");
      case CsvReader::Failure::kBadQuote:
        return Tell(Reason::kBadQuote, line, column,
                    "a quote inside a cell must be doubled, and the cell quoted");
      case CsvReader::Failure::kUnterminatedQuote:
        return Tell(Reason::kUnterminatedQuote, line, column,
                    "the quote that opens here is never closed");
      case CsvReader::Failure::kFieldTooLong:
        return Tell(Reason::kFieldTooLong, line, column,
                    "the cell is larger than 1 MiB; was a quote not closed?");
      case CsvReader::Failure::kRowTooLong:
        return Tell(Reason::kRowTooLong, line, 0, "the row is too large");
    }
  }

 private:
  void Tell(Reason reason, int32_t line, int column, absl::string_view message) {
    Spot spot;
    spot.file = file_;
    spot.row = line;
    spot.column = column;
    package_.report_.Add(reason, spot, message);
  }
  std::optional<char> Refuse(Reason reason, int32_t line, absl::string_view message) {
    Tell(reason, line, 0, message);
    return std::nullopt;
  }

  static std::string NameOf(absl::string_view header) {
    return absl::AsciiStrToLower(TrimCell(header));
  }

  int CountKnown(const std::vector<std::string>& headers) const {
    int known = 0;
    for (const std::string& header : headers) {
      if (table_ != nullptr && table_->IndexOf(NameOf(header)) >= 0) ++known;
    }
    return known;
  }

  bool UseHeader(int32_t line) {
    bool good = true;
    std::vector<bool> seen(table_->fields.size(), false);
    indexes_.reserve(headers_.size());
    for (size_t i = 0; i < headers_.size(); ++i) {
      headers_[i] = NameOf(headers_[i]);
      const int index = table_->IndexOf(headers_[i]);
      indexes_.push_back(index);
      if (index < 0) continue;
      if (seen[static_cast<size_t>(index)]) {
        Tell(Reason::kDuplicateColumn, line, static_cast<int>(i) + 1,
             absl::StrCat("\"", headers_[i], "\" is there twice; leave one out"));
        good = false;
      }
      seen[static_cast<size_t>(index)] = true;
    }
    for (size_t i = 0; i < seen.size(); ++i) {
      const absl::string_view name = table_->fields[i].name;
      if (seen[i] || !IsNeeded(*table_, name)) continue;
      Tell(Reason::kMissingColumn, line, 0,
           absl::StrCat("there is no column \"", name, "\", which ", table_->file, " needs"));
      good = false;
    }
    return good;
  }

  PackageReader& package_;
  const int file_;
  // One of the two.
  const TableSpec* const table_;
  const OtherTable* const other_;
  CsvReader reader_;
  bool header_seen_ = false;
  bool failed_ = false;
  std::vector<std::string> headers_;
  // By column: which of the table's fields it holds, or -1.
  std::vector<int> indexes_;
};

PackageReader::PackageReader(Report& report) : report_(report) {
  tables_.reserve(Tables().size());
  for (const TableSpec* table : Tables()) tables_.push_back({table, {}, {}});
}

PackageReader::~PackageReader() = default;

bool PackageReader::IsTable(absl::string_view name) {
  return TableOfFile(name) != nullptr || OtherOfFile(name) != nullptr;
}

void PackageReader::Begin(int file, absl::string_view name) {
  const TableSpec* table = TableOfFile(name);
  has_organizations_ |= table == &Organizations();
  file_ = std::make_unique<File>(*this, file, table, OtherOfFile(name));
}

void PackageReader::Feed(absl::string_view bytes) { file_->Feed(bytes); }

void PackageReader::End() {
  file_->End();
  file_.reset();
}

PackageReader::Rows& PackageReader::Of(const TableSpec& spec) {
  size_t i = 0;
  while (tables_[i].spec != &spec) ++i;
  return tables_[i];
}

void PackageReader::Link(Links& links, absl::string_view key, uint32_t row) {
  if (!key.empty()) links[KeyOf(key)].push_back(row);
}

void PackageReader::Take(Record row) {
  if (++row_count_ > kMaxRows) {
    if (row_count_ == kMaxRows + 1) {
      report_.Add(Reason::kTooManyRows, SpotOf(row),
                  absl::StrCat("with this row the tables have more than ", kMaxRows,
                               "; send the organizations in parts"));
    }
    return;
  }
  const TableSpec& spec = row.table();
  Rows& table = Of(spec);
  const auto number = static_cast<uint32_t>(table.rows.size());
  if (&spec == &Organizations()) {
    Link(organizations_by_id_, row.Get("id"), number);
  } else if (&spec == &Identifiers()) {
    Link(identifiers_by_organization_, row.Get("organization_id"), number);
  } else if (&spec == &Contacts()) {
    Link(contacts_by_organization_, row.Get("organization_id"), number);
  } else if (&spec == &Phones()) {
    Link(phones_by_organization_, row.Get("organization_id"), number);
    Link(phones_by_contact_, row.Get("contact_id"), number);
  } else if (&spec == &Locations()) {
    Link(locations_by_organization_, row.Get("organization_id"), number);
  } else if (&spec == &Addresses()) {
    Link(addresses_by_location_, row.Get("location_id"), number);
  } else if (&spec == &Attributes()) {
    Link(attributes_by_link_, row.Get("link_id"), number);
  } else if (&spec == &Terms()) {
    Link(terms_by_id_, row.Get("id"), number);
  } else {
    Link(taxonomies_by_id_, row.Get("id"), number);
  }
  table.rows.push_back(std::move(row));
  table.used.push_back(false);
}

void PackageReader::Attach(Rows& table, Links& links, absl::string_view key, Record& parent) {
  const auto found = links.find(KeyOf(key));
  if (found == links.end()) return;
  for (const uint32_t row : found->second) {
    if (table.used[row]) continue;
    table.used[row] = true;
    parent.children.push_back(std::move(table.rows[row]));
  }
  links.erase(found);
}

void PackageReader::AttachTerms(Record& organization) {
  for (Record& attribute : organization.children) {
    if (&attribute.table() != &Attributes()) continue;
    const auto term = terms_by_id_.find(KeyOf(attribute.Get("taxonomy_term_id")));
    if (term != terms_by_id_.end()) attribute.shared = &TermOf(term->second.front());
  }
}

const Record& PackageReader::TermOf(uint32_t row) {
  Rows& terms = Of(Terms());
  Record& term = terms.rows[row];
  if (terms.used[row]) return term;
  terms.used[row] = true;
  const auto found = taxonomies_by_id_.find(KeyOf(term.Get("taxonomy_id")));
  if (found != taxonomies_by_id_.end()) {
    Rows& taxonomies = Of(Taxonomies());
    Record& taxonomy = taxonomies.rows[found->second.front()];
    if (!taxonomies.used[found->second.front()]) Shorten(taxonomy);
    taxonomies.used[found->second.front()] = true;
    term.shared = &taxonomy;
  }
  Shorten(term);
  return term;
}

std::optional<Record> PackageReader::NextOrganization() {
  Rows& organizations = Of(Organizations());
  if (next_organization_ == organizations.rows.size()) return std::nullopt;
  organizations.used[next_organization_] = true;
  Record organization = std::move(organizations.rows[next_organization_++]);
  const std::string id(organization.Get("id"));
  Attach(Of(Contacts()), contacts_by_organization_, id, organization);
  Attach(Of(Locations()), locations_by_organization_, id, organization);
  for (Record& child : organization.children) {
    if (&child.table() == &Contacts()) {
      Attach(Of(Phones()), phones_by_contact_, child.Get("id"), child);
    } else {
      Attach(Of(Addresses()), addresses_by_location_, child.Get("id"), child);
    }
  }
  // What is left are phones of the organization itself.
  Attach(Of(Phones()), phones_by_organization_, id, organization);
  Attach(Of(Identifiers()), identifiers_by_organization_, id, organization);
  Attach(Of(Attributes()), attributes_by_link_, id, organization);
  AttachTerms(organization);
  return organization;
}

bool PackageReader::TellLeft(int rows) {
  for (; left_table_ < tables_.size(); ++left_table_, left_row_ = 0) {
    Rows& table = tables_[left_table_];
    for (; left_row_ < table.rows.size(); ++left_row_) {
      if (rows-- == 0) return true;
      if (table.used[left_row_]) continue;
      const Record& row = table.rows[left_row_];
      report_.AddNotKept(table.spec->name);
      const RecordField* organization = row.Find("organization_id");
      if (organization == nullptr || organizations_by_id_.contains(KeyOf(organization->text))) {
        continue;
      }
      report_.Add(Reason::kUnknownLink, SpotOf(row, "organization_id"),
                  "no row of organizations.csv has this id, so the row is left out");
    }
  }
  return false;
}

}  // namespace weft::registry::hsds
