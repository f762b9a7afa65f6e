#include "model/summary.h"

#include "ops/make.h"

namespace keravino {
namespace {

using Cell = std::vector<std::string>;  // lines
using RowCells = std::vector<Cell>;

/// Columns on a terminal: UTF-8 continuation bytes take none.
size_t width(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// A cell of the table: all of a column are as wide as the widest.
std::string cut(const std::string& text) {
  constexpr size_t kLongest = 200;
  size_t end = kLongest;
  while (end < text.size() && (text[end] & 0xC0) == 0x80) --end;  // not within a letter
  return text.size() <= kLongest ? text : text.substr(0, end) + "...";
}

std::string repeat(const std::string& text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

class Table {
 public:
  explicit Table(RowCells head) : rows_{std::move(head)} {}
  void add(RowCells row) { rows_.push_back(std::move(row)); }

  std::string text() const {
    std::vector<size_t> widths(rows_[0].size(), 0);
    for (const RowCells& row : rows_) {
      for (size_t i = 0; i < row.size(); ++i) {
        for (const std::string& line : row[i]) widths[i] = std::max(widths[i], width(line));
      }
    }
    std::string out = rule(widths, "┏", "━", "┳", "┓");
    for (size_t r = 0; r < rows_.size(); ++r) {
      if (r == 1) out += rule(widths, "┡", "━", "╇", "┩");
      if (r > 1) out += rule(widths, "├", "─", "┼", "┤");
      out += cells(rows_[r], widths, r == 0 ? "┃" : "│");
    }
    return out + rule(widths, "└", "─", "┴", "┘");
  }

 private:
  static std::string rule(const std::vector<size_t>& widths, const char* left, const char* line, const char* middle,
                          const char* right) {
    std::string out = left;
    for (size_t i = 0; i < widths.size(); ++i) out += (i > 0 ? middle : "") + repeat(line, widths[i] + 2);
    return out + right + "\n";
  }

  static std::string cells(const RowCells& row, const std::vector<size_t>& widths, const std::string& bar) {
    size_t lines = 1;
    for (const Cell& cell : row) lines = std::max(lines, cell.size());
    std::string out;
    for (size_t l = 0; l < lines; ++l) {
      for (size_t i = 0; i < row.size(); ++i) {
        const std::string text = l < row[i].size() ? row[i][l] : "";
        const std::string space(widths[i] - width(text), ' ');
        out += bar + " " + (i == 2 ? space + text : text + space) + " ";  // numbers stand on the right
      }
      out += bar + "\n";
    }
    return out;
  }

  std::vector<RowCells> rows_;
};

std::string with_commas(size_t number) {
  std::string text = std::to_string(number);
  for (size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string size_text(size_t bytes) {
  double size = static_cast<double>(bytes);
  const char* unit = "B";
  for (const char* larger : {"KB", "MB", "GB"}) {
    if (size < 1024) break;
    size /= 1024;
    unit = larger;
  }
  return fmt::format("{:.2f} {}", size, unit);
}

}  // namespace

std::string summary(const std::string& name, const std::string& class_name, const std::vector<LayerInfo>& layers,
                    const LayerInfo& total) {
  const bool connected = class_name != "Sequential";
  RowCells head = {{"Layer (type)"}, {"Output Shape"}, {"Param #"}};
  if (connected) head.push_back({"Connected to"});
  Table table(head);
  for (const LayerInfo& layer : layers) {
    Cell shapes;
    for (const ov::PartialShape& shape : layer.output_shapes) shapes.push_back(cut(ops::to_string(shape)));
    Cell inbound;
    for (const std::string& each : layer.inbound) inbound.push_back(cut(each));
    RowCells row = {
        {cut(fmt::format("{} ({})", layer.name, layer.class_name))}, shapes, {with_commas(layer.parameters)}};
    if (connected) row.push_back(inbound.empty() ? Cell{"-"} : inbound);
    table.add(std::move(row));
  }
  return fmt::format("Model: \"{}\"\n{} Total params: {} ({})\n Trainable params: {}\n Non-trainable params: {}\n",
                     name, table.text(), with_commas(total.parameters), size_text(total.bytes),
                     with_commas(total.trainable_parameters),
                     with_commas(total.parameters - total.trainable_parameters));
}

}  // namespace keravino
