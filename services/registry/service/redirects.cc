#include "services/registry/service/redirects.h"

#include "services/registry/domain/access.h"

namespace weft::registry {

Task<absl::StatusOr<std::vector<std::string>>> StandingFor(const Tables& tables,
                                                           storage::Reader& reader,
                                                           std::vector<std::string> names) {
  const storage::Table<v1::Organization>& table = tables.organizations.table();
  std::vector<std::string> asked;
  std::vector<size_t> places;
  for (size_t i = 0; i < names.size(); ++i) {
    if (table.KeyOf(names[i]).empty()) continue;
    asked.push_back(names[i]);
    places.push_back(i);
  }
  if (asked.empty()) co_return names;
  absl::StatusOr<std::vector<std::optional<v1::Organization>>> rows =
      co_await table.GetMany(reader, std::move(asked));
  WEFT_CO_RETURN_IF_ERROR(rows.status());
  for (size_t i = 0; i < rows->size(); ++i) {
    const std::optional<v1::Organization>& row = (*rows)[i];
    if (row.has_value() && !row->merged_into().empty()) names[places[i]] = row->merged_into();
  }
  co_return names;
}

Task<absl::StatusOr<std::string>> StandingFor(const Tables& tables, storage::Reader& reader,
                                              std::string name) {
  std::vector<std::string> names = {std::move(name)};
  absl::StatusOr<std::vector<std::string>> standing =
      co_await StandingFor(tables, reader, std::move(names));
  WEFT_CO_RETURN_IF_ERROR(standing.status());
  co_return std::move(standing->front());
}

Task<absl::StatusOr<v1::Organization>> GetStanding(const Tables& tables, storage::Reader& reader,
                                                   std::string name) {
  absl::StatusOr<v1::Organization> named =
      co_await tables.organizations.Get(reader, std::move(name));
  if (!named.ok() || named->merged_into().empty()) co_return named;
  absl::StatusOr<v1::Organization> standing =
      co_await tables.organizations.Get(reader, named->merged_into());
  co_return standing;
}

Task<absl::Status> FollowRedirects(const Tables& tables, storage::Reader& reader,
                                   std::vector<std::optional<v1::Organization>>& organizations) {
  std::vector<std::string> survivors;
  std::vector<size_t> places;
  for (size_t i = 0; i < organizations.size(); ++i) {
    const std::optional<v1::Organization>& each = organizations[i];
    if (!each.has_value() || each->merged_into().empty()) continue;
    survivors.push_back(each->merged_into());
    places.push_back(i);
  }
  if (survivors.empty()) co_return absl::OkStatus();
  absl::StatusOr<std::vector<std::optional<v1::Organization>>> rows =
      co_await tables.organizations.table().GetMany(reader, std::move(survivors));
  WEFT_CO_RETURN_IF_ERROR(rows.status());
  for (size_t i = 0; i < rows->size(); ++i) organizations[places[i]] = std::move((*rows)[i]);
  co_return absl::OkStatus();
}

Task<absl::Status> CheckAccount(const Tables& tables, storage::Reader& reader,
                                const auth::Principal& principal) {
  const storage::Table<v1::Organization>& table = tables.organizations.table();
  if (auth::KindOf(principal) != "organizations" || table.KeyOf(principal.name).empty()) {
    co_return absl::OkStatus();
  }
  absl::StatusOr<std::optional<v1::Organization>> own = co_await table.Find(reader, principal.name);
  WEFT_CO_RETURN_IF_ERROR(own.status());
  if (!own->has_value()) co_return absl::OkStatus();
  co_return CheckNotMerged(principal, **own);
}

}  // namespace weft::registry
