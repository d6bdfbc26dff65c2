// Comes before everything else under the thread sanitizer. Debian's libprotobuf was built without
// it, and with it a map's field has two members more: both sides must lay it out alike.
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#pragma push_macro("__SANITIZE_THREAD__")
#undef __SANITIZE_THREAD__
#include "google/protobuf/map_field.h"
#pragma pop_macro("__SANITIZE_THREAD__")
