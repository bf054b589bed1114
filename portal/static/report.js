/* Charts of report pages, each drawn from the table beneath it, so that the two never disagree.
 *
 *   data-chart="stack|bar|heat"   what to draw; data-of: the table's id; data-columns: the drawn columns, counted from 0
 *   td[data-value]                a number; a cell without it (— or 少于 5) is drawn as nothing
 *
 * Without JavaScript, or without ECharts, the tables say everything. Plain ES2018 for Chromium 83. */
(function () {
  "use strict";

  var COLOURS = ["#14508c", "#8fb4d8", "#1b7f4b", "#a86200", "#55636f"];
  var HEAT = ["#f1f5f8", "#c3d6e8", "#7fa8d0", "#3d74ad", "#0d3a68"];
  var INK = "#1c2733";
  var LINE = "#d9e0e6";
  var charts = [];

  function texts(cells) {
    return Array.prototype.map.call(cells, function (cell) {
      return Array.prototype.filter.call(cell.childNodes, function (node) { return node.nodeType === 3; })
        .map(function (node) { return node.data.trim(); }).join("");
    });
  }

  function read(place) {
    var table = document.getElementById(place.dataset.of);
    var columns = place.dataset.columns.split(" ").map(Number);
    var rows = Array.prototype.slice.call(table.tBodies[0].rows);
    var heads = table.tHead.rows[0].cells;
    return {
      labels: rows.map(function (row) { return row.cells[0].textContent.trim(); }),
      heads: columns.map(function (column) { return texts([heads[column]])[0]; }),
      units: columns.map(function (column) { var unit = heads[column].querySelector(".report-unit"); return unit ? unit.textContent : ""; }),
      values: columns.map(function (column) {
        return rows.map(function (row) {
          var value = row.cells[column].dataset.value;
          return value === undefined ? null : Number(value);
        });
      })
    };
  }

  function axis(more) {
    return Object.assign({
      axisLine: { lineStyle: { color: LINE } }, axisTick: { show: false },
      axisLabel: { color: INK, fontSize: 13 }, splitLine: { lineStyle: { color: LINE } }
    }, more);
  }

  /* markup in a tooltip would need inline styles, which the page's policy forbids: rich text is drawn on the canvas */
  function common(told) {
    return {
      animation: false, color: COLOURS,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: INK },
      tooltip: { renderMode: "richText", confine: true, trigger: told }
    };
  }

  function bars(data, stacked) {
    var many = data.labels.length > 8;
    return Object.assign(common("axis"), {
      legend: { top: 0, textStyle: { color: INK, fontSize: 13 } },
      grid: { left: many ? 40 : 8, right: 16, top: 34, bottom: 6, containLabel: true },
      xAxis: axis({ type: "category", data: data.labels, splitLine: { show: false },
        axisLabel: { color: INK, fontSize: 13, interval: 0, rotate: many ? 30 : 0 } }),
      yAxis: axis({ type: "value", name: data.units[0], minInterval: data.units[0] ? 0 : 1, nameTextStyle: { color: INK } }),
      series: data.heads.map(function (head, index) {
        return { name: head, type: "bar", stack: stacked ? "all" : undefined, barMaxWidth: 36, data: data.values[index] };
      })
    });
  }

  function heat(data) {
    var points = [];
    var most = 1;
    data.values.forEach(function (column, x) {
      column.forEach(function (value, y) {
        if (value !== null) { points.push([x, y, value]); most = Math.max(most, value); }
      });
    });
    return Object.assign(common("item"), {
      grid: { left: 8, right: 16, top: 6, bottom: 44, containLabel: true },
      xAxis: axis({ type: "category", data: data.heads, splitLine: { show: false } }),
      yAxis: axis({ type: "category", data: data.labels, inverse: true, splitLine: { show: false } }),
      visualMap: { min: 0, max: most, orient: "horizontal", left: "center", bottom: 0, itemHeight: 160, itemWidth: 14,
        inRange: { color: HEAT }, textStyle: { color: INK }, text: ["多", "少"] },
      series: [{ type: "heatmap", data: points, itemStyle: { borderColor: "#fff", borderWidth: 2 },
        label: { show: true, formatter: function (point) { return point.value[2] ? String(point.value[2]) : ""; } } }]
    });
  }

  function draw(place) {
    var data = read(place);
    var something = data.values.some(function (column) { return column.some(function (value) { return value; }); });
    if (!something) { return; }
    place.hidden = false;
    var chart = window.echarts.init(place, null, { renderer: "canvas" });
    chart.setOption(place.dataset.chart === "heat" ? heat(data) : bars(data, place.dataset.chart === "stack"));
    place.dataset.drawn = "1";
    charts.push(chart);
  }

  function fit() { charts.forEach(function (chart) { chart.resize(); }); }

  function start() {
    if (!window.echarts) { return; }
    Array.prototype.forEach.call(document.querySelectorAll("[data-chart]"), draw);
    window.addEventListener("resize", fit);
    if (window.matchMedia) { window.matchMedia("print").addListener(fit); }
  }

  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", start); } else { start(); }
})();
