#include "kernels/cells.h"

#include "engine/evaluators/exponential.h"
#include "kernels/processors.h"

namespace keravino::kernels {
namespace {

[[gnu::always_inline]] inline float sigmoid(float x) { return 1 / (1 + engine::exponential(-x)); }

/// Taylor's series near 0, where the other form would lose digits: to 4e-7.
[[gnu::always_inline]] inline float tanh(float x) {
  const float s = x * x;
  const float near = x * (1 + s * (-1.0F / 3 + s * (2.0F / 15 + s * (-17.0F / 315 + s * (62.0F / 2835)))));
  const float far = 1 - 2 / (engine::exponential(2 * x) + 1);
  return s < 0.09F ? near : far;
}

}  // namespace

FOR_EACH_PROCESSOR void lstm_step(size_t units, float* gates, const float* bias, const float* c_before, float* c,
                                  float* h) {
#pragma GCC ivdep
  for (size_t u = 0; u < units; ++u) {
    const float i = sigmoid(gates[u] + bias[u]), f = sigmoid(gates[units + u] + bias[units + u]);
    const float candidate = tanh(gates[2 * units + u] + bias[2 * units + u]);
    const float o = sigmoid(gates[3 * units + u] + bias[3 * units + u]);
    gates[u] = i;
    gates[units + u] = f;
    gates[2 * units + u] = candidate;
    gates[3 * units + u] = o;
    c[u] = f * c_before[u] + i * candidate;
    h[u] = o * tanh(c[u]);
  }
}

FOR_EACH_PROCESSOR void lstm_step_back(size_t units, const float* gates, const float* c_before, const float* c,
                                       const float* dy, const float* dh, float* dc, float* dgates, float* dbias) {
#pragma GCC ivdep
  for (size_t u = 0; u < units; ++u) {
    const float i = gates[u], f = gates[units + u], candidate = gates[2 * units + u], o = gates[3 * units + u];
    const float seen = tanh(c[u]), both = dy[u] + dh[u], of_c = dc[u] + both * o * (1 - seen * seen);
    const float di = of_c * candidate * i * (1 - i), df = of_c * c_before[u] * f * (1 - f);
    const float dcandidate = of_c * i * (1 - candidate * candidate), dout = both * seen * o * (1 - o);
    dc[u] = of_c * f;
    dgates[u] = di;
    dgates[units + u] = df;
    dgates[2 * units + u] = dcandidate;
    dgates[3 * units + u] = dout;
    dbias[u] += di;
    dbias[units + u] += df;
    dbias[2 * units + u] += dcandidate;
    dbias[3 * units + u] += dout;
  }
}

FOR_EACH_PROCESSOR void gru_step(size_t units, float* gates, const float* recurrent, const float* bias,
                                 const float* h_before, float* inner, float* h) {
  const float* second = bias + 3 * units;
#pragma GCC ivdep
  for (size_t u = 0; u < units; ++u) {
    const float z = sigmoid(gates[u] + recurrent[u] + bias[u] + second[u]);
    const float r = sigmoid(gates[units + u] + recurrent[units + u] + bias[units + u] + second[units + u]);
    inner[u] = recurrent[2 * units + u] + second[2 * units + u];
    const float candidate = tanh(gates[2 * units + u] + bias[2 * units + u] + r * inner[u]);
    gates[u] = z;
    gates[units + u] = r;
    gates[2 * units + u] = candidate;
    h[u] = z * h_before[u] + (1 - z) * candidate;
  }
}

FOR_EACH_PROCESSOR void gru_step_back(size_t units, const float* gates, const float* inner, const float* h_before,
                                      const float* dy, float* dh, float* dgates, float* drecurrent, float* dbias) {
  float* second = dbias + 3 * units;
#pragma GCC ivdep
  for (size_t u = 0; u < units; ++u) {
    const float z = gates[u], r = gates[units + u], candidate = gates[2 * units + u], both = dy[u] + dh[u];
    const float dz = both * (h_before[u] - candidate) * z * (1 - z);
    const float dcandidate = both * (1 - z) * (1 - candidate * candidate);
    const float dr = dcandidate * inner[u] * r * (1 - r);
    dh[u] = both * z;
    dgates[u] = drecurrent[u] = dz;
    dgates[units + u] = drecurrent[units + u] = dr;
    dgates[2 * units + u] = dcandidate;
    drecurrent[2 * units + u] = dcandidate * r;
    dbias[u] += dz;
    dbias[units + u] += dr;
    dbias[2 * units + u] += dcandidate;
    second[u] += dz;
    second[units + u] += dr;
    second[2 * units + u] += dcandidate * r;
  }
}

}  // namespace keravino::kernels
