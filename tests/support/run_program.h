// Runs one of the project's programs as a user does.
#pragma once

#include "tests/support/files.h"
#include "tests/support/temporary_folder.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/wait.h>

namespace tessera::test {

struct ProgramResult {
    int status; ///< of exit; 128 + signal where it was killed
    std::string output, errors;
};

/// `before`: shell commands in front, such as a limit.
inline ProgramResult run_program(std::string const& name, std::string const& arguments, std::string const& before = "") {
    TemporaryFolder const folder;
    std::string const command = before + TESSERA_BINARY_DIR "/tools/" + name + " " + arguments + " > " + (folder / "out").string() +
        " 2> " + (folder / "err").string();
    int const status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), text_of(folder / "out"), text_of(folder / "err")};
}

} // namespace tessera::test
