#include "cli/page.h"

#include "ops/make.h"
#include "saving/file.h"

namespace keravino::cli {
namespace {

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body { font: 14px/1.4 system-ui, sans-serif; margin: 2em auto; max-width: 80em; padding: 0 1em; color: #222; }
h1 { font-size: 1.6em; margin: 0; } h2 { font-size: 1.2em; margin: 2em 0 .5em; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3em .6em; border-bottom: 1px solid #ddd; }
th { background: #f4f4f4; } .n { text-align: right; } .n, .one { white-space: nowrap; } .any { overflow-wrap: anywhere; min-width: 12em; } .dim { color: #777; }
.yes { color: #17692a; } .no { color: #8a4b00; } .bar { width: 8em; }
.bar div { background: #4a7fb5; height: .9em; min-width: 1px; }
</style>
)";

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// Cells are HTML already; classes are by column.
class Table {
 public:
  Table(std::initializer_list<std::string_view> titles, std::vector<std::string> classes)
      : classes_(std::move(classes)) {
    html_ = "<table><thead><tr>";
    size_t i = 0;
    for (const auto title : titles) html_ += fmt::format("<th class=\"{}\">{}</th>", classes_[i++], title);
    html_ += "</tr></thead><tbody>\n";
  }
  void add(const std::vector<std::string>& cells) {
    html_ += "<tr>";
    for (size_t i = 0; i < cells.size(); ++i) html_ += fmt::format("<td class=\"{}\">{}</td>", classes_[i], cells[i]);
    html_ += "</tr>\n";
  }
  std::string text() const { return html_ + "</tbody></table>\n"; }

 private:
  std::vector<std::string> classes_;
  std::string html_;
};

template <class Items, class Text>
std::string lines(const Items& items, Text text) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : "<br>") + escape(text(item));
  return out.empty() ? "<span class=\"dim\">-</span>" : out;
}

std::string megabytes(size_t bytes) { return fmt::format("{:.3f} MB", static_cast<double>(bytes) / 1e6); }

std::string layer_table(const Report& report) {
  double most = 0, sum = 0;
  for (const LayerReport& layer : report.layers) {
    most = std::max(most, layer.milliseconds);
    sum += layer.milliseconds;
  }
  Table table({"Layer", "Class", "Output", "Parameters", "OpenVINO ops", "Runs as", "ms", "%", ""},
              {"any", "", "one", "n", "", "any", "n", "n", "bar"});
  for (const LayerReport& layer : report.layers) {
    const auto count = [](const auto& op) {
      return op.second > 1 ? fmt::format("{} x{}", op.first, op.second) : op.first;
    };
    const bool timed = report.unmeasured.empty();
    const double part = most > 0 ? layer.milliseconds / most : 0;
    table.add({escape(layer.info.name), escape(layer.info.class_name),
               lines(layer.info.output_shapes, [](const auto& shape) { return ops::to_string(shape); }),
               std::to_string(layer.info.parameters), lines(layer.ops, count),
               lines(layer.runs_as, [](const std::string& text) { return text; }),
               timed ? fmt::format("{:.3f}", layer.milliseconds) : "",
               timed && sum > 0 ? fmt::format("{:.1f}", 100 * layer.milliseconds / sum) : "",
               layer.milliseconds > 0 ? fmt::format("<div style=\"width:{:.1f}%\"></div>", 100 * part) : ""});
  }
  return table.text();
}

std::string recognised_table(const Report& report) {
  if (report.recognised.empty()) return "<p>Nothing that has a name of its own.</p>\n";
  Table table({"What", "Becomes", "Layer", "Last node", "By", "Outcome"}, {"", "", "any", "any", "", "any"});
  for (const RecognisedReport& row : report.recognised) {
    const Recognised& form = row.form;
    table.add({escape(form.what), escape(form.into), escape(row.layer), escape(form.node), escape(row.by),
               form.reason.empty() ? "<span class=\"yes\">recognised</span>"
                                   : "<span class=\"no\">not: " + escape(form.reason) + "</span>"});
  }
  return table.text();
}

std::string weights_table(const Conversion& conversion) {
  Table table({"Layer", "Shape", "Precision", "Before", "After"}, {"any", "", "", "n", "n"});
  size_t before = 0, after = 0;
  for (const ConvertedWeight& weight : conversion.weights) {
    table.add({escape(weight.layer), fmt::format("{}", fmt::join(weight.shape, " x ")), escape(weight.precision),
               megabytes(weight.bytes_before), megabytes(weight.bytes_after)});
    before += weight.bytes_before;
    after += weight.bytes_after;
  }
  return fmt::format("<p>{} before, {} after.</p>\n", megabytes(before), megabytes(after)) + table.text();
}

std::string transposes(const TransposeReport& report) {
  std::string out = fmt::format("<p>{} as built, {} left.</p>\n", report.before, report.after);
  if (report.remaining.empty()) return out;
  Table table({"Node", "Between", "Why it stays"}, {"any", "any", "any"});
  for (const auto& each : report.remaining) table.add({escape(each.name), escape(each.between), escape(each.reason)});
  return out + table.text();
}

std::string page(const Model& model, const Report& report, const Conversion& conversion) {
  const std::string time = report.unmeasured.empty() ? fmt::format("{:.3f} ms for a run, median", report.milliseconds)
                                                     : "not measured: " + escape(report.unmeasured);
  std::string out(kHead);
  out += fmt::format("<title>{0}</title></head><body>\n<h1>{0}</h1>\n", escape(model.name()));
  out += fmt::format("<p>{} on {}; {}.</p>\n", escape(report.precision), escape(report.device), time);
  // Kernels of keravino's own, Winograd's among them, are no part of an IR.
  out +=
      "<p class=\"dim\">What is run is the IR, by OpenVINO alone; <code>keravino bench</code> times the model.</p>\n";
  out += "<h2>Layers</h2>\n" + layer_table(report);
  out += "<h2>What was recognised</h2>\n" + recognised_table(report);
  if (!conversion.weights.empty()) out += "<h2>Large weights</h2>\n" + weights_table(conversion);
  out += "<h2>Transposes</h2>\n" + transposes(model.transposes());
  return out + "</body></html>\n";
}

}  // namespace

void write_page(const std::string& path, const Model& model, const Conversion& conversion, const LoadOptions& options) {
  const std::string html = page(model, report(model, conversion, options), conversion);
  saving::write_file(path, {std::as_bytes(std::span<const char>(html))});
}

}  // namespace keravino::cli
