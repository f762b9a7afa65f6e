#include "ops/tables.h"

namespace keravino::ops {
namespace {

thread_local const TableWatch* t_watch = nullptr;

}  // namespace

TableWatch::TableWatch(std::function<void(int64_t bytes)> before) : before_(std::move(before)), outer_(t_watch) {
  t_watch = this;
}

TableWatch::~TableWatch() { t_watch = outer_; }

void TableWatch::tell(int64_t count) {
  constexpr int64_t kEach = 2 * sizeof(double);  // of the table, and of the constant that is made of it
  int64_t bytes = 0;
  if (__builtin_mul_overflow(count, kEach, &bytes)) bytes = INT64_MAX;
  if (t_watch) t_watch->before_(bytes);
}

}  // namespace keravino::ops
