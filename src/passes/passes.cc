#include "passes/passes.h"

#include "passes/fold.h"
#include "passes/share.h"
#include "passes/train.h"

namespace keravino::passes {

Report optimize(const std::shared_ptr<ov::Model>& model, bool kernels) {
  Report report;
  remove_custom_gradients(model);
  share_duplicates(model);
  if (kernels) use_training_kernels(model);
  report.converts_removed = remove_no_op_converts(model);
  report.layout = sink_transposes(model);
  report.pads_folded = fold_pads(model);
  return report;
}

}  // namespace keravino::passes
