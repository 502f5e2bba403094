// Draws the document of /api/charts/data: candles, volume, averages, and a match with its points, lines and levels.
// <div data-chart="ADDRESS" data-chart-bars="250"> inside an optional [data-chart-box] that holds the toggles and the readout.

const { createChart, createSeriesMarkers, CandlestickSeries, HistogramSeries, LineSeries, LineStyle, CrosshairMode } = window.LightweightCharts;
const FONT = '"Inter Variable", Inter, system-ui, sans-serif';
const OVERLAY_TOKENS = { "SMA 50": "--line-sma50", "SMA 150": "--line-sma150", "SMA 200": "--line-sma200" };
const charts = new Map(); // element -> what is drawn in it
const documents = new Map(); // address -> promise of its document, the last thirty

function load(address) {
  if (!documents.has(address)) {
    const promise = fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" }).then(async (answer) => {
      const body = await answer.json();
      if (!answer.ok) throw new Error(body.detail ?? `answer ${answer.status}`);
      return body;
    });
    promise.catch(() => documents.delete(address));
    documents.set(address, promise);
    if (documents.size > 30) documents.delete(documents.keys().next().value);
  }
  return documents.get(address);
}

// a token as rgb(), whatever the stylesheet wrote; a canvas cannot read light-dark()
function palette(element) {
  const probe = document.createElement("span");
  probe.hidden = true;
  element.append(probe);
  const read = (token) => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  };
  const colours = Object.fromEntries(["s1", "line", "line-strong", "strong", "normal", "muted", "accent", "gain", "loss"].map((name) => [name, read(`--${name}`)]));
  colours.overlays = Object.fromEntries(Object.entries(OVERLAY_TOKENS).map(([name, token]) => [name, read(token)]));
  probe.remove();
  return colours;
}

const fade = (rgb, alpha) => rgb.replace(/^rgb\(([^)]+)\)$/, (_, parts) => `rgba(${parts}, ${alpha})`);
// two decimals from 1 on; below that four, and always four digits that count
const placesOf = (price) => (price >= 1 || !(price > 0) ? 2 : Math.min(12, Math.max(4, 3 - Math.floor(Math.log10(price)))));
const money = (value) => value.toLocaleString("en", { minimumFractionDigits: placesOf(value), maximumFractionDigits: placesOf(value) });
const short = (value) => Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(value);
const ratio = (value) => `${value < 0 ? "−" : ""}${Math.abs(value).toFixed(1)}R`;

function day(time) {
  const date = typeof time === "number" ? new Date(time * 1000) : new Date(`${time}T00:00:00Z`);
  const clock = typeof time === "number" ? { hour: "2-digit", minute: "2-digit", hour12: false } : {};
  return date.toLocaleString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC", ...clock });
}

// everything that belongs to a match, drawn in one pass so that labels can make room for each other
class MatchDrawing {
  constructor(match, colours, small) {
    Object.assign(this, { match, colours, small });
    this.views = [
      { zOrder: () => "bottom", renderer: () => ({ draw: (target) => target.useMediaCoordinateSpace((scope) => this.ground(scope)) }) },
      { zOrder: () => "top", renderer: () => ({ draw: (target) => target.useMediaCoordinateSpace((scope) => this.shape(scope)) }) },
    ];
  }
  attached({ chart, series }) {
    Object.assign(this, { chart, series });
  }
  detached() {
    this.chart = this.series = null;
  }
  paneViews() {
    return this.views;
  }
  autoscaleInfo() {
    const { entry, stop, target } = this.match;
    return { priceRange: { minValue: Math.min(entry, stop, target), maxValue: Math.max(entry, stop, target) } };
  }
  x(time) {
    return this.chart.timeScale().timeToCoordinate(time);
  }
  y(price) {
    return this.series.priceToCoordinate(price);
  }

  ground({ context, mediaSize }) {
    const { match, colours } = this;
    const start = this.x(match.start);
    const known = this.x(match.known_at);
    if (known === null) return;
    if (start !== null) {
      context.fillStyle = fade(colours.accent, 0.07);
      context.fillRect(start, 0, known - start, mediaSize.height);
    }
    const [entry, stop, target] = [match.entry, match.stop, match.target].map((price) => this.y(price));
    context.fillStyle = fade(colours.gain, 0.08);
    context.fillRect(known, Math.min(entry, target), mediaSize.width - known, Math.abs(target - entry));
    context.fillStyle = fade(colours.loss, 0.08);
    context.fillRect(known, Math.min(entry, stop), mediaSize.width - known, Math.abs(stop - entry));
    for (const [y, colour] of [[entry, colours.accent], [stop, colours.loss], [target, colours.gain]]) {
      context.strokeStyle = colour;
      context.setLineDash([4, 3]);
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(known, Math.round(y) + 0.5);
      context.lineTo(mediaSize.width, Math.round(y) + 0.5);
      context.stroke();
    }
    context.setLineDash([]);
  }

