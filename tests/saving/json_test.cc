#include "saving/json.h"

#include "saving/files.h"

namespace keravino::saving {

TEST(Json, reads_numbers_that_python_writes_bare) {
  const auto json =
      parse_json_object("f", R"({"a": NaN, "b": [-Infinity, Infinity], "c": "Infinity \"NaN", "d\\": NaN})");
  EXPECT_TRUE(std::isnan(json["a"].get<double>()));
  EXPECT_EQ(json["b"][0], -INFINITY);
  EXPECT_EQ(json["b"][1], INFINITY);
  EXPECT_EQ(json["c"], "Infinity \"NaN");
  EXPECT_TRUE(std::isnan(json["d\\"].get<double>()));
}

TEST(Json, leaves_marked_strings_alone_unless_they_are_the_mark) {
  EXPECT_EQ(parse_json_object("f", R"({"a": "\u0001hello"})")["a"], "\1hello");
}

TEST(Json, refuses_half_words) {
  EXPECT_EQ(
      file_error_of([] { parse_json_object("f", R"({"a": Nan, "b": NaN})"); }),
      "f: not JSON: parse error at line 1, column 7: syntax error while parsing value - invalid literal; last read: "
      "'\"a\": N'");
}

TEST(Json, allows_nesting_up_to_the_limit) {
  const auto nested = [](size_t depth) { return "{\"a\": " + std::string(depth, '[') + std::string(depth, ']') + "}"; };
  EXPECT_NO_THROW(parse_json_object("f", nested(255)));
  EXPECT_EQ(file_error_of([&] { parse_json_object("f", nested(257)); }), "f: is nested deeper than 256");
}

TEST(Json, values_take_more_than_their_text) {
  std::string text = "{\"a\": [0";
  for (int i = 0; i < 5'000'000; ++i) text += ",0";
  Budget budget(0);
  EXPECT_EQ(file_error_of([&] { parse_json_object("f", text + "]}", budget); }),
            "f: asks for 64 bytes, more than a file of this size may (63 of 268435456 are left)");
}

}  // namespace keravino::saving
