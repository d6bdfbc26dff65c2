#include "services/ingestion/service/import_job.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/storage/pages.h"
#include "common/storage/run_in_transaction.h"
#include "services/ingestion/domain/answers.h"
#include "services/ingestion/domain/import/formats/column_matcher.h"
#include "services/ingestion/domain/import/formats/product_format.h"
#include "services/ingestion/domain/import/problems.h"
#include "services/ingestion/domain/import/pseudonym.h"
#include "services/ingestion/domain/names.h"
#include "services/ingestion/domain/response_state.h"
#include "services/ingestion/service/import_names.h"
#include "services/ingestion/service/import_upload.h"
#include "services/ingestion/service/response_store.h"
#include "services/ingestion/service/response_writer.h"

namespace weft::ingestion {
namespace {

// How much of the work is done before other calls get their turn: about a millisecond each.
constexpr size_t kStepBytes = 32 << 10;
constexpr size_t kStepSites = 50;
constexpr size_t kPageRows = 200;

bool HasRequiredTexts(const InstrumentIndex& instrument) {
  return std::any_of(instrument.questions().begin(), instrument.questions().end(),
                     [](const v1::Question* question) {
                       return question->required() && question->has_text_answer();
                     });
}

// Part of an unfinished import is gone, which no code of ours does.
absl::Status Lost(absl::string_view what) {
  return Error(absl::StatusCode::kDataLoss, "IMPORT_DAMAGED",
               absl::StrCat(what, " of an unfinished import is not stored any more"));
}

}  // namespace

ImportJob::ImportJob(const storage::Database& db, const Tables& tables, WaveLoader& waves,
                     rpc::CallContext& context, std::string import)
    : db_(db), tables_(tables), waves_(waves), context_(context), name_(std::move(import)) {}

Task<absl::Status> ImportJob::Run() {
  absl::Status loaded = co_await Load();
  WEFT_CO_RETURN_IF_ERROR(std::move(loaded));
  if (import_.state() == v1::Import::STATE_VALIDATING) {
    absl::Status checked = co_await Check();
    WEFT_CO_RETURN_IF_ERROR(std::move(checked));
  }
  if (import_.state() != v1::Import::STATE_APPLYING) co_return absl::OkStatus();
  absl::Status applied = co_await Apply();
  co_return applied;
}

Task<absl::Status> ImportJob::Load() {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<std::optional<v1::Import>> import =
      co_await tables_.imports.Find(*snapshot, name_);
  WEFT_CO_RETURN_IF_ERROR(import.status());
  if (import->has_value()) import_ = **std::move(import);
  if (!IsUnfinished(import_)) co_return absl::OkStatus();
  std::string progress_name = ProgressName(name_);
  absl::StatusOr<std::optional<store::v1::ImportProgress>> progress =
      co_await tables_.progress.Find(*snapshot, std::move(progress_name));
  WEFT_CO_RETURN_IF_ERROR(progress.status());
  if (!progress->has_value()) co_return Lost("the progress");
  progress_ = **std::move(progress);
  std::string overrides_name = OverridesName(name_);
  absl::StatusOr<std::optional<store::v1::ImportProgress>> overrides =
      co_await tables_.progress.Find(*snapshot, std::move(overrides_name));
  WEFT_CO_RETURN_IF_ERROR(overrides.status());
  if (overrides->has_value()) overrides_ = **std::move(overrides);
  if (import_.state() == v1::Import::STATE_APPLYING) {
    absl::Status verdict = co_await LoadVerdict(*snapshot);
    WEFT_CO_RETURN_IF_ERROR(std::move(verdict));
  }
  std::string wave_name(WaveOf(name_));
  absl::StatusOr<WaveContext> wave = co_await waves_.Load(*snapshot, std::move(wave_name));
  WEFT_CO_RETURN_IF_ERROR(wave.status());
  instrument_ = wave->instrument;
  if (instrument_ == nullptr) co_return Lost("the instrument");
  slots_.emplace(*instrument_);
  absl::Status roster = co_await LoadRoster(*snapshot);
  co_return roster;
}

Task<absl::Status> ImportJob::LoadVerdict(storage::Reader& reader) {
  std::string name = VerdictName(name_);
  absl::StatusOr<std::optional<store::v1::ImportProgress>> verdict =
      co_await tables_.progress.Find(reader, std::move(name));
  WEFT_CO_RETURN_IF_ERROR(verdict.status());
  if (!verdict->has_value()) co_return Lost("the verdict");
  verdict_ = **std::move(verdict);
  co_return absl::OkStatus();
}

Task<absl::Status> ImportJob::LoadRoster(storage::Reader& reader) {
  std::string secret = kPseudonymSecret;
  absl::StatusOr<std::optional<store::v1::Secret>> key =
      co_await tables_.secrets.Find(reader, std::move(secret));
  WEFT_CO_RETURN_IF_ERROR(key.status());
  const bool checked = import_.state() == v1::Import::STATE_APPLYING;
  const absl::Time checked_roster = FromProto(verdict_.roster_time());
  storage::Pages<v1::RosterEntry> pages(tables_.roster, reader, std::string(WaveOf(name_)),
                                        kPageRows);
  while (pages.more()) {
    absl::StatusOr<std::vector<v1::RosterEntry>> entries = co_await pages.Next();
    WEFT_CO_RETURN_IF_ERROR(entries.status());
    for (v1::RosterEntry& entry : *entries) {
      const absl::Time made = FromProto(entry.create_time());
      if (checked) {
        // As it was at the check. What was off the roster then is not among the accepted sites.
        if (made > checked_roster) continue;
        entry.set_active(true);
      }
      roster_time_ = std::max(roster_time_, made);
      // Without a key nothing was ever exported that could hold a pseudonym.
      sites_.Add(entry, key->has_value() ? Pseudonym((*key)->key(), entry.site()) : "");
    }
    co_await Yield(context_.executor());
  }
  co_return absl::OkStatus();
}

Task<absl::Status> ImportJob::LoadStored(ReadOptions& options) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  options.wanted.resize(sites_.size());
  const bool texts_required = HasRequiredTexts(*instrument_);
  storage::Pages<v1::Response> pages(tables_.responses, *snapshot, std::string(WaveOf(name_)),
                                     kPageRows);
  while (pages.more()) {
    absl::StatusOr<std::vector<v1::Response>> responses = co_await pages.Next();
    WEFT_CO_RETURN_IF_ERROR(responses.status());
    for (const v1::Response& response : *responses) {
      const SiteDirectory::Match site = sites_.Find(response.respondent());
      if (site.outcome != SiteDirectory::Outcome::kFound) continue;
      options.wanted[site.index] = response.state() == v1::Response::STATE_APPROVED ||
                                   response.state() == v1::Response::STATE_WITHDRAWN;
      if (!texts_required) continue;
      absl::StatusOr<absl::flat_hash_set<std::string>> texts =
          co_await AnsweredRequiredTexts(*snapshot, tables_, *instrument_, response.name());
      WEFT_CO_RETURN_IF_ERROR(texts.status());
      if (!texts->empty()) options.stored_texts[site.index] = *std::move(texts);
    }
    co_await Yield(context_.executor());
  }
  co_return absl::OkStatus();
}

