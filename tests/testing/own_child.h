// This test program started anew as a child, which has none of the test's threads: a child that is
// only forked from a process with threads lacks those that the storage engine waits for, and the
// thread sanitizer refuses it new ones.
#ifndef WEFT_TESTS_TESTING_OWN_CHILD_H_
#define WEFT_TESTS_TESTING_OWN_CHILD_H_

#include <spawn.h>
#include <sys/types.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

namespace weft::testing {

// Runs main() with `arguments` behind the program's name. 0 when it could not be started; whoever
// calls this waits for the child.
inline pid_t StartOwnChild(std::vector<std::string> arguments,
                           const posix_spawn_file_actions_t* actions = nullptr) {
  std::string program = "/proc/self/exe";
  std::vector<char*> argv = {program.data()};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  const int error = posix_spawn(&child, program.c_str(), actions, nullptr, argv.data(), environ);
  return error == 0 ? child : 0;
}

}  // namespace weft::testing

#endif  // WEFT_TESTS_TESTING_OWN_CHILD_H_
