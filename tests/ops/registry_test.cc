#include "ops/registry.h"

#include <gtest/gtest.h>

#include "errors.h"
#include "ops/signature.h"

namespace keravino::ops {
namespace {

Arg two(Tensor, int64_t) { return None{}; }
Arg many(std::vector<Tensor>) { return None{}; }

}  // namespace

TEST(Signature, is_taken_apart) {
  const OpDef def = op<&two>("numpy.two(x, shape=(2, -3))", "");
  const Op parsed = parse_signature(def);
  EXPECT_EQ(parsed.module, "numpy");
  EXPECT_EQ(parsed.name, "two");
  EXPECT_EQ(parsed.signature, "(x, shape=(2, -3))");
  ASSERT_EQ(parsed.params.size(), 2u);
  EXPECT_FALSE(parsed.params[0].fallback);
  EXPECT_EQ(to_string(*parsed.params[1].fallback), "(2, -3)");
}

TEST(Signature, literals_are_pythons) {
  const auto fallback = [](std::string_view signature) {
    const OpDef def = op<&two>(signature, "");
    return to_string(*parse_signature(def).params[1].fallback);
  };
  EXPECT_EQ(fallback("m.f(x, a=None)"), "None");
  EXPECT_EQ(fallback("m.f(x, a=True)"), "True");
  EXPECT_EQ(fallback("m.f(x, a=1e-3)"), "0.001");
  EXPECT_EQ(fallback("m.f(x, a=\"same\")"), "\"same\"");
  EXPECT_EQ(fallback("m.f(x, a=-1)"), "-1");
  EXPECT_EQ(fallback("m.f(x, a=(1,))"), "(1,)");
}

TEST(Signature, a_row_that_does_not_fit_its_function_is_refused) {
  const OpDef def = op<&two>("numpy.two(x)", "");
  EXPECT_EQ(error_of([&] { parse_signature(def); }), "op numpy.two(x) has 1 parameters, its function 2");
  const OpDef nameless = op<&two>("two(x, n)", "");
  EXPECT_EQ(error_of([&] { parse_signature(nameless); }), "malformed op signature: two(x, n)");
}

TEST(Bind, fills_in_defaults_and_collects_varargs) {
  const OpDef def = op<&two>("numpy.two(x, n=3)", "");
  const Op parsed = parse_signature(def);
  EXPECT_EQ(to_string(Arg(bind(parsed, {Arg(1.5)}, {}))), "(1.5, 3)");
  EXPECT_EQ(to_string(Arg(bind(parsed, {Arg(1.5)}, {{"n", Arg(int64_t{4})}}))), "(1.5, 4)");
  const OpDef variadic = op<&many>("numpy.many(*xs)", "");
  EXPECT_EQ(to_string(Arg(bind(parse_signature(variadic), {Arg(1.0), Arg(2.0)}, {}))), "((1, 2),)");
}

TEST(Bind, mistakes_have_full_sentences) {
  const OpDef def = op<&two>("numpy.two(x, n=3)", "");
  const Op parsed = parse_signature(def);
  const Arg one(1.0);
  EXPECT_EQ(error_of([&] { bind(parsed, {}, {}); }),
            "[keras.ops.two] argument \"x\" is missing. Signature: two(x, n=3)");
  EXPECT_EQ(error_of([&] {
              bind(parsed, {one, one, one}, {});
            }),
            "[keras.ops.two] too many arguments (3). Signature: two(x, n=3)");
  EXPECT_EQ(error_of([&] {
              bind(parsed, {one}, {{"m", one}});
            }),
            "[keras.ops.two] unknown argument \"m\". Signature: two(x, n=3)");
  EXPECT_EQ(error_of([&] { bind(parsed, {one}, {{"x", one}}); }), "[keras.ops.two] argument \"x\" given twice");
}

TEST(Registry, an_unknown_op_is_answered_with_the_nearest) {
  EXPECT_EQ(error_of([] { find_op("numpy.log1pp"); }), "unknown op \"numpy.log1pp\"; did you mean \"numpy.log1p\"?");
}

TEST(Registry, errors_say_where_what_and_what_was_received) {
  EXPECT_EQ(error_of([] { call("numpy.log1p", {Arg(std::string("a"))}); }),
            "[keras.ops.log1p] wanted a tensor, got \"a\". Received: x=\"a\"");
  const Tensor x(ov::Tensor(ov::element::f32, {2, 3}));
  const Tensor y(ov::Tensor(ov::element::f32, {4}));
  EXPECT_EQ(error_of([&] {
              call("numpy.add", {Arg(x), Arg(y)});
            }),
            "[keras.ops.add] Argument shapes are inconsistent. Received: x1.shape=(2, 3), x1.dtype=float32, "
            "x2.shape=(4,), x2.dtype=float32");
}

TEST(Registry, every_row_has_a_line_of_documentation) {
  for (const auto& [name, op] : registry()) {
    EXPECT_GT(op.def->doc.size(), 5u) << name;
    EXPECT_EQ(op.def->doc.back(), '.') << name;
  }
}

}  // namespace keravino::ops