Task<absl::StatusOr<bool>> ImportJob::FeedNext(FilePlace& place, FileReader& file) {
  co_await Yield(context_.executor());
  if (place.offset == place.chunk.size()) {
    if (place.next_chunk == progress_.chunk_count()) {
      file.Finish();
      co_return false;
    }
    std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
    std::string name = ChunkName(progress_.upload(), place.next_chunk++);
    absl::StatusOr<std::optional<store::v1::SpoolChunk>> chunk =
        co_await tables_.spool.Find(*snapshot, std::move(name));
    WEFT_CO_RETURN_IF_ERROR(chunk.status());
    if (!chunk->has_value()) co_return Lost("part of the file");
    place.chunk = std::move(*(*chunk)->mutable_data());
    place.offset = 0;
  }
  const absl::string_view step = absl::string_view(place.chunk).substr(place.offset, kStepBytes);
  place.offset += step.size();
  file.Feed(step);
  co_return true;
}

ReadOptions ImportJob::OptionsOfImport() const {
  ReadOptions options;
  options.format = import_.format();
  options.on_duplicate = import_.on_duplicate();
  options.given_overrides.assign(overrides_.given_overrides().begin(),
                                 overrides_.given_overrides().end());
  options.saved_mappings.assign(overrides_.saved_mappings().begin(),
                                overrides_.saved_mappings().end());
  options.crosswalk = import_.crosswalk();
  options.type_mappings.assign(overrides_.type_mappings().begin(),
                               overrides_.type_mappings().end());
  return options;
}

