// The text of an error, for comparison in full.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "keravino/error.h"

namespace keravino {

/// The text of what `call` throws; an Error of this kind, if one is given.
template <class Call>
std::string error_of(Call call, std::optional<Error::Kind> kind = std::nullopt) {
  try {
    call();
  } catch (const std::exception& thrown) {
    const auto* error = dynamic_cast<const Error*>(&thrown);
    if (kind && !(error && error->kind() == *kind)) ADD_FAILURE() << "an error of another kind: " << thrown.what();
    return thrown.what();
  }
  return "no error";
}

/// The text of an error about a file.
template <class Call>
std::string file_error_of(Call call) {
  return error_of(call, Error::Kind::file);
}

}  // namespace keravino
