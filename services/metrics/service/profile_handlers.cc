#include "services/metrics/service/profile_handlers.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "common/service/names.h"
#include "common/validation/dates.h"
#include "services/metrics/domain/site_record.h"
#include "services/metrics/service/queries.h"
#include "services/metrics/store/keys.h"
#include "services/metrics/store/rows.h"

namespace weft::metrics {
namespace {

using ingestion::v1::Wave;
using storage::Entry;
using store::v1::SiteRow;

constexpr size_t kWavesAtOnce = 200;

// Below zero when `a` was in the field before `b`.
int CompareFields(const Wave& a, const Wave& b) {
  int order = CompareDates(a.field_end_date(), b.field_end_date());
  if (order == 0) order = CompareDates(a.field_start_date(), b.field_start_date());
  return order == 0 ? a.name().compare(b.name()) : order;
}

absl::Status SiteNotFound(const std::string& site) {
  return Error(absl::StatusCode::kNotFound, "SITE_NOT_FOUND",
               absl::StrCat("\"", site,
                            "\" is not known here. If it was created just now, ask again with "
                            "min_positions.registry set to the weft-position of that write"),
               {{"name", site}});
}

}  // namespace

Task<absl::StatusOr<std::string>> ProfileHandlers::ChooseWave(rpc::CallContext& context,
                                                              storage::Reader& reader,
                                                              std::string site,
                                                              v1::ReviewFloor floor) {
  std::optional<Wave> counted;
  std::optional<Wave> invited;
  storage::KeyRange range = TableRange(kWaves);
  const storage::ScanOptions options{.limit = kWavesAtOnce};
  for (bool more = true; more;) {
    storage::KeyRange next = range;
    absl::StatusOr<std::vector<Entry>> entries = co_await reader.Scan(std::move(next), options);
    WEFT_CO_RETURN_IF_ERROR(entries.status());
    more = entries->size() == options.limit;
    if (more) range.begin = entries->back().key + '\0';
    std::vector<Wave> waves(entries->size());
    std::vector<std::string> keys;
    for (size_t i = 0; i < waves.size(); ++i) {
      WEFT_CO_RETURN_IF_ERROR(ParseRow((*entries)[i], waves[i]));
      keys.push_back(SiteKeyOf(IdOfName(waves[i].name()), site));
    }
    absl::StatusOr<std::vector<std::optional<Entry>>> rows =
        co_await reader.GetMany(std::move(keys));
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    for (size_t i = 0; i < waves.size(); ++i) {
      if (!(*rows)[i].has_value()) continue;
      SiteRow row;
      WEFT_CO_RETURN_IF_ERROR(ParseRow(*(*rows)[i], row));
      if (!row.record().invited()) continue;
      std::optional<Wave>& best = AnswersAt(row.record(), floor) == nullptr ? invited : counted;
      if (!best.has_value() || CompareFields(*best, waves[i]) < 0) best = std::move(waves[i]);
    }
    if (!more) break;
    co_await Yield(context.executor());
    if (context.cancelled()) co_return rpc::Stopped(context);
  }
  const std::optional<Wave>& best = counted.has_value() ? counted : invited;
  co_return best.has_value() ? std::string(IdOfName(best->name())) : std::string();
}

Task<absl::Status> ProfileHandlers::LoadAnswers(storage::Reader& reader, std::string wave,
                                                std::string site, ProfileView& view) {
  view.wave.frame = std::make_shared<const WaveFrame>();
  // Where it stands among others is not asked for.
  view.wave.cuts = Cuts();
  if (wave.empty()) co_return absl::OkStatus();
  absl::StatusOr<std::optional<WaveFrame>> frame = co_await ReadFrame(reader, wave);
  WEFT_CO_RETURN_IF_ERROR(frame.status());
  if (!frame->has_value()) co_return WaveNotFound(absl::StrCat("waves/", wave));
  absl::StatusOr<std::optional<SiteRow>> row =
      co_await FindRow<SiteRow>(reader, SiteKeyOf(wave, site));
  WEFT_CO_RETURN_IF_ERROR(row.status());
  if (!row->has_value() || !(*row)->record().invited()) {
    co_return Error(absl::StatusCode::kNotFound, "SITE_NOT_ON_ROSTER",
                    absl::StrCat(view.site, " is not on the roster of waves/", wave,
                                 "; leave the wave out for its profile without answers of it"),
                    {{"wave", absl::StrCat("waves/", wave)}, {"site", view.site}});
  }
  view.wave.frame = std::make_shared<const WaveFrame>(**std::move(frame));
  view.label = (*row)->record().label();
  view.wave.sites.push_back(std::move(*(*row)->mutable_record()));
  co_return absl::OkStatus();
}

Task<absl::Status> ProfileHandlers::LoadTies(RegistryReader& registry, std::string site,
                                             ProfileView& view) {
  absl::StatusOr<std::vector<registry::v1::Partnership>> ties =
      co_await registry.Ties(std::move(site), view.effective_on, kMaxProfileTies);
  WEFT_CO_RETURN_IF_ERROR(ties.status());
  if (ties->size() > kMaxProfileTies) {
    co_return Error(
        absl::StatusCode::kFailedPrecondition, "PROFILE_TOO_LARGE",
        absl::StrCat(view.site, " has more than ", kMaxProfileTies, " partnerships on ",
                     FormatDate(view.effective_on), "; list them with PartnershipService instead"),
        {{"limit", absl::StrCat(kMaxProfileTies)}});
  }
  view.partnerships = *std::move(ties);
  std::vector<std::string> names;
  for (const auto& tie : view.partnerships) names.push_back(tie.organization());
  absl::StatusOr<std::vector<registry::v1::Organization>> found =
      co_await registry.OrganizationsAndSurvivors(std::move(names));
  WEFT_CO_RETURN_IF_ERROR(found.status());
  for (registry::v1::Organization& organization : *found) {
    std::string name = organization.name();
    view.organizations[std::move(name)] = std::move(organization);
  }
  co_return absl::OkStatus();
}

Task<absl::Status> ProfileHandlers::GetSiteProfile(rpc::CallContext& context,
                                                   const v1::GetSiteProfileRequest& request,
                                                   v1::SiteProfile& response) {
  WEFT_CO_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                           service::ParseName("sites/{site}/profile", request.name(), "name"));
  std::string wave;
  if (!request.wave().empty()) {
    WEFT_CO_ASSIGN_OR_RETURN(const std::vector<std::string> wave_ids,
                             service::ParseName(kWaveName, request.wave(), "wave"));
    wave = wave_ids[0];
  }
  WEFT_CO_RETURN_IF_ERROR(ValidateRequest(request));
  ProfileView view;
  view.site = absl::StrCat("sites/", ids[0]);
  if (request.rule() != v1::ROLLUP_RULE_UNSPECIFIED) view.rule = request.rule();
  v1::Parameters parameters;
  parameters.set_floor(request.floor() == v1::REVIEW_FLOOR_UNSPECIFIED ? v1::REVIEW_FLOOR_APPROVED
                                                                       : request.floor());
  parameters.set_self_rule(request.self_rule());
  parameters.set_engaged_rule(request.engaged_rule());
  view.wave.parameters = ResolveParameters(parameters);