// --- Checking ------------------------------------------------------------------------------------

Task<absl::Status> ImportJob::Check() {
  ReadOptions options = OptionsOfImport();
  absl::Status loaded = co_await LoadStored(options);
  WEFT_CO_RETURN_IF_ERROR(std::move(loaded));
  FileReader file(*instrument_, *slots_, sites_, std::move(options));
  FilePlace place;
  bool feeding = true;
  bool working = true;
  while (feeding || working) {
    if (context_.stopping()) co_return absl::OkStatus();
    if (feeding) {
      absl::StatusOr<bool> fed = co_await FeedNext(place, file);
      WEFT_CO_RETURN_IF_ERROR(fed.status());
      feeding = *fed;
    } else {
      co_await Yield(context_.executor());
      working = file.Work(kStepSites);
    }
    absl::Status compared = co_await CompareWithStored(file);
    WEFT_CO_RETURN_IF_ERROR(std::move(compared));
  }
  absl::Status stored = co_await StoreVerdict(file);
  co_return stored;
}

Task<absl::Status> ImportJob::CompareWithStored(FileReader& file) {
  std::vector<SiteAnswers> sites = file.TakeSites();
  if (sites.empty()) co_return absl::OkStatus();
  storage::Transaction reader(db_);  // it only reads, all at once
  std::vector<std::string> keys;
  for (const SiteAnswers& site : sites) {
    const std::string& respondent = site.item.response().respondent();
    keys.push_back(
        tables_.responses.UniqueKeyOf(kByRespondent, RespondentKey(WaveOf(name_), respondent)));
    keys.push_back(tables_.responses.KeyOf(ResponseName(WaveOf(name_), LastId(respondent))));
  }
  absl::Status fetched = co_await reader.Prefetch(std::move(keys));
  WEFT_CO_RETURN_IF_ERROR(std::move(fetched));
  for (SiteAnswers& site : sites) {
    std::string index(kByRespondent);
    std::string key = RespondentKey(WaveOf(name_), site.item.response().respondent());
    absl::StatusOr<std::optional<v1::Response>> stored =
        co_await tables_.responses.FindUnique(reader, std::move(index), std::move(key));
    WEFT_CO_RETURN_IF_ERROR(stored.status());
    if (!stored->has_value()) continue;
    v1::Answers& answers = *site.item.mutable_response()->mutable_answers();
    Complete(*instrument_, answers);
    const absl::StatusOr<bool> taken = Take(std::move(answers), name_, db_.clock.Now(), **stored);
    if (!taken.ok()) file.Reject(site, Reason::kResponseRefused, taken.status().message());
  }
  co_return absl::OkStatus();
}

