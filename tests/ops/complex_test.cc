#include "keravino/ops/complex.h"

#include <gtest/gtest.h>

#include <complex>

#include "engine/engine.h"
#include "engine/program.h"
#include "errors.h"
#include "keravino/ops.h"
#include "ops/registry.h"
#include "tensor/value.h"

namespace keravino::ops {
namespace {

using Numbers = std::vector<std::complex<double>>;

template <class T>
Tensor vector_of(std::initializer_list<T> values) {
  ov::Tensor numbers(ov::element::from<T>(), {values.size()});
  std::copy(values.begin(), values.end(), numbers.data<T>());
  return Tensor(numbers);
}

/// 1 + 2i, 3 - 4i.
Tensor sample() { return Tensor::complex(vector_of({1.0F, 3.0F}), vector_of({2.0F, -4.0F})); }

Numbers numbers_of(const Tensor& z) {
  const ov::Tensor re = real(z).numbers(), im = imag(z).numbers();
  Numbers numbers;
  for (size_t i = 0; i < re.get_size(); ++i) numbers.emplace_back(re.data<float>()[i], im.data<float>()[i]);
  return numbers;
}

}  // namespace

TEST(Complex, a_tensor_is_two_real_ones_of_one_shape) {
  const Tensor z = sample();
  EXPECT_TRUE(z.is_complex());
  EXPECT_EQ(z.dtype(), DType::complex64);
  EXPECT_EQ(z.promotion_dtype(), DType::complex64);
  EXPECT_EQ(z.shape(), ov::PartialShape({2}));
  EXPECT_FALSE(z.traced());
  EXPECT_EQ(Tensor::complex(vector_of({1.0}), vector_of({2.0})).dtype(), DType::complex128);
  EXPECT_EQ(numbers_of(z), Numbers({{1, 2}, {3, -4}}));
}

TEST(Complex, parts_must_fit) {
  EXPECT_EQ(error_of([] { Tensor::complex(vector_of({1.0F}), vector_of({2.0})); }),
            "the parts of a complex tensor are float32 or float64, got float32 and float64");
  EXPECT_EQ(error_of([] { Tensor::complex(vector_of({1}), vector_of({2})); }),
            "the parts of a complex tensor are float32 or float64, got int32 and int32");
  EXPECT_EQ(error_of([] {
              Tensor::complex(vector_of({1.0F}), vector_of({2.0F, 3.0F}));
            }),
            "the parts of a complex tensor differ in shape");
}

TEST(Complex, numbers_and_nodes_are_those_of_the_parts) {
  const std::string text = "there is no form of it for complex numbers";
  EXPECT_EQ(error_of([] { sample().numbers(); }), text);
  EXPECT_EQ(error_of([] { sample().output(); }), text);
  EXPECT_EQ(error_of([] { floor(sample()); }), text);
}

TEST(Complex, a_real_formula_does_not_take_it_by_accident) {
  const Tensor z = sample();
  EXPECT_THROW(z * z, Error);
  EXPECT_THROW(z / z, Error);
  EXPECT_THROW(z == z, Error);
  EXPECT_EQ(numbers_of(z + 1 - z), Numbers({{1, 0}, {1, 0}}));
  EXPECT_EQ(error_of([&] {
              concatenate({real(z), vector_of({1})}, 0), array(z, DType::float32);
            }),
            "complex64 does not become float32 by itself; take the real part, or cast it");
}

TEST(Complex, a_literal_keeps_its_digits) {
  const Tensor z = full({}, Tensor::complex(0.1, 0.2), DType::complex128);
  EXPECT_EQ(real(z).numbers().data<double>()[0], 0.1);
}

TEST(Complex, arithmetic) {
  const Tensor z = sample();
  EXPECT_EQ(numbers_of(multiply(z, z)), Numbers({{-3, 4}, {-7, -24}}));
  EXPECT_EQ(numbers_of(divide(z, z)), Numbers({{1, 0}, {1, 0}}));
  EXPECT_EQ(numbers_of(power(z, 2)), Numbers({{-3, 4}, {-7, -24}}));
  EXPECT_EQ(numbers_of(conjugate(z)), Numbers({{1, -2}, {3, 4}}));
  EXPECT_EQ(numbers_of(multiply(z, Tensor::complex(0, 1))), Numbers({{-2, 1}, {4, 3}}));
  EXPECT_EQ(numbers_of(matmul(z, z)), Numbers({{-10, -20}}));
  EXPECT_EQ(absolute(z).numbers().data<float>()[1], 5);
  EXPECT_EQ(view_as_real(z).shape(), ov::PartialShape({2, 2}));
  EXPECT_EQ(numbers_of(view_as_complex(view_as_real(z))), numbers_of(z));
}

TEST(Complex, tiers_and_repeated_calls_give_the_same) {
  for (const auto tier : {engine::Tier::interpret, engine::Tier::compile, engine::Tier::automatic}) {
    engine::set_tier(tier);
    for (int i = 0; i < 3; ++i) {
      const Arg product = call("numpy.multiply", {sample(), Tensor::complex(0, i)});
      const auto n = static_cast<double>(i);
      EXPECT_EQ(numbers_of(product.as<Tensor>()), Numbers({{-2 * n, n}, {4 * n, 3 * n}}));
    }
  }
  engine::set_tier(engine::Tier::automatic);
}

TEST(Complex, a_traced_graph_has_a_parameter_for_each_part) {
  const Tensor z = engine::parameter(ov::PartialShape{-1}, DType::complex64);
  EXPECT_TRUE(z.traced());
  EXPECT_EQ(z.dtype(), DType::complex64);
  const Tensor sum = ops::sum(multiply(z, 2));
  EXPECT_TRUE(sum.traced());
  engine::Program program(parts_of({z}), parts_of({sum}), {});
  const auto outputs = program.run({real(sample()).numbers(), imag(sample()).numbers()});
  EXPECT_EQ(outputs[0].data<float>()[0], 8);
  EXPECT_EQ(outputs[1].data<float>()[0], -4);
  EXPECT_THROW(engine::traced_model({z}, {sum}), Error);
}

}  // namespace keravino::ops
