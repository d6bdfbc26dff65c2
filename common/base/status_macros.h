// Early returns for functions and coroutines that yield absl::Status or absl::StatusOr.
// The CO_ forms are for coroutines. None of them takes an expression that contains co_await:
// await into a local first (see task.h for why).
#ifndef WEFT_COMMON_BASE_STATUS_MACROS_H_
#define WEFT_COMMON_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define WEFT_CONCAT_INNER_(a, b) a##b
#define WEFT_CONCAT_(a, b) WEFT_CONCAT_INNER_(a, b)

#define WEFT_RETURN_IF_ERROR(expr)                               \
  do {                                                           \
    absl::Status weft_status_ = (expr);                          \
    if (!weft_status_.ok()) return weft_status_; /* NOLINT(*) */ \
  } while (false)

#define WEFT_CO_RETURN_IF_ERROR(expr)                               \
  do {                                                              \
    absl::Status weft_status_ = (expr);                             \
    if (!weft_status_.ok()) co_return weft_status_; /* NOLINT(*) */ \
  } while (false)

#define WEFT_ASSIGN_OR_RETURN(lhs, expr) \
  WEFT_ASSIGN_OR_(return, WEFT_CONCAT_(weft_result_, __LINE__), lhs, expr)

#define WEFT_CO_ASSIGN_OR_RETURN(lhs, expr) \
  WEFT_ASSIGN_OR_(co_return, WEFT_CONCAT_(weft_result_, __LINE__), lhs, expr)

#define WEFT_ASSIGN_OR_(leave, result, lhs, expr)       \
  auto result = (expr);                                 \
  if (!(result).ok()) leave std::move(result).status(); \
  lhs = *std::move(result)

#endif  // WEFT_COMMON_BASE_STATUS_MACROS_H_
