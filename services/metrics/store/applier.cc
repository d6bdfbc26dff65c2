#include "services/metrics/store/applier.h"

#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/metrics/domain/site_record.h"
#include "services/metrics/store/keys.h"
#include "services/metrics/store/rows.h"

namespace weft::metrics {
namespace {

using ingestion::v1::Answers;
using ingestion::v1::Instrument;
using ingestion::v1::Response;
using ingestion::v1::ResponseRevision;
using ingestion::v1::RosterEntry;
using ingestion::v1::Wave;
using store::v1::SiteRow;
using type::v1::Change;

constexpr v1::ReviewFloor kFloors[] = {v1::REVIEW_FLOOR_SUBMITTED, v1::REVIEW_FLOOR_APPROVED};

bool Deleted(const Change& change) { return change.kind() == Change::KIND_DELETED; }

absl::Status Invalid(const Change& change, absl::string_view why) {
  return Error(absl::StatusCode::kInvalidArgument, "CHANGE_INVALID",
               absl::StrCat("the change of ", change.name(), " ", why));
}

absl::Status Unpack(const Change& change, google::protobuf::Message& resource) {
  if (change.resource().UnpackTo(&resource)) return absl::OkStatus();
  return Invalid(change, absl::StrCat("holds no ", resource.GetTypeName()));
}

// What the numbers need of a roster entry; a name that may not be shown is not kept.
RosterEntry Prune(const RosterEntry& entry) {
  RosterEntry kept;
  kept.set_site(entry.site());
  kept.set_neutral_label(entry.neutral_label());
  kept.set_naming(entry.naming());
  if (entry.naming() == registry::v1::Site::NAMING_NAMED) {
    kept.set_display_name(entry.display_name());
  }
  *kept.mutable_cohorts() = entry.cohorts();
  kept.set_active(entry.active());
  return kept;
}

Response Prune(const Response& response) {
  Response kept;
  kept.set_name(response.name());
  kept.set_state(response.state());
  kept.set_submitted_revision(response.submitted_revision());
  kept.set_approved_revision(response.approved_revision());
  return kept;
}

// Whether answers are counted alike under both: then nothing needs counting again.
bool SameQuestions(const Instrument& a, const Instrument& b) {
  Instrument of_a;
  Instrument of_b;
  *of_a.mutable_partner_types() = a.partner_types();
  *of_a.mutable_sections() = a.sections();
  *of_b.mutable_partner_types() = b.partner_types();
  *of_b.mutable_sections() = b.sections();
  return google::protobuf::util::MessageDifferencer::Equals(of_a, of_b);
}

// Whether two states of a site say the same at a floor.
bool SameAnswers(const store::v1::SiteRecord& a, const store::v1::SiteRecord& b,
                 v1::ReviewFloor floor) {
  const store::v1::CountedAnswers* const of_a = AnswersAt(a, floor);
  const store::v1::CountedAnswers* const of_b = AnswersAt(b, floor);
  if (of_a == nullptr || of_b == nullptr) return of_a == of_b;
  return of_a->SerializeAsString() == of_b->SerializeAsString();
}

}  // namespace

Task<absl::Status> Applier::Prefetch(const std::vector<const Change*>& changes) {
  std::vector<std::string> keys;
  for (const Change* change : changes) {
    const std::vector<absl::string_view> parts = absl::StrSplit(change->name(), '/');
    if (parts.size() != 4 || parts[0] != "waves") continue;
    // A response has its site's id, unless somebody chose another: then it is read by itself.
    if (parts[2] == "roster" || parts[2] == "responses") {
      keys.push_back(SiteKeyOf(parts[1], parts[3]));
    }
  }
  absl::Status fetched = co_await txn_.Prefetch(std::move(keys));
  co_return fetched;
}

// What Recount() is going to ask for and no change brought along.
Task<absl::Status> Applier::PrefetchAnswers() {
  std::vector<std::string> keys;
  for (const auto& [name, site] : sites_) {
    if (!site->row.has_response()) continue;
    const absl::string_view response = IdOfName(site->row.response().name());
    for (const v1::ReviewFloor floor : kFloors) {
      const int revision = CountedRevision(site->row.response(), floor);
      if (revision == 0) continue;
      std::string key = RevisionKey(name.first, response, static_cast<uint64_t>(revision));
      if (!answers_.contains(key)) keys.push_back(std::move(key));
    }
  }
  absl::Status fetched = co_await txn_.Prefetch(std::move(keys));
  co_return fetched;
}

Task<absl::Status> Applier::Apply(const Change& change) {
  const std::vector<std::string> parts = absl::StrSplit(change.name(), '/');
  absl::Status applied;
  if (parts.size() == 2 && parts[0] == "taxonomies") {
    changed_labels_ = true;
    if (Deleted(change)) {
      txn_.Delete(TaxonomyKey(parts[1]));
    } else if (change.resource().Is<registry::v1::Taxonomy>()) {
      txn_.Put(TaxonomyKey(parts[1]), change.resource().value());
    } else {
      applied = Invalid(change, "holds no taxonomy");
    }
  } else if (parts.size() == 2 && parts[0] == "instruments") {
    applied = co_await ApplyInstrument(change, parts[1]);
  } else if (parts.size() == 2 && parts[0] == "waves") {
    applied = co_await ApplyWave(change, parts[1]);
  } else if (parts.size() == 4 && parts[0] == "waves" && parts[2] == "roster") {
    applied = co_await ApplyRosterEntry(change, parts[1], parts[3]);
  } else if (parts.size() == 4 && parts[0] == "waves" && parts[2] == "responses") {
    applied = co_await ApplyResponse(change, parts[1], parts[3]);
  } else if (parts.size() == 6 && parts[0] == "waves" && parts[4] == "revisions") {
    uint64_t revision = 0;
    applied = absl::SimpleAtoi(parts[5], &revision)
                  ? ApplyRevision(change, parts[1], parts[3], revision)
                  : Invalid(change, "has a revision that is no number");
  }
  co_return applied;
}

Task<absl::Status> Applier::ApplyWave(const Change& change, std::string id) {
  changed_waves_.insert(id);
  if (Deleted(change)) {
    txn_.Delete(WaveKey(id));
    co_return absl::OkStatus();
  }
  Wave wave;
  WEFT_CO_RETURN_IF_ERROR(Unpack(change, wave));
  absl::StatusOr<std::optional<Wave>> before = co_await FindRow<Wave>(txn_, WaveKey(id));
  WEFT_CO_RETURN_IF_ERROR(before.status());
  if (!before->has_value() || (*before)->instrument() != wave.instrument()) {
    instruments_.erase(id);
    waves_to_recount_.insert(id);
  }
  txn_.Put(WaveKey(id), change.resource().value());
  co_return absl::OkStatus();
}

Task<absl::Status> Applier::ApplyInstrument(const Change& change, std::string id) {
  Instrument instrument;
  if (!Deleted(change)) WEFT_CO_RETURN_IF_ERROR(Unpack(change, instrument));
  absl::StatusOr<std::optional<Instrument>> before =
      co_await FindRow<Instrument>(txn_, InstrumentKey(id));
  WEFT_CO_RETURN_IF_ERROR(before.status());
  if (Deleted(change)) {
    txn_.Delete(InstrumentKey(id));
  } else {
    txn_.Put(InstrumentKey(id), change.resource().value());
  }

  // Published instruments never change, so the waves that have answers are only among these when a
  // snapshot sends an instrument after them.
  const bool same =
      SameQuestions(before->has_value() ? **before : Instrument::default_instance(), instrument);
  storage::KeyRange range = TableRange(kWaves);
  for (bool more = true; more;) {
    const storage::ScanOptions options;
    absl::StatusOr<std::vector<storage::Entry>> waves = co_await txn_.Scan(range, options);
    WEFT_CO_RETURN_IF_ERROR(waves.status());
    for (const storage::Entry& entry : *waves) {
      Wave wave;
      WEFT_CO_RETURN_IF_ERROR(ParseRow(entry, wave));
      if (IdOfName(wave.instrument()) != id) continue;
      const std::string wave_id(IdOfName(wave.name()));
      instruments_.erase(wave_id);
      changed_waves_.insert(wave_id);
      if (!same) waves_to_recount_.insert(wave_id);
    }
    more = waves->size() == options.limit;
    if (more) range.begin = waves->back().key + '\0';
  }
  co_return absl::OkStatus();
}

Task<absl::Status> Applier::ApplyRosterEntry(const Change& change, std::string wave,
                                             std::string site) {
  absl::StatusOr<Site*> touched = co_await Touch(wave, site);
  WEFT_CO_RETURN_IF_ERROR(touched.status());
  if (Deleted(change)) {
    (*touched)->row.clear_entry();
    co_return absl::OkStatus();
  }
  RosterEntry entry;
  WEFT_CO_RETURN_IF_ERROR(Unpack(change, entry));
  *(*touched)->row.mutable_entry() = Prune(entry);
  co_return absl::OkStatus();
}

Task<absl::Status> Applier::ApplyResponse(const Change& change, std::string wave, std::string id) {
  if (Deleted(change)) {
    absl::StatusOr<std::optional<storage::Entry>> respondent =
        co_await txn_.Get(RespondentKey(wave, id));
    WEFT_CO_RETURN_IF_ERROR(respondent.status());
    if (!respondent->has_value()) co_return absl::OkStatus();
    absl::StatusOr<Site*> touched = co_await Touch(wave, (*respondent)->value);
    WEFT_CO_RETURN_IF_ERROR(touched.status());
    if (IdOfName((*touched)->row.response().name()) == id) (*touched)->row.clear_response();
    txn_.Delete(RespondentKey(wave, id));
    co_return absl::OkStatus();
  }
  Response response;
  WEFT_CO_RETURN_IF_ERROR(Unpack(change, response));
  const std::string site(IdOfName(response.respondent()));
  absl::StatusOr<Site*> touched = co_await Touch(wave, site);
  WEFT_CO_RETURN_IF_ERROR(touched.status());
  SiteRow& row = (*touched)->row;
  if (row.response().name() != response.name()) txn_.Put(RespondentKey(wave, id), site);
  *row.mutable_response() = Prune(response);
  co_return absl::OkStatus();
}

absl::Status Applier::ApplyRevision(const Change& change, const std::string& wave,
                                    const std::string& response, uint64_t revision) {
  std::string key = RevisionKey(wave, response, revision);
  if (Deleted(change)) {
    answers_.erase(key);
    txn_.Delete(std::move(key));
    return absl::OkStatus();
  }
  // The response that it belongs to follows in the same commit, and is counted then.
  ResponseRevision resource;
  WEFT_RETURN_IF_ERROR(Unpack(change, resource));
  txn_.Put(key, resource.answers().SerializeAsString());
  answers_[key] = std::make_unique<Answers>(std::move(*resource.mutable_answers()));
  return absl::OkStatus();
}

Task<absl::StatusOr<Applier::Site*>> Applier::Touch(std::string wave, std::string site) {
  const auto touched = sites_.find({wave, site});
  if (touched != sites_.end()) co_return touched->second.get();
  auto loaded = std::make_unique<Site>();
  absl::StatusOr<std::optional<SiteRow>> row =
      co_await FindRow<SiteRow>(txn_, SiteKeyOf(wave, site));
  WEFT_CO_RETURN_IF_ERROR(row.status());
  loaded->stored = row->has_value();
  if (loaded->stored) loaded->row = **std::move(row);
  Site* const result = loaded.get();
  sites_[{std::move(wave), std::move(site)}] = std::move(loaded);
  co_return result;
}

Task<absl::Status> Applier::TouchAll(std::string wave) {
  storage::KeyRange range = SiteRange(wave);
  for (bool more = true; more;) {
    const storage::ScanOptions options;
    absl::StatusOr<std::vector<storage::Entry>> rows = co_await txn_.Scan(range, options);
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    for (const storage::Entry& entry : *rows) {
      SiteRow row;
      WEFT_CO_RETURN_IF_ERROR(ParseRow(entry, row));
      const std::string site(IdOfName(row.record().site()));
      absl::StatusOr<Site*> touched = co_await Touch(wave, site);
      WEFT_CO_RETURN_IF_ERROR(touched.status());
    }
    more = rows->size() == options.limit;
    if (more) range.begin = rows->back().key + '\0';
  }
  co_return absl::OkStatus();
}

Task<absl::Status> Applier::Finish() {
  for (const std::string& wave : waves_to_recount_) {
    absl::Status touched = co_await TouchAll(wave);
    WEFT_CO_RETURN_IF_ERROR(std::move(touched));
  }
  absl::Status fetched = co_await PrefetchAnswers();
  WEFT_CO_RETURN_IF_ERROR(std::move(fetched));
  for (const auto& [name, site] : sites_) {
    absl::Status recounted = co_await Recount(name.first, name.second, *site);
    WEFT_CO_RETURN_IF_ERROR(std::move(recounted));
  }
  for (const auto& [key, part] : parts_) {
    if (part->empty()) {
      txn_.Delete(key);
    } else {
      txn_.Put(key, EncodeHistogram(*part));
    }
  }
  co_return absl::OkStatus();
}

Task<absl::Status> Applier::Recount(std::string wave, std::string site, Site& touched) {
  SiteRow& row = touched.row;
  SiteSources sources;
  if (row.has_entry()) sources.entry = &row.entry();
  if (row.has_response()) {
    sources.response = &row.response();
    const std::string response(IdOfName(row.response().name()));
    const int submitted = CountedRevision(row.response(), v1::REVIEW_FLOOR_SUBMITTED);
    const int approved = CountedRevision(row.response(), v1::REVIEW_FLOOR_APPROVED);
    absl::StatusOr<const Answers*> of_submitted = co_await AnswersOf(wave, response, submitted);
    WEFT_CO_RETURN_IF_ERROR(of_submitted.status());
    absl::StatusOr<const Answers*> of_approved = co_await AnswersOf(wave, response, approved);
    WEFT_CO_RETURN_IF_ERROR(of_approved.status());
    sources.submitted = *of_submitted;
    sources.approved = *of_approved;
  }
  absl::StatusOr<const Instrument*> instrument = co_await InstrumentOf(wave);
  WEFT_CO_RETURN_IF_ERROR(instrument.status());
  store::v1::SiteRecord after = MakeSiteRecord(**instrument, absl::StrCat("sites/", site), sources);

  const std::vector<std::string> scopes_before = ScopesOf(row.record());
  const std::vector<std::string> scopes_after = ScopesOf(after);
  for (const v1::ReviewFloor floor : kFloors) {
    if (scopes_before == scopes_after && SameAnswers(row.record(), after, floor)) continue;
    const std::vector<Increment> before = Contribution(row.record(), floor);
    const std::vector<Increment> now = Contribution(after, floor);
    absl::btree_map<std::string, std::vector<Increment>> by_scope;
    for (const std::string& scope : scopes_before) by_scope[scope] = Difference(before, {});
    for (const std::string& scope : scopes_after) {
      const bool stayed = by_scope.contains(scope);
      by_scope[scope] = stayed ? Difference(before, now) : now;
    }
    for (const auto& [scope, increments] : by_scope) {
      absl::Status counted = co_await Count(wave, scope, floor, increments);
      WEFT_CO_RETURN_IF_ERROR(std::move(counted));
    }
  }

  changed_waves_.insert(wave);
  *row.mutable_record() = std::move(after);
  if (row.has_entry() || row.has_response()) {
    txn_.Put(SiteKeyOf(wave, site), row.SerializeAsString());
  } else if (touched.stored) {
    txn_.Delete(SiteKeyOf(wave, site));
  }
  co_return absl::OkStatus();
}

Task<absl::Status> Applier::Count(std::string wave, std::string cohort, v1::ReviewFloor floor,
                                  const std::vector<Increment>& increments) {
  Histogram* part = nullptr;
  uint32_t part_id = 0;
  for (const Increment& increment : increments) {
    if (part == nullptr || increment.part != part_id) {
      part_id = increment.part;
      absl::StatusOr<Histogram*> loaded =
          co_await LoadPart(AggregateKey(wave, cohort, floor, part_id));
      WEFT_CO_RETURN_IF_ERROR(loaded.status());
      part = *loaded;
    }
    WEFT_CO_RETURN_IF_ERROR(metrics::Apply(increment, *part));
  }
  co_return absl::OkStatus();
}

Task<absl::StatusOr<Histogram*>> Applier::LoadPart(std::string key) {
  const auto known = parts_.find(key);
  if (known != parts_.end()) co_return known->second.get();
  absl::StatusOr<std::optional<storage::Entry>> entry = co_await txn_.Get(key);
  WEFT_CO_RETURN_IF_ERROR(entry.status());
  auto loaded = std::make_unique<Histogram>();
  if (entry->has_value()) {
    WEFT_CO_ASSIGN_OR_RETURN(*loaded, DecodeHistogram((*entry)->value));
  }
  Histogram* const part = loaded.get();
  parts_[std::move(key)] = std::move(loaded);
  co_return part;
}

Task<absl::StatusOr<const Instrument*>> Applier::InstrumentOf(std::string wave) {
  const auto known = instruments_.find(wave);
  if (known != instruments_.end()) co_return known->second.get();
  // A wave or an instrument that is not known yet has no questions; it is counted again once it is.
  auto loaded = std::make_unique<Instrument>();
  absl::StatusOr<std::optional<Wave>> row = co_await FindRow<Wave>(txn_, WaveKey(wave));
  WEFT_CO_RETURN_IF_ERROR(row.status());
  if (row->has_value()) {
    absl::StatusOr<std::optional<Instrument>> found =
        co_await FindRow<Instrument>(txn_, InstrumentKey(IdOfName((*row)->instrument())));
    WEFT_CO_RETURN_IF_ERROR(found.status());
    if (found->has_value()) *loaded = **std::move(found);
  }
  const Instrument* const instrument = loaded.get();
  instruments_[std::move(wave)] = std::move(loaded);
  co_return instrument;
}

Task<absl::StatusOr<const Answers*>> Applier::AnswersOf(std::string wave, std::string response,
                                                        uint64_t revision) {
  if (revision == 0) co_return nullptr;
  std::string key = RevisionKey(wave, response, revision);
  const auto known = answers_.find(key);
  if (known != answers_.end()) co_return known->second.get();
  absl::StatusOr<std::optional<Answers>> found = co_await FindRow<Answers>(txn_, key);
  WEFT_CO_RETURN_IF_ERROR(found.status());
  // A snapshot that is sent from several states may hold a response before its revision, which then
  // follows as a change, and the response with it.
  if (!found->has_value()) co_return nullptr;
  auto loaded = std::make_unique<Answers>(**std::move(found));
  const Answers* const answers = loaded.get();
  answers_[std::move(key)] = std::move(loaded);
  co_return answers;
}

}  // namespace weft::metrics
