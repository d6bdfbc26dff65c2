#include "services/metrics/store/applier.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/metrics/domain/site_record.h"
#include "services/metrics/store/change.h"
#include "services/metrics/store/keys.h"
#include "services/metrics/store/registry_mirror.h"
#include "services/metrics/store/rows.h"
#include "weft/ingestion/v1/instrument.pb.h"
#include "weft/ingestion/v1/wave.pb.h"
#include "weft/registry/v1/taxonomy.pb.h"

namespace weft::metrics {
namespace {

using google::protobuf::Arena;
using ingestion::v1::Answers;
using ingestion::v1::Instrument;
using ingestion::v1::Response;
using ingestion::v1::ResponseRevision;
using ingestion::v1::RosterEntry;
using ingestion::v1::Wave;
using storage::Entry;
using store::v1::CountedAnswers;
using store::v1::SiteRecord;
using store::v1::SiteRow;
using type::v1::Change;

// As the floors of Site::before and Group::deltas.
constexpr v1::ReviewFloor kFloorOrder[] = {v1::REVIEW_FLOOR_SUBMITTED, v1::REVIEW_FLOOR_APPROVED};

void Prune(const Response& response, Response& kept) {
  kept.Clear();
  kept.set_name(response.name());
  kept.set_state(response.state());
  kept.set_revision(response.revision());
  kept.set_submitted_revision(response.submitted_revision());
  kept.set_approved_revision(response.approved_revision());
}

bool Wants(const Response& response, int revision) {
  return revision > 0 &&
         std::any_of(std::begin(kFloorOrder), std::end(kFloorOrder),
                     [&](auto floor) { return RevisionAt(response, floor) == revision; });
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

void ClearAnswers(SiteRow& row) {
  row.mutable_record()->clear_submitted();
  row.mutable_record()->clear_approved();
  row.clear_held();
}

// A revision as the row holds it; null when it does not.
CountedAnswers* FindStored(SiteRow& row, int revision) {
  if (row.record().submitted().revision() == revision) {
    return row.mutable_record()->mutable_submitted();
  }
  if (row.record().approved().revision() == revision) {
    return row.mutable_record()->mutable_approved();
  }
  for (CountedAnswers& held : *row.mutable_held()) {
    if (held.revision() == revision) return &held;
  }
  return nullptr;
}

google::protobuf::ArenaOptions StartIn(std::vector<char>& block) {
  google::protobuf::ArenaOptions options;
  options.initial_block = block.data();
  options.initial_block_size = block.size();
  return options;
}

}  // namespace

Applier::Applier(storage::Transaction& txn, ApplierCache& cache)
    : txn_(txn),
      cache_(cache),
      arena_(StartIn(cache.rows_block)),
      change_arena_(StartIn(cache.change_block)) {
  if (cache_.entries > ApplierCache::kMostEntries) cache_.Clear();
}

Task<absl::Status> Applier::Prefetch(const std::vector<const Change*>& changes) {
  struct Wanted {
    std::string key;
    std::string wave;
    std::string site;
  };
  std::vector<Wanted> wanted;
  wanted.reserve(changes.size());
  for (const Change* change : changes) {
    const std::vector<absl::string_view> parts = absl::StrSplit(change->name(), '/');
    if (parts.size() < 4 || parts[0] != "waves") continue;
    // A response has its site's id, unless somebody chose another: then it is read by itself.
    if (parts[2] != "roster" && parts[2] != "responses") continue;
    // A revision comes before its response.
    if (!wanted.empty() && wanted.back().site == parts[3] && wanted.back().wave == parts[1]) {
      continue;
    }
    wanted.push_back({SiteKeyOf(parts[1], parts[3]), std::string(parts[1]), std::string(parts[3])});
  }
  std::sort(wanted.begin(), wanted.end(),
            [](const Wanted& a, const Wanted& b) { return a.key < b.key; });
  std::vector<std::string> keys;
  std::vector<Wanted*> asked;
  for (Wanted& site : wanted) {
    if (!keys.empty() && keys.back() == site.key) continue;
    if (sites_by_key_.contains(site.key)) continue;
    keys.push_back(site.key);
    asked.push_back(&site);
  }
  storage::Snapshot& snapshot = txn_.snapshot();
  absl::StatusOr<std::vector<std::optional<Entry>>> rows =
      co_await snapshot.GetMany(std::move(keys));
  WEFT_CO_RETURN_IF_ERROR(rows.status());
  for (size_t i = 0; i < asked.size(); ++i) {
    Wanted& site = *asked[i];
    WEFT_CO_RETURN_IF_ERROR(
        Keep(std::move(site.key), std::move(site.wave), std::move(site.site), std::move((*rows)[i]))
            .status());
  }
  co_return absl::OkStatus();
}

Task<absl::Status> Applier::Apply(const Change& change) {
  const std::vector<absl::string_view> parts = absl::StrSplit(change.name(), '/');
  const auto part = [&parts](size_t i) { return std::string(parts[i]); };
  absl::Status applied;
  if (parts.size() == 2 && parts[0] == "taxonomies") {
    applied = ApplyTaxonomy(change, parts[1]);
  } else if (parts.size() == 4 && parts[0] == "taxonomies" && parts[2] == "crosswalks") {
    applied = ApplyCrosswalk(change, parts[1], parts[3]);
  } else if (parts.size() == 2 && parts[0] == "instruments") {
    applied = co_await ApplyInstrument(change, part(1));
  } else if (parts.size() == 2 && parts[0] == "waves") {
    applied = co_await ApplyWave(change, part(1));
  } else if (parts.size() == 4 && parts[0] == "waves" && parts[2] == "roster") {
    applied = co_await ApplyRosterEntry(change, part(1), part(3));
  } else if (parts.size() == 4 && parts[0] == "waves" && parts[2] == "responses") {
    applied = co_await ApplyResponse(change, part(1), part(3));
  } else if (parts.size() == 6 && parts[0] == "waves" && parts[4] == "revisions") {
    applied = ApplyRevision(change, part(1), part(3), parts[5]);
  } else {
    applied = MirrorChange(change, parts, txn_);
  }
  co_return applied;
}

absl::Status Applier::ApplyTaxonomy(const Change& change, absl::string_view id) {
  changed_labels_ = true;
  if (IsDeleted(change)) {
    txn_.Delete(TaxonomyKey(id));
    return absl::OkStatus();
  }
  if (!change.resource().Is<registry::v1::Taxonomy>())
    return InvalidChange(change, "holds no taxonomy");
  txn_.Put(TaxonomyKey(id), change.resource().value());
  return absl::OkStatus();
}

absl::Status Applier::ApplyCrosswalk(const Change& change, absl::string_view taxonomy,
                                     absl::string_view to) {
  // Waves that are compared may be any: every answer may rest on it.
  changed_labels_ = true;
  if (IsDeleted(change)) {
    txn_.Delete(CrosswalkKey(taxonomy, to));
    return absl::OkStatus();
  }
  if (!change.resource().Is<registry::v1::Crosswalk>()) {
    return InvalidChange(change, "holds no crosswalk");
  }
  txn_.Put(CrosswalkKey(taxonomy, to), change.resource().value());
  return absl::OkStatus();
}

Task<absl::Status> Applier::ApplyWave(const Change& change, std::string id) {
  changed_waves_.insert(id);
  Wave wave;
  if (!IsDeleted(change)) WEFT_CO_RETURN_IF_ERROR(UnpackChange(change, wave));
  absl::StatusOr<std::optional<Wave>> before = co_await FindRow<Wave>(txn_, WaveKey(id));
  WEFT_CO_RETURN_IF_ERROR(before.status());
  if (!before->has_value()) {
    AskAgain(id, false);
  } else if (IsDeleted(change) || (*before)->instrument() != wave.instrument()) {
    absl::StatusOr<std::optional<Entry>> instrument =
        co_await txn_.Get(InstrumentKey(IdOfName((*before)->instrument())));
    WEFT_CO_RETURN_IF_ERROR(instrument.status());
    AskAgain(id, instrument->has_value());
  }
  if (IsDeleted(change)) {
    txn_.Delete(WaveKey(id));
  } else {
    txn_.Put(WaveKey(id), change.resource().value());
  }
  co_return absl::OkStatus();
}

Task<absl::Status> Applier::ApplyInstrument(const Change& change, std::string id) {
  Instrument instrument;
  if (!IsDeleted(change)) WEFT_CO_RETURN_IF_ERROR(UnpackChange(change, instrument));
  absl::StatusOr<std::optional<Instrument>> before =
      co_await FindRow<Instrument>(txn_, InstrumentKey(id));
  WEFT_CO_RETURN_IF_ERROR(before.status());
  if (IsDeleted(change)) {
    txn_.Delete(InstrumentKey(id));
  } else {
    txn_.Put(InstrumentKey(id), change.resource().value());
  }

  // Published instruments never change, so the waves that have answers are only among these when a
  // snapshot sends an instrument after them.
  const bool had = before->has_value();
  const bool same = had && !IsDeleted(change) && SameQuestions(**before, instrument);
  storage::KeyRange range = TableRange(kWaves);
  for (bool more = true; more;) {
    const storage::ScanOptions options;
    absl::StatusOr<std::vector<Entry>> waves = co_await txn_.Scan(range, options);
    WEFT_CO_RETURN_IF_ERROR(waves.status());
    for (const Entry& entry : *waves) {
      Wave wave;
      WEFT_CO_RETURN_IF_ERROR(ParseRow(entry, wave));
      if (IdOfName(wave.instrument()) != id) continue;
      const std::string wave_id(IdOfName(wave.name()));
      changed_waves_.insert(wave_id);
      if (!same) AskAgain(wave_id, had);
    }
    more = waves->size() == options.limit;
    if (more) range.begin = waves->back().key + '\0';
  }
  co_return absl::OkStatus();
}

Task<absl::Status> Applier::ApplyRosterEntry(const Change& change, std::string wave,
                                             std::string site) {
  absl::StatusOr<Site*> touched = co_await Touch(std::move(wave), std::move(site));
  WEFT_CO_RETURN_IF_ERROR(touched.status());
  MarkChanged(**touched);
  SiteRow& row = *(*touched)->row;
  row.set_on_roster(!IsDeleted(change));
  if (IsDeleted(change)) {
    SetRosterEntry(nullptr, *row.mutable_record());
    co_return absl::OkStatus();
  }
  RosterEntry& entry = Scratch<RosterEntry>();
  WEFT_CO_RETURN_IF_ERROR(UnpackChange(change, entry));
  SetRosterEntry(&entry, *row.mutable_record());
  co_return absl::OkStatus();
}

Task<absl::Status> Applier::ApplyResponse(const Change& change, std::string wave, std::string id) {
  if (IsDeleted(change)) {
    absl::Status deleted = co_await DeleteResponse(std::move(wave), std::move(id));
    co_return deleted;
  }
  Response& response = Scratch<Response>();
  WEFT_CO_RETURN_IF_ERROR(UnpackChange(change, response));
  const std::string site_id(IdOfName(response.respondent()));
  absl::StatusOr<Site*> touched = co_await Touch(wave, site_id);
  WEFT_CO_RETURN_IF_ERROR(touched.status());
  Site& site = **touched;
  MarkChanged(site);
  if (site.row->response().name() != response.name()) {
    // Answers of another response are not this one's.
    ClearAnswers(*site.row);
    site.counted.clear();
    if (id != site_id) txn_.Put(RespondentKey(wave, id), site_id);
  }
  Prune(response, *site.row->mutable_response());
  if (!response.has_answers() || !Wants(response, response.revision())) co_return absl::OkStatus();
  // Most often the answers that count are those it holds now, so that no revision is asked.
  absl::StatusOr<const WaveQuestions*> asked = co_await QuestionsOf(std::move(wave));
  WEFT_CO_RETURN_IF_ERROR(asked.status());
  CountInto(site, **asked, response.revision(), response.answers());
  co_return absl::OkStatus();
}

Task<absl::Status> Applier::DeleteResponse(std::string wave, std::string id) {
  absl::StatusOr<Site*> found = co_await SiteOf(wave, id);
  WEFT_CO_RETURN_IF_ERROR(found.status());
  if (*found != nullptr) {
    Site& site = **found;
    MarkChanged(site);
    ClearAnswers(*site.row);
    site.row->clear_response();
    site.counted.clear();
  }
  txn_.Delete(RespondentKey(wave, id));
  co_return absl::OkStatus();
}

absl::Status Applier::ApplyRevision(const Change& change, std::string wave, std::string response,
                                    absl::string_view number) {
  Revision revision{.wave = std::move(wave),
                    .response = std::move(response),
                    .number = 0,
                    .change = &change,
                    .row = {}};
  if (!absl::SimpleAtoi(number, &revision.number)) {
    return InvalidChange(change, "has a revision that is no number");
  }
  if (IsDeleted(change)) {
    const auto same = [&](const Revision& other) { return other.change->name() == change.name(); };
    revisions_.erase(std::remove_if(revisions_.begin(), revisions_.end(), same), revisions_.end());
    txn_.Delete(RevisionKey(revision.wave, revision.response, revision.number));
    return absl::OkStatus();
  }
  if (!change.resource().Is<ResponseRevision>()) return InvalidChange(change, "holds no revision");
  revisions_.push_back(std::move(revision));
  return absl::OkStatus();
}

absl::StatusOr<Applier::Site*> Applier::Keep(std::string key, std::string wave, std::string site,
                                             std::optional<Entry> entry) {
  Site& kept = sites_.emplace_back();
  kept.key = std::move(key);
  kept.wave = std::move(wave);
  kept.row = Arena::CreateMessage<SiteRow>(&arena_);
  kept.stored = entry.has_value();
  if (kept.stored) {
    WEFT_RETURN_IF_ERROR(ParseRow(*entry, *kept.row));
  } else {
    kept.row->mutable_record()->set_site(absl::StrCat("sites/", site));
  }
  sites_by_key_[kept.key] = &kept;
  return &kept;
}

Task<absl::StatusOr<Applier::Site*>> Applier::Touch(std::string wave, std::string site) {
  std::string key = SiteKeyOf(wave, site);
  const auto touched = sites_by_key_.find(key);
  if (touched != sites_by_key_.end()) co_return touched->second;
  storage::Snapshot& snapshot = txn_.snapshot();
  absl::StatusOr<std::optional<Entry>> row = co_await snapshot.Get(key);
  WEFT_CO_RETURN_IF_ERROR(row.status());
  co_return Keep(std::move(key), std::move(wave), std::move(site), *std::move(row));
}

Task<absl::StatusOr<Applier::Site*>> Applier::SiteOf(std::string wave, std::string response) {
  const std::string name = absl::StrCat("waves/", wave, "/responses/", response);
  // Its id is its site's, unless there is a row that says another.
  absl::StatusOr<Site*> site = co_await Touch(wave, response);
  WEFT_CO_RETURN_IF_ERROR(site.status());
  if ((*site)->row->response().name() == name) co_return *site;
  absl::StatusOr<std::optional<Entry>> respondent =
      co_await txn_.Get(RespondentKey(wave, response));
  WEFT_CO_RETURN_IF_ERROR(respondent.status());
  if (!respondent->has_value()) co_return static_cast<Site*>(nullptr);
  site = co_await Touch(std::move(wave), (*respondent)->value);
  WEFT_CO_RETURN_IF_ERROR(site.status());
  if ((*site)->row->response().name() == name) co_return *site;
  co_return static_cast<Site*>(nullptr);
}

void Applier::MarkChanged(Site& site) {
  if (site.changed) return;
  site.changed = true;
  const SiteRecord& record = site.row->record();
  site.scopes_before = ScopesOf(record);
  for (size_t i = 0; i < kFloors; ++i) site.before[i] = Contribution(record, kFloorOrder[i]);
}

Task<absl::StatusOr<const WaveQuestions*>> Applier::QuestionsOf(std::string wave) {
  const auto asked = cache_.questions.find(wave);
  if (asked != cache_.questions.end()) co_return asked->second.get();
  // A wave or an instrument that is not known yet has no questions; it is counted again once it is.
  Instrument instrument;
  bool known = false;
  absl::StatusOr<std::optional<Wave>> row = co_await FindRow<Wave>(txn_, WaveKey(wave));
  WEFT_CO_RETURN_IF_ERROR(row.status());
  if (row->has_value()) {
    absl::StatusOr<std::optional<Instrument>> found =
        co_await FindRow<Instrument>(txn_, InstrumentKey(IdOfName((*row)->instrument())));
    WEFT_CO_RETURN_IF_ERROR(found.status());
    known = found->has_value();
    if (known) instrument = **std::move(found);
  }
  auto made = std::make_unique<WaveQuestions>(WaveQuestions{Questions(instrument), known});
  const WaveQuestions* const questions = made.get();
  cache_.questions[std::move(wave)] = std::move(made);
  co_return questions;
}

void Applier::AskAgain(const std::string& wave, bool had_questions) {
  cache_.questions.erase(wave);
  asked_again_[wave] |= had_questions;
}

void Applier::CountInto(Site& site, const WaveQuestions& asked, int revision,
                        const Answers& answers) {
  CountedAnswers* const counted = Arena::CreateMessage<CountedAnswers>(&arena_);
  asked.questions.Count(revision, answers, *counted);
  site.counted.push_back(counted);
}

CountedAnswers* Applier::FindCounted(const Site& site, int revision) const {
  // The newest first: a response that was deleted and made anew numbers its revisions anew.
  for (auto counted = site.counted.rbegin(); counted != site.counted.rend(); ++counted) {
    if ((*counted)->revision() == revision) return *counted;
  }
  return asked_again_.contains(site.wave) ? nullptr : FindStored(*site.row, revision);
}

Task<absl::Status> Applier::Finish() {
  for (const auto& [wave, had_questions] : asked_again_) {
    absl::Status reconsidered = co_await Reconsider(wave);
    WEFT_CO_RETURN_IF_ERROR(std::move(reconsidered));
  }
  for (Revision& revision : revisions_) {
    absl::Status settled = co_await Settle(revision);
    WEFT_CO_RETURN_IF_ERROR(std::move(settled));
  }
  absl::Status counted = co_await CountWaiting();
  WEFT_CO_RETURN_IF_ERROR(std::move(counted));
  for (Site& site : sites_) {
    if (site.changed) WEFT_CO_RETURN_IF_ERROR(Recount(site));
  }
  absl::Status tallied = co_await Tally();
  co_return tallied;
}

Task<absl::Status> Applier::Reconsider(std::string wave) {
  for (Site& site : sites_) {
    if (site.wave == wave) site.counted.clear();
  }
  storage::Snapshot& snapshot = txn_.snapshot();
  storage::KeyRange range = SiteRange(wave);
  for (bool more = true; more;) {
    const storage::ScanOptions options;
    absl::StatusOr<std::vector<Entry>> rows = co_await snapshot.Scan(range, options);
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    more = rows->size() == options.limit;
    if (more) range.begin = rows->back().key + '\0';
    for (Entry& entry : *rows) {
      const auto touched = sites_by_key_.find(entry.key);
      std::string key = entry.key;
      const absl::StatusOr<Site*> site = touched == sites_by_key_.end()
                                             ? Keep(std::move(key), wave, "", std::move(entry))
                                             : touched->second;
      WEFT_CO_RETURN_IF_ERROR(site.status());
      if ((*site)->row->has_response()) MarkChanged(**site);
    }
  }
  range = RevisionRange(wave);
  for (bool more = true; more;) {
    const storage::ScanOptions options;
    absl::StatusOr<std::vector<Entry>> rows = co_await txn_.Scan(range, options);
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    more = rows->size() == options.limit;
    if (more) range.begin = rows->back().key + '\0';
    for (Entry& entry : *rows) {
      Revision revision;
      WEFT_CO_RETURN_IF_ERROR(
          ParseRevisionKey(entry.key, revision.wave, revision.response, revision.number));
      revision.row = std::move(entry);
      revisions_.push_back(std::move(revision));
    }
  }
  co_return absl::OkStatus();
}

Task<absl::Status> Applier::Settle(Revision& revision) {
  absl::StatusOr<Site*> found = co_await SiteOf(revision.wave, revision.response);
  WEFT_CO_RETURN_IF_ERROR(found.status());
  absl::StatusOr<const WaveQuestions*> asked = co_await QuestionsOf(revision.wave);
  WEFT_CO_RETURN_IF_ERROR(asked.status());
  Site* const site = *found;
  const int number = static_cast<int>(revision.number);
  const bool counts = site != nullptr && Wants(site->row->response(), number) &&
                      FindCounted(*site, number) == nullptr;
  // A response that has come as far as this revision and does not count it never will: what it
  // hands in are its newest answers, and what is approved was handed in.
  const bool waits = site == nullptr || !(*asked)->known ||
                     static_cast<uint64_t>(site->row->response().revision()) < revision.number;
  const bool is_stored = revision.change == nullptr;
  if (is_stored && !waits) {
    txn_.Delete(RevisionKey(revision.wave, revision.response, revision.number));
  }
  const bool stores = waits && !is_stored;
  if (!counts && !stores) co_return absl::OkStatus();

  ResponseRevision& unpacked = Scratch<ResponseRevision>();
  if (is_stored) {
    WEFT_CO_RETURN_IF_ERROR(ParseRow(revision.row, *unpacked.mutable_answers()));
  } else {
    WEFT_CO_RETURN_IF_ERROR(UnpackChange(*revision.change, unpacked));
  }
  if (counts) {
    MarkChanged(*site);
    CountInto(*site, **asked, number, unpacked.answers());
  }
  if (stores) {
    txn_.Put(RevisionKey(revision.wave, revision.response, revision.number),
             unpacked.answers().SerializeAsString());
  }
  co_return absl::OkStatus();
}

Task<absl::Status> Applier::CountWaiting() {
  struct Wanted {
    Site* site = nullptr;
    int revision = 0;
  };
  std::vector<Wanted> wanted;
  std::vector<std::string> keys;
  for (Site& site : sites_) {
    if (!site.changed) continue;
    const Response& response = site.row->response();
    for (const v1::ReviewFloor floor : kFloorOrder) {
      const int revision = RevisionAt(response, floor);
      if (revision == 0 || FindCounted(site, revision) != nullptr) continue;
      wanted.push_back({&site, revision});
      keys.push_back(
          RevisionKey(site.wave, IdOfName(response.name()), static_cast<uint64_t>(revision)));
    }
  }
  if (keys.empty()) co_return absl::OkStatus();
  // A snapshot that is sent from several states may hold a response before its revision, which is
  // counted once it comes.
  const std::vector<std::string> asked_keys = keys;
  absl::StatusOr<std::vector<std::optional<Entry>>> rows = co_await txn_.GetMany(std::move(keys));
  WEFT_CO_RETURN_IF_ERROR(rows.status());
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (!(*rows)[i].has_value()) continue;
    Site& site = *wanted[i].site;
    absl::StatusOr<const WaveQuestions*> asked = co_await QuestionsOf(site.wave);
    WEFT_CO_RETURN_IF_ERROR(asked.status());
    Answers& answers = Scratch<Answers>();
    WEFT_CO_RETURN_IF_ERROR(ParseRow(*(*rows)[i], answers));
    CountInto(site, **asked, wanted[i].revision, answers);
    if ((*asked)->known) txn_.Delete(asked_keys[i]);
  }
  co_return absl::OkStatus();
}

absl::Status Applier::Recount(Site& site) {
  SiteRow& row = *site.row;
  SiteRecord& record = *row.mutable_record();
  const Response& response = row.response();
  std::array<CountedAnswers*, kFloors> found{};
  const std::array<int, kFloors> revisions = {RevisionAt(response, kFloorOrder[0]),
                                              RevisionAt(response, kFloorOrder[1])};
  const auto again = asked_again_.find(site.wave);
  for (size_t i = 0; i < kFloors; ++i) {
    if (revisions[i] == 0) continue;
    found[i] = FindCounted(site, revisions[i]);
    if (found[i] != nullptr || again == asked_again_.end() || !again->second) continue;
    if (FindStored(row, revisions[i]) == nullptr) continue;
    return Error(absl::StatusCode::kDataLoss, "QUESTIONS_CHANGED",
                 absl::StrCat("the questions of wave ", site.wave,
                              " have changed, and its answers are kept only as they were counted"));
  }
  // What was found may be in the row: it is taken out, not destroyed, before it is put back.
  record.unsafe_arena_release_submitted();
  record.unsafe_arena_release_approved();
  while (row.held_size() > 0) row.mutable_held()->UnsafeArenaReleaseLast();
  if (found[1] != nullptr && found[1] == found[0]) {
    found[1] = Arena::CreateMessage<CountedAnswers>(&arena_);
    *found[1] = *found[0];
  }
  if (TakesPart(response)) {
    record.unsafe_arena_set_allocated_submitted(found[0]);
    record.unsafe_arena_set_allocated_approved(found[1]);
  } else {
    if (revisions[0] == revisions[1]) found[1] = nullptr;
    if (revisions[0] > revisions[1]) std::swap(found[0], found[1]);
    for (CountedAnswers* const answers : found) {
      if (answers != nullptr) row.mutable_held()->UnsafeArenaAddAllocated(answers);
    }
  }

  const std::vector<std::string> scopes = ScopesOf(record);
  const bool stays = scopes == site.scopes_before;
  Group* const before = GroupOf(site.wave, site.scopes_before);
  Group* const after = stays ? before : GroupOf(site.wave, scopes);
  for (size_t i = 0; i < kFloors; ++i) {
    const std::vector<Increment> now = Contribution(record, kFloorOrder[i]);
    if (before != nullptr) {
      before->deltas[i].Add(Difference(site.before[i], stays ? now : std::vector<Increment>()));
    }
    if (after != nullptr && !stays) after->deltas[i].Add(now);
  }

  changed_waves_.insert(site.wave);
  changed_sites_[site.wave].push_back(record.site());
  if (row.on_roster() || row.has_response()) {
    txn_.Put(std::move(site.key), row.SerializeAsString());
  } else if (site.stored) {
    txn_.Delete(std::move(site.key));
  }
  return absl::OkStatus();
}

Applier::Group* Applier::GroupOf(const std::string& wave, const std::vector<std::string>& scopes) {
  // Sites that are in no aggregate change none.
  if (scopes.empty()) return nullptr;
  // There are few, and neighbours are mostly alike.
  const auto found = std::find_if(groups_.rbegin(), groups_.rend(), [&](const Group& group) {
    return group.wave == wave && group.scopes == scopes;
  });
  if (found != groups_.rend()) return &*found;
  Group& group = groups_.emplace_back();
  group.wave = wave;
  group.scopes = scopes;
  return &group;
}

Task<absl::Status> Applier::Tally() {
  struct Step {
    std::string key;
    std::vector<KeyChange> changes;
  };
  std::vector<Step> steps;
  std::vector<std::string> unknown;
  for (const Group& group : groups_) {
    for (size_t i = 0; i < kFloors; ++i) {
      for (const Delta::Part& part : group.deltas[i].Parts()) {
        for (const std::string& scope : group.scopes) {
          std::string key = AggregateKey(group.wave, scope, kFloorOrder[i], part.id);
          if (!cache_.parts.contains(key)) unknown.push_back(key);
          steps.push_back({std::move(key), part.changes});
        }
      }
    }
  }
  std::sort(unknown.begin(), unknown.end());
  unknown.erase(std::unique(unknown.begin(), unknown.end()), unknown.end());
  storage::Snapshot& snapshot = txn_.snapshot();
  absl::StatusOr<std::vector<std::optional<Entry>>> stored = co_await snapshot.GetMany(unknown);
  WEFT_CO_RETURN_IF_ERROR(stored.status());
  for (size_t i = 0; i < unknown.size(); ++i) {
    auto part = std::make_unique<Histogram>();
    if ((*stored)[i].has_value()) {
      WEFT_CO_ASSIGN_OR_RETURN(*part, DecodeHistogram((*stored)[i]->value));
    }
    cache_.entries += part->size();
    cache_.parts[std::move(unknown[i])] = std::move(part);
  }

  // No site is taken off twice, so that whatever the order of the steps no count falls below 0.
  for (const Step& step : steps) {
    Histogram& part = *cache_.parts[step.key];
    cache_.entries -= part.size();
    WEFT_CO_RETURN_IF_ERROR(part.Add(step.changes));
    cache_.entries += part.size();
  }
  std::sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) { return a.key < b.key; });
  for (size_t i = 0; i < steps.size(); ++i) {
    if (i > 0 && steps[i].key == steps[i - 1].key) continue;
    const Histogram& part = *cache_.parts[steps[i].key];
    if (part.empty()) {
      txn_.Delete(steps[i].key);
    } else {
      txn_.Put(steps[i].key, EncodeHistogram(part));
    }
  }
  co_return absl::OkStatus();
}

}  // namespace weft::metrics