  absl::StatusOr<ReadModel::Moment> moment =
      co_await read_model_.At(context, request.min_positions(), ReadModel::Needs::kBothFeeds);
  WEFT_CO_RETURN_IF_ERROR(moment.status());
  storage::Reader& reader = *moment->snapshot;
  view.wave.computed_through = moment->positions;
  if (wave.empty()) {
    absl::StatusOr<std::string> chosen =
        co_await ChooseWave(context, reader, ids[0], view.wave.parameters.floor());
    WEFT_CO_ASSIGN_OR_RETURN(wave, std::move(chosen));
  }
  RegistryReader registry(context, reader);
  std::vector<std::string> site = {ids[0]};
  absl::StatusOr<std::vector<registry::v1::Site>> known = co_await registry.Sites(std::move(site));
  WEFT_CO_RETURN_IF_ERROR(known.status());
  if (!known->empty()) {
    const registry::v1::Site& found = known->front();
    view.label = found.naming() == registry::v1::Site::NAMING_NAMED ? found.display_name()
                                                                    : found.neutral_label();
  } else if (wave.empty()) {
    co_return SiteNotFound(view.site);
  }
  absl::Status loaded = co_await LoadAnswers(reader, wave, ids[0], view);
  WEFT_CO_RETURN_IF_ERROR(std::move(loaded));
  view.effective_on = request.has_effective_on()
                          ? request.effective_on()
                          : DefaultDay(view.wave.frame->wave, DayOf(clock_.Now()));
  absl::Status tied = co_await LoadTies(registry, ids[0], view);
  WEFT_CO_RETURN_IF_ERROR(std::move(tied));
  response = MakeProfile(view);
  co_return absl::OkStatus();
}

}  // namespace weft::metrics