Task<absl::Status> ImportJob::StoreVerdict(const FileReader& file) {
  v1::Import checked = import_;
  file.Summarize(checked);
  const bool apply =
      checked.error_count() == 0 || (checked.partial() && checked.sites_accepted() > 0);
  if (!apply) {
    checked.set_state(v1::Import::STATE_FAILED);
  } else if (checked.dry_run()) {
    checked.set_state(v1::Import::STATE_SUCCEEDED);
  } else {
    checked.set_state(v1::Import::STATE_APPLYING);
  }
  verdict_.Clear();
  verdict_.set_name(VerdictName(name_));
  *verdict_.mutable_roster_time() = ToProto(roster_time_);
  const std::vector<bool> accepted = file.accepted();
  for (size_t i = 0; i < accepted.size(); ++i) {
    if (accepted[i]) verdict_.add_accepted_sites(sites_.site(i));
  }
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    import_ = checked;
    absl::Status saved = co_await SaveMapping(txn);
    WEFT_CO_RETURN_IF_ERROR(std::move(saved));
    if (import_.state() != v1::Import::STATE_APPLYING) {
      absl::Status ended = co_await WriteEnd(txn);
      co_return ended;
    }
    absl::Status inserted = co_await tables_.progress.Insert(txn, verdict_);
    WEFT_CO_RETURN_IF_ERROR(std::move(inserted));
    absl::Status updated = co_await tables_.imports.Update(txn, import_);
    co_return updated;
  };
  absl::StatusOr<storage::Position> position = co_await storage::RunInTransaction(db_, body);
  co_return position.status();
}

Task<absl::Status> ImportJob::SaveMapping(storage::Transaction& txn) {
  if (!import_.save_mapping() || import_.state() == v1::Import::STATE_FAILED) {
    co_return absl::OkStatus();
  }
  std::string name = MappingName(instrument_->instrument().name(), FormatName(import_.format()));
  absl::StatusOr<std::optional<v1::ImportMapping>> stored =
      co_await tables_.import_mappings.Find(txn, name);
  WEFT_CO_RETURN_IF_ERROR(stored.status());
  v1::ImportMapping mapping;
  if (stored->has_value()) mapping = **stored;
  mapping.set_name(name);
  const std::vector<v1::ColumnOverride> before(mapping.overrides().begin(),
                                               mapping.overrides().end());
  mapping.clear_overrides();
  for (v1::ColumnOverride& entry : MergeOverrides(before, OptionsOfImport().given_overrides)) {
    *mapping.add_overrides() = std::move(entry);
  }
  if (stored->has_value()) {
    absl::Status updated = co_await tables_.import_mappings.Update(txn, mapping);
    co_return updated;
  }
  absl::Status inserted = co_await tables_.import_mappings.Insert(txn, mapping);
  co_return inserted;
}

// --- Applying ------------------------------------------------------------------------------------

Task<absl::Status> ImportJob::Apply() {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<store::v1::ImportProgress> applied =
      co_await FindApplied(*snapshot, tables_, name_);
  WEFT_CO_RETURN_IF_ERROR(applied.status());
  snapshot.reset();
  ImportApplier applier(db_, tables_, waves_, name_, progress_.principal(), *applied);
  absl::StatusOr<bool> whole = co_await ApplyFile(*applied, applier);
  absl::Status settled = co_await applier.Settle();
  WEFT_CO_RETURN_IF_ERROR(whole.status());
  WEFT_CO_RETURN_IF_ERROR(std::move(settled));
  if (!*whole || context_.stopping()) co_return absl::OkStatus();
  absl::Status finished = co_await Finish();
  co_return finished;
}

