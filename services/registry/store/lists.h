// Lists of what is between a site and an organization.
#ifndef WEFT_SERVICES_REGISTRY_STORE_LISTS_H_
#define WEFT_SERVICES_REGISTRY_STORE_LISTS_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/storage/table.h"
#include "common/storage/transaction.h"
#include "services/registry/domain/names.h"

namespace weft::registry {

// The secondary index that such tables have, by the names of organizations.
inline constexpr char kByOrganization[] = "organization";

// A page of the rows of `parent` ("sites/s1" or "sites/-"), and only those with `organization`
// unless that is empty. With a filter a page may be short and still have a next_key.
template <class T>
Task<absl::StatusOr<storage::Page<T>>> ListBetween(const storage::Table<T>& table,
                                                   storage::Reader& reader, std::string parent,
                                                   std::string organization,
                                                   storage::PageRequest page,
                                                   typename storage::Table<T>::Filter filter) {
  if (organization.empty()) {
    absl::StatusOr<storage::Page<T>> all =
        co_await table.List(reader, std::move(parent), std::move(page), std::move(filter));
    co_return all;
  }
  if (parent != kEverySite) {
    typename storage::Table<T>::Filter keep = [&organization, &filter](const T& row) {
      return row.organization() == organization && (filter == nullptr || filter(row));
    };
    absl::StatusOr<storage::Page<T>> of_both =
        co_await table.List(reader, std::move(parent), std::move(page), std::move(keep));
    co_return of_both;
  }
  absl::StatusOr<storage::Page<T>> of_organization = co_await table.ListByIndex(
      reader, kByOrganization, std::move(organization), std::move(page), std::move(filter));
  co_return of_organization;
}

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_STORE_LISTS_H_
