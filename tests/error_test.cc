#include "keravino/error.h"

#include <gtest/gtest.h>

namespace keravino {

TEST(Error, keeps_its_kind_and_message) {
  const Error error(Error::Kind::index, "[keras.ops.take] index 4 is out of range. Received: axis length 3");
  EXPECT_EQ(error.kind(), Error::Kind::index);
  EXPECT_STREQ(error.what(), "[keras.ops.take] index 4 is out of range. Received: axis length 3");
}

}  // namespace keravino