Task<absl::StatusOr<bool>> ImportJob::ApplyFile(const store::v1::ImportProgress& applied,
                                                ImportApplier& applier) {
  ReadOptions options = OptionsOfImport();
  options.after_line = applied.applied_through_line();
  options.checked = true;
  options.wanted.resize(sites_.size());
  for (const std::string& site : verdict_.accepted_sites()) {
    const SiteDirectory::Match match = sites_.Find(site);
    if (match.outcome != SiteDirectory::Outcome::kFound) co_return Lost("a roster entry");
    options.wanted[match.index] = true;
  }
  FileReader file(*instrument_, *slots_, sites_, std::move(options));
  FilePlace place;
  std::vector<SiteAnswers> ready;
  bool feeding = true;
  bool working = true;
  while (feeding || working) {
    if (context_.stopping()) co_return false;
    if (feeding) {
      absl::StatusOr<bool> fed = co_await FeedNext(place, file);
      WEFT_CO_RETURN_IF_ERROR(fed.status());
      feeding = *fed;
    } else {
      co_await Yield(context_.executor());
      working = file.Work(kStepSites);
    }
    std::vector<SiteAnswers> read = file.TakeSites();
    std::move(read.begin(), read.end(), std::back_inserter(ready));
    absl::Status handed = co_await ApplyReady(applier, ready, !feeding && !working);
    WEFT_CO_RETURN_IF_ERROR(std::move(handed));
  }
  co_return true;
}

Task<absl::Status> ImportJob::ApplyReady(ImportApplier& applier, std::vector<SiteAnswers>& ready,
                                         bool all) {
  const size_t batch_size = kResponsesPerCommit;
  while (ready.size() >= batch_size || (all && !ready.empty())) {
    if (context_.stopping()) co_return absl::OkStatus();
    const auto end =
        ready.begin() + static_cast<std::ptrdiff_t>(std::min(batch_size, ready.size()));
    std::vector<SiteAnswers> batch(std::make_move_iterator(ready.begin()),
                                   std::make_move_iterator(end));
    ready.erase(ready.begin(), end);
    absl::Status applied = co_await applier.Apply(std::move(batch));
    WEFT_CO_RETURN_IF_ERROR(std::move(applied));
    co_await Yield(context_.executor());
  }
  co_return absl::OkStatus();
}

Task<absl::Status> ImportJob::Finish() {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Import> import = co_await tables_.imports.Get(txn, name_);
    WEFT_CO_RETURN_IF_ERROR(import.status());
    absl::StatusOr<store::v1::ImportProgress> applied = co_await FindApplied(txn, tables_, name_);
    WEFT_CO_RETURN_IF_ERROR(applied.status());
    import_ = *std::move(import);
    import_.set_state(v1::Import::STATE_SUCCEEDED);
    import_.set_sites_applied(applied->sites_applied());
    import_.set_sites_unchanged(applied->sites_unchanged());
    // Every batch stands before this, wherever the process was stopped between them.
    if (import_.sites_applied() > 0) {
      import_.set_position(txn.snapshot().position().ToString());
    }
    std::string verdict_name = VerdictName(name_);
    absl::Status deleted = co_await tables_.progress.Delete(txn, std::move(verdict_name));
    WEFT_CO_RETURN_IF_ERROR(std::move(deleted));
    absl::Status forgotten = co_await DeleteApplied(txn, tables_, name_);
    WEFT_CO_RETURN_IF_ERROR(std::move(forgotten));
    absl::Status ended = co_await WriteEnd(txn);
    co_return ended;
  };
  absl::StatusOr<storage::Position> position = co_await storage::RunInTransaction(db_, body);
  co_return position.status();
}

Task<absl::Status> ImportJob::WriteEnd(storage::Transaction& txn) {
  std::string progress_name = ProgressName(name_);
  absl::Status deleted = co_await tables_.progress.Delete(txn, std::move(progress_name));
  WEFT_CO_RETURN_IF_ERROR(std::move(deleted));
  if (!overrides_.name().empty()) {
    absl::Status dropped = co_await tables_.progress.Delete(txn, overrides_.name());
    WEFT_CO_RETURN_IF_ERROR(std::move(dropped));
  }
  absl::Status dropped = co_await DeleteChunks(txn, tables_, progress_.upload(),
                                               progress_.chunk_count(), context_.executor());
  WEFT_CO_RETURN_IF_ERROR(std::move(dropped));
  absl::Status updated = co_await tables_.imports.Update(txn, import_);
  co_return updated;
}

}  // namespace weft::ingestion
