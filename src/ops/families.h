// Every family of ops, in one list. A family is a file of src/ops with a function that returns its rows.
#pragma once

#include <array>

#include "ops/registry.h"

namespace keravino::ops {

using Family = std::span<const OpDef> (*)();

std::span<const OpDef> activation_ops();
std::span<const OpDef> activation_exp_ops();
std::span<const OpDef> attention_ops();
std::span<const OpDef> bitwise_ops();
std::span<const OpDef> compare_ops();
std::span<const OpDef> complex_ops();
std::span<const OpDef> conv_ops();
std::span<const OpDef> core_ops();
std::span<const OpDef> create_ops();
std::span<const OpDef> ctc_ops();
std::span<const OpDef> diagonal_ops();
std::span<const OpDef> einsum_ops();
std::span<const OpDef> elementwise_ops();
std::span<const OpDef> elementwise_exp_ops();
std::span<const OpDef> elementwise_trig_ops();
std::span<const OpDef> elementwise_unary_ops();
std::span<const OpDef> fft_ops();
std::span<const OpDef> index_ops();
std::span<const OpDef> join_ops();
std::span<const OpDef> image_ops();
std::span<const OpDef> linalg_ops();
std::span<const OpDef> loss_ops();
std::span<const OpDef> matmul_ops();
std::span<const OpDef> nan_ops();
std::span<const OpDef> norm_ops();
std::span<const OpDef> patch_ops();
std::span<const OpDef> pool_ops();
std::span<const OpDef> quantile_ops();
std::span<const OpDef> random_ops();
std::span<const OpDef> rearrange_ops();
std::span<const OpDef> reduce_ops();
std::span<const OpDef> scan_ops();
std::span<const OpDef> segment_ops();
std::span<const OpDef> set_ops();
std::span<const OpDef> shape_ops();
std::span<const OpDef> sort_ops();
std::span<const OpDef> special_ops();
std::span<const OpDef> statistics_ops();
std::span<const OpDef> transform_ops();
std::span<const OpDef> vector_norm_ops();

inline constexpr Family kFamilies[] = {
    activation_ops,
    activation_exp_ops,
    attention_ops,
    bitwise_ops,
    compare_ops,
    complex_ops,
    conv_ops,
    core_ops,
    create_ops,
    ctc_ops,
    diagonal_ops,
    einsum_ops,
    elementwise_ops,
    elementwise_exp_ops,
    elementwise_trig_ops,
    elementwise_unary_ops,
    fft_ops,
    index_ops,
    join_ops,
    image_ops,
    linalg_ops,
    loss_ops,
    matmul_ops,
    nan_ops,
    norm_ops,
    patch_ops,
    pool_ops,
    quantile_ops,
    random_ops,
    rearrange_ops,
    reduce_ops,
    scan_ops,
    segment_ops,
    set_ops,
    shape_ops,
    sort_ops,
    special_ops,
    statistics_ops,
    transform_ops,
    vector_norm_ops,
};

}  // namespace keravino::ops