  shape({ context, mediaSize }) {
    const { match, colours } = this;
    context.lineJoin = context.lineCap = "round";
    context.strokeStyle = fade(colours.strong, 0.55);
    context.lineWidth = 1.25;
    for (const line of match.lines) {
      const [x0, x1] = [this.x(line.from.time), this.x(line.to.time)];
      if (x0 === null || x1 === null) continue;
      context.beginPath();
      context.moveTo(x0, this.y(line.from.price));
      context.lineTo(x1, this.y(line.to.price));
      context.stroke();
    }
    const points = match.points.map((point) => ({ ...point, x: this.x(point.time), y: this.y(point.price) })).filter((point) => point.x !== null);
    context.strokeStyle = colours.strong;
    context.lineWidth = 1.75;
    context.beginPath();
    points.forEach(({ x, y }, k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.stroke();
    for (const { x, y } of points) {
      context.beginPath();
      context.arc(x, y, this.small ? 2.5 : 3.5, 0, 2 * Math.PI);
      context.fillStyle = colours.s1;
      context.fill();
      context.lineWidth = 1.75;
      context.strokeStyle = colours.accent;
      context.stroke();
    }
    this.labels(context, mediaSize, points);
  }

  labels(context, mediaSize, points) {
    const { colours } = this;
    context.font = `600 ${this.small ? 10.5 : 11.5}px ${FONT}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    const taken = [];
    points.forEach((point, k) => {
      if (!point.label) return;
      const around = [points[k - 1], points[k + 1]].filter(Boolean);
      const above = around.length === 0 || point.y <= around.reduce((sum, { y }) => sum + y, 0) / around.length;
      const width = context.measureText(point.label).width;
      const x = Math.min(Math.max(point.x, width / 2 + 4), mediaSize.width - width / 2 - 4);
      let y = point.y + (above ? -14 : 14);
      const hits = () => taken.some((box) => Math.abs(box.x - x) < (box.width + width) / 2 + 6 && Math.abs(box.y - y) < 14);
      if (hits()) y += above ? -14 : 14;
      if (hits() || y < 8 || y > mediaSize.height - 8) return;
      taken.push({ x, y, width });
      context.lineWidth = 4;
      context.strokeStyle = colours.s1;
      context.strokeText(point.label, x, y);
      context.fillStyle = colours.strong;
      context.fillText(point.label, x, y);
    });
  }
}

class Drawing {
  constructor(element, data) {
    Object.assign(this, { element, data });
    this.box = element.closest("[data-chart-box]") ?? element;
    this.small = element.dataset.chartSize === "small";
    this.hiddenOverlays = new Set([...this.box.querySelectorAll("[data-overlay][aria-pressed=false]")].map((button) => button.dataset.overlay));
    this.showsMatch = true;
    this.draw();
    this.show(this.box.querySelector("[data-range][aria-pressed=true]")?.dataset.range);
  }

  draw() {
    const { element, data } = this;
    const colours = (this.colours = palette(element));
    const precision = placesOf(data.bars.at(-1).close);
    const priceFormat = { type: "price", precision, minMove: 10 ** -precision };
    this.chart = createChart(element, {
      autoSize: true,
      layout: { background: { color: "transparent" }, textColor: colours.muted, fontSize: 11, fontFamily: FONT, attributionLogo: false },
      grid: { vertLines: { visible: false }, horzLines: { color: colours.line } },
      crosshair: { mode: CrosshairMode.Normal, vertLine: { color: colours.muted, labelBackgroundColor: colours.muted }, horzLine: { color: colours.muted, labelBackgroundColor: colours.muted } },
      rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.1, bottom: 0.2 } },
      timeScale: { borderVisible: false, rightOffset: 8, timeVisible: typeof data.bars[0].time === "number", fixLeftEdge: true },
      localization: { locale: "en-GB", priceFormatter: (price) => price.toLocaleString("en", { minimumFractionDigits: precision, maximumFractionDigits: precision }) },
      handleScroll: { vertTouchDrag: false },
    });
    const volume = this.chart.addSeries(HistogramSeries, { priceFormat: { type: "volume" }, priceScaleId: "", lastValueVisible: false, priceLineVisible: false });
    volume.priceScale().applyOptions({ scaleMargins: { top: 0.86, bottom: 0 } });
    volume.setData(data.bars.map((bar) => ({ time: bar.time, value: bar.volume, color: fade(bar.close >= bar.open ? colours.gain : colours.loss, 0.35) })));
    this.overlays = data.overlays.map(({ name, values }) => {
      const series = this.chart.addSeries(LineSeries, { color: colours.overlays[name] ?? colours.muted, lineWidth: 1, visible: !this.hiddenOverlays.has(name), crosshairMarkerVisible: false, lastValueVisible: false, priceLineVisible: false, autoscaleInfoProvider: () => null });
      series.setData(values);
      return { name, series };
    });
    this.candles = this.chart.addSeries(CandlestickSeries, { upColor: colours.gain, downColor: colours.loss, wickUpColor: colours.gain, wickDownColor: colours.loss, borderVisible: false, priceFormat, priceLineVisible: false, lastValueVisible: false });
    this.candles.setData(data.bars);
    this.priceLines = [];
    this.drawing = null;
    if (data.match && this.showsMatch) this.attach();
    if (data.fills) this.drawFills(data.fills);
    this.chart.subscribeCrosshairMove(({ time, seriesData }) => this.read(time, seriesData?.get(this.candles), seriesData?.get(volume)));
    this.read();
  }

  attach() {
    const { match } = this.data;
    const { colours } = this;
    this.drawing = new MatchDrawing(match, colours, this.small);
    this.candles.attachPrimitive(this.drawing);
    const reward = Math.abs((match.target - match.entry) / (match.entry - match.stop));
    const levels = [["Entry", match.entry, colours.accent], [this.small ? "Stop" : "Stop −1R", match.stop, colours.loss], [this.small ? ratio(reward) : `Target ${ratio(reward)}`, match.target, colours.gain]];
    this.priceLines = levels.map(([title, price, color]) => this.candles.createPriceLine({ price, color, title, lineVisible: false, axisLabelVisible: true, axisLabelColor: color, axisLabelTextColor: colours.s1, lineStyle: LineStyle.Dashed }));
  }

  // own fills, a second document: arrows at the bar of their day, and the levels of the trade
  drawFills({ fills, levels }) {
    const { colours, data } = this;
    const times = data.bars.map((bar) => bar.time);
    const barOf = (fill) => times.findLast((time) => (typeof time === "number" ? time <= fill.at : time <= fill.time));
    const markers = fills.map((fill) => ({ fill, time: barOf(fill) })).filter(({ time }) => time !== undefined);
    createSeriesMarkers(
      this.candles,
      markers.map(({ fill, time }) => ({ time, position: fill.buys ? "belowBar" : "aboveBar", shape: fill.buys ? "arrowUp" : "arrowDown", color: fill.buys ? colours.gain : colours.loss, text: fill.quantity ? `${fill.quantity} @ ${money(fill.price)}` : money(fill.price) })),
    );
    const tints = { entry: colours.accent, stop: colours.loss, target: colours.gain };
    for (const { role, price } of levels) this.candles.createPriceLine({ price, color: tints[role], title: role, lineStyle: LineStyle.Dashed, lineWidth: 1, axisLabelTextColor: colours.s1 });
    const first = times.indexOf(markers[0]?.time);
    if (first >= 0) data.around = { from: Math.max(0, first - 60), to: Math.min(times.length - 1, times.indexOf(markers.at(-1).time) + 40) };
  }

  toggleMatch() {
    this.showsMatch = !this.showsMatch;
    if (this.showsMatch) return this.attach();
    this.candles.detachPrimitive(this.drawing);
    this.priceLines.forEach((line) => this.candles.removePriceLine(line));
  }

  toggleOverlay(name) {
    const hidden = this.hiddenOverlays.has(name);
    hidden ? this.hiddenOverlays.delete(name) : this.hiddenOverlays.add(name);
    this.overlays.find((overlay) => overlay.name === name)?.series.applyOptions({ visible: hidden });
  }

  // the asked number of bars; without one, the pattern with some bars before it
  show(range) {
    const { bars, match } = this.data;
    const asked = Number(this.element.dataset.chartBars ?? 250);
    let count = range === "all" ? bars.length : Number(range) || asked; // a span of 0 is that of the pattern
    let last = bars.length - 1;
    if (this.data.around && !range) [last, count] = [this.data.around.to, this.data.around.to - this.data.around.from + 1];
    if (match && !Number(range) && range !== "all") {
      const start = bars.findIndex((bar) => bar.time >= match.start);
      const known = bars.findIndex((bar) => bar.time >= match.known_at);
      const room = Math.max(20, Math.round(1.2 * (known - start)));
      last = Math.min(last, known + Math.max(40, room));
      count = last - Math.max(0, start - room) + 1;
      count = Math.max(count, this.small ? 70 : 110);
    }
    // room at the right for the names of the levels, so that they cover neither bars nor labels
    const pane = Math.max(160, this.element.clientWidth - 60);
    const tags = !match ? 12 : this.small ? 70 : 108;
    const margin = Math.max(4, Math.ceil((count * tags) / (pane - tags)));
    this.chart.timeScale().setVisibleLogicalRange({ from: Math.max(-1, last - count + 1), to: last + margin });
  }

  read(time, bar, volume) {
    const readout = this.box.querySelector("[data-readout]");
    if (!readout) return;
    const { bars } = this.data;
    bar ??= bars.at(-1);
    time ??= bars.at(-1).time;
    const amount = volume ? volume.value : bars.at(-1).volume;
    const parts = this.small ? [[day(time), ""], ["C", money(bar.close)]] : [[day(time), ""], ["O", money(bar.open)], ["H", money(bar.high)], ["L", money(bar.low)], ["C", money(bar.close)], ["Vol", short(amount)]];
    readout.replaceChildren(
      ...parts.map(([name, value]) => {
        const piece = document.createElement("span");
        piece.append(`${name} `);
        if (value) piece.append(Object.assign(document.createElement("b"), { textContent: value }));
        return piece;
      }),
    );
  }

  key(event) {
    const scale = this.chart.timeScale();
    const range = scale.getVisibleLogicalRange();
    const size = range.to - range.from;
    const step = { ArrowLeft: -0.1, ArrowRight: 0.1 }[event.key];
    const zoom = { "+": 0.8, "=": 0.8, "-": 1.25 }[event.key];
    if (step) scale.setVisibleLogicalRange({ from: range.from + step * size, to: range.to + step * size });
    else if (zoom) scale.setVisibleLogicalRange({ from: range.to - size * zoom, to: range.to });
    else return;
    event.preventDefault();
  }

  redraw() {
    const range = this.chart.timeScale().getVisibleLogicalRange();
    this.chart.remove();
    this.draw();
    if (range) this.chart.timeScale().setVisibleLogicalRange(range);
  }

  remove() {
    this.chart.remove();
  }
}

function say(element, text) {
  const message = document.createElement("p");
  message.className = "chart-message";
  message.textContent = text;
  element.replaceChildren(message);
}

async function start(element) {
  if (charts.has(element) || element.offsetParent === null) return;
  charts.set(element, null);
  try {
    let data = await load(element.dataset.chart);
    if (element.dataset.fills) data = { ...data, fills: await load(element.dataset.fills) };
    if (!element.isConnected) return charts.delete(element);
    if (!data.bars.length) return say(element, "No bars are stored for this symbol and interval yet.");
    element.querySelector(".chart-message")?.remove();
    charts.set(element, new Drawing(element, data));
    element.dataset.drawn = "";
  } catch (error) {
    say(element, `The chart could not be loaded: ${error.message}`);
  }
}

const startAll = (root) => root.querySelectorAll("[data-chart]").forEach(start);
const drawingOf = (target) => charts.get(target.closest("[data-chart-box]")?.querySelector("[data-chart]"));

startAll(document);
document.addEventListener("htmx:load", (event) => startAll(event.target));
document.addEventListener("htmx:beforeCleanupElement", (event) => {
  charts.get(event.target)?.remove();
  charts.delete(event.target);
});
document.addEventListener("legend:theme", () => charts.forEach((drawing) => drawing?.redraw()));
addEventListener("resize", () => startAll(document)); // one that was hidden may now be shown

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-overlay], [data-range], [data-toggle-match]");
  const drawing = button && drawingOf(button);
  if (!drawing) return;
  if (button.dataset.range) {
    for (const other of drawing.box.querySelectorAll("[data-range]")) other.setAttribute("aria-pressed", String(other === button));
    return drawing.show(button.dataset.range);
  }
  button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
  button.dataset.overlay ? drawing.toggleOverlay(button.dataset.overlay) : drawing.toggleMatch();
});
document.addEventListener("keydown", (event) => {
  if (event.target.matches?.("[data-chart]")) charts.get(event.target)?.key(event);
});
