// SPDX-License-Identifier: MIT
// Positions in one model's tokens, found in another's.
#include <gtest/gtest.h>

#include "thinktrace/run/reader.h"

namespace thinktrace {
namespace {

using Texts = std::vector<std::string>;
using Positions = std::vector<int>;

TEST(AlignPositions, AreRoundedDown) {
  const Texts writer{"The ", "sk", "y is", " blue"}, reader{"The", " sky", " is blue"};
  EXPECT_EQ(align_positions(writer, reader, {0, 1, 2, 3}), (Positions{0, 0, 2, 4}));
  EXPECT_EQ(align_positions(reader, writer, {0, 1, 2, 3, 4}), (Positions{0, 1, 1, 2, 3}));
  EXPECT_EQ(align_positions(writer, writer, {0, 2, 4}), (Positions{0, 2, 4}));
}

TEST(AlignPositions, ASpaceInFrontOfEitherIsLeftAside) {
  const Texts plain{"The", " sky"}, spaced{" The", " s", "ky"};
  EXPECT_EQ(align_positions(plain, spaced, {0, 1, 2, 3}), (Positions{0, 1, 1, 2}));
  EXPECT_EQ(align_positions(spaced, plain, {0, 1, 2}), (Positions{0, 1, 3}));
}

TEST(AlignPositions, AnotherTextHasNone) {
  EXPECT_TRUE(align_positions({"The sky"}, {"The sea"}, {0, 1}).empty());
  EXPECT_TRUE(align_positions({"The sky"}, {"The sky "}, {0, 1}).empty());
}

}  // namespace
}  // namespace thinktrace
