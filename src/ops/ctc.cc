#include "keravino/ops/ctc.h"

#include "engine/engine.h"
#include "kernels/ctc.h"
#include "ops/families.h"
#include "ops/indices.h"
#include "ops/reductions.h"

namespace keravino::ops {
namespace {

/// At least float32, as losses are.
DType computed_dtype(const Tensor& x) { return x.dtype() == DType::float64 ? DType::float64 : DType::float32; }

void demand_logits(const Tensor& logits) {
  if (logits.rank() != 3) {
    throw Error(fmt::format("logits must be of shape (batch, time, classes), got {}", to_string(logits.shape())));
  }
}

/// The class that stands for no label; negative ones count from the end.
int64_t blank_of(const Tensor& logits, int64_t mask_index) {
  const auto classes = known(dim(logits, 2));
  if (!classes && mask_index < 0) throw Error("mask_index counts from the end of classes whose number is not known");
  if (classes && (mask_index < -*classes || mask_index >= *classes)) {
    throw Error(fmt::format("mask_index {} is none of the {} classes", mask_index, *classes));
  }
  return mask_index < 0 ? mask_index + *classes : mask_index;
}

/// Untraced, errors shall be those of the call: the numbers are computed.
std::vector<Tensor> computed(std::vector<Tensor> outputs) {
  if (!outputs[0].traced()) engine::compute(outputs);
  return outputs;
}

/// The best class at each time, blanks and repetitions left out.
std::pair<Tensor, Tensor> greedy(const Tensor& logits, const Tensor& lengths, bool merge_repeated, int64_t blank) {
  const Dim time = dim(logits, 1);
  const Tensor place = expand_dims(iota(time, DType::int32), {0});
  const Tensor inside = place < expand_dims(as(lengths, DType::int32), {1});
  Tensor labels = select(inside, argmax(logits, -1), as(blank, DType::int32));
  const Tensor scores = select(inside, max(logits, {{-1}}), 0);
  if (merge_repeated) {
    const Tensor before = make<v::v1::Pad>(labels, std::vector<int64_t>{0, 1}, std::vector<int64_t>{0, 0},
                                           as(-1, DType::int32), v::PadMode::CONSTANT);
    labels = select(labels == slice_axis(before, 1, int64_t{0}, time), as(blank, DType::int32), labels);
  }
  const Tensor nothing = labels == as(blank, DType::int32);
  const Tensor order = argsort(select(nothing, as(as_scalar(time), DType::int32), place), -1);
  labels = take_along_axis(select(nothing, as(-1, DType::int32), labels), order, -1);
  return {expand_dims(labels, {0}), -total(scores, {{1}}, true)};
}

}  // namespace

Tensor ctc_loss(Tensor target, Tensor output, Tensor target_length, Tensor output_length, int64_t mask_index) {
  demand_logits(output);
  if (target.rank() != 2) throw Error(fmt::format("target must have 2 dimensions, got {}", target.rank()));
  const Dim batch = dim(output, 0);
  for (const auto& [name, x] :
       {std::pair{"target", target}, {"target_length", target_length}, {"output_length", output_length}}) {
    const auto size = x.rank() == 0 ? std::nullopt : known(dim(x, 0));
    if (x.rank() == 0 || (size && known(batch) && *size != *known(batch))) {
      throw Error(fmt::format("{} and output must have the same first dimension, got shapes {} and {}", name,
                              to_string(x.shape()), to_string(output.shape())));
    }
  }
  const int64_t blank = blank_of(output, mask_index);
  const std::vector<Tensor> inputs{as(output, computed_dtype(output)), as(target, DType::int32),
                                   as(target_length, DType::int32), as(output_length, DType::int32)};
  return computed(make_all<kernels::CtcLoss>(inputs, blank))[0];
}

std::pair<Tensor, Tensor> ctc_decode(Tensor inputs, Tensor sequence_lengths, std::string strategy, int64_t beam_width,
                                     int64_t top_paths, bool merge_repeated, int64_t mask_index) {
  demand_logits(inputs);
  if (sequence_lengths.rank() != 1) throw Error("sequence_lengths must be a vector");
  const Tensor logits = as(inputs, computed_dtype(inputs));
  const int64_t blank = blank_of(inputs, mask_index);
  if (strategy == "greedy") return greedy(logits, sequence_lengths, merge_repeated, blank);
  if (strategy != "beam_search") {
    throw Error("Invalid strategy: it must be \"greedy\" or \"beam_search\"");
  }
  if (beam_width <= 0 || top_paths <= 0) throw Error("beam_width and top_paths must be positive");
  const std::vector<Tensor> operands{logits, as(sequence_lengths, DType::int32)};
  const auto outputs = computed(make_all<kernels::CtcBeamSearch>(operands, beam_width, top_paths, blank));
  return {outputs[0], outputs[1]};
}

namespace {

/// ctc_decode with Python's None for the last class.
std::pair<Tensor, Tensor> ctc_decode_op(Tensor inputs, Tensor sequence_lengths, std::string strategy,
                                        int64_t beam_width, int64_t top_paths, bool merge_repeated,
                                        std::optional<int64_t> mask_index) {
  return ctc_decode(std::move(inputs), std::move(sequence_lengths), std::move(strategy), beam_width, top_paths,
                    merge_repeated, mask_index.value_or(-1));
}

constexpr OpDef kOps[] = {
    op<&ctc_loss>("nn.ctc_loss(target, output, target_length, output_length, mask_index=0)",
                  "-log of the probability of sequences of labels."),
    op<&ctc_decode_op>("nn.ctc_decode(inputs, sequence_lengths, strategy=\"greedy\", beam_width=100, top_paths=1, "
                       "merge_repeated=True, mask_index=0)",
                       "The likeliest sequences of labels, and their scores."),
};
}  // namespace
std::span<const OpDef> ctc_ops() { return kOps; }

}  // namespace keravino::ops
