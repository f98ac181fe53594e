// Curves and the histogram, drawn by uPlot.

import { $ } from './dom.js';
import { clock, count, duration, loss, number, tick } from './format.js';

const { uPlot } = window;

export const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const font = () => '12px ' + getComputedStyle(document.body).fontFamily;

// Steps of a time axis as on a clock.
const CLOCK_STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 432000, 864000, 8640000];

export const axis = (extra) => ({
  stroke: css('--soft'), font: font(), grid: { stroke: css('--grid'), width: 1 },
  ticks: { stroke: css('--line'), width: 1, size: 5 }, ...extra,
});

export const timeAxis = () => axis({ values: (u, vs) => vs.map(clock), incrs: CLOCK_STEPS, space: 70, size: 32 });
const tokenAxis = () => axis({ values: (u, vs) => vs.map(tick), space: 64, size: 32 });
const valueAxis = (format) => axis({ values: (u, vs) => vs.map((v) => (v == null ? '' : format(v))), size: 56 });

// Ticks of a logarithmic axis that spans less than a few decades: even in the logarithm, and short.
const logTicks = (u, i, lo, hi) => [...new Set(Array.from({ length: 8 }, (_, k) => +(lo * (hi / lo) ** (k / 7)).toPrecision(2)))].filter((v) => v >= lo && v <= hi);

// Between two measurements the legend shows the one before.
const upTo = (column, i) => {
  for (; i >= 0; i--) if (column[i] != null) return column[i];
  return null;
};

const line = (label, stroke, format, extra) => ({
  label, stroke, width: 2, spanGaps: true, points: { show: false },
  value: (u, v, s, i) => format(upTo(u.data[s], i ?? u.data[0].length - 1)), ...extra,
});

/** A chart that is made again when its form changes, and else only gets new data. */
export class Chart {
  /**
   * @param id of its place
   * @param form () => options of uPlot
   * @param data () => its columns, or null where there is nothing to draw yet
   * @param words () => what it shows, in words, for who cannot see it
   */
  constructor(id, form, data, words, empty) {
    Object.assign(this, { host: $(id), form, data, words, empty, plot: null, key: '' });
    new ResizeObserver(() => this.fit()).observe(this.host);
  }

  /** The height in the style sheet, which knows the width of the screen. */
  get height() {
    return parseInt(getComputedStyle(this.host).getPropertyValue('--height'), 10) || 240;
  }

  fit() {
    if (this.plot && this.host.clientWidth > 0 && this.host.clientWidth !== this.plot.width) {
      this.plot.setSize({ width: this.host.clientWidth, height: this.plot.height });
    }
  }

  /** @param key the form; another one makes the chart anew */
  draw(key = '') {
    const columns = this.data();
    if (!columns) {
      this.drop(this.empty);
      return;
    }
    if (this.plot && key !== this.key) this.drop('');
    if (this.plot) {
      const { min, max } = this.plot.scales.x;
      const zoomed = this.zoomed;
      this.plot.setData(columns, !zoomed);
      if (zoomed) this.plot.setScale('x', { min, max });
    } else {
      this.host.textContent = '';
      this.key = key;
      this.zoomed = false;
      const form = this.form();
      this.plot = new uPlot({
        width: Math.max(200, this.host.clientWidth), height: this.height, padding: [10, 18, 0, 0],
        ...form,
        cursor: { y: false, points: { size: 7 }, drag: { x: true, y: false }, ...form.cursor },
        hooks: { ...form.hooks, setSelect: [(u) => { this.zoomed = u.select.width > 0; }] },
      }, columns, this.host);
      this.plot.over.addEventListener('dblclick', () => { this.zoomed = false; });
    }
    this.host.setAttribute('aria-label', this.words());
  }

  drop(text) {
    this.plot?.destroy();
    this.plot = null;
    this.host.textContent = text;
    this.host.setAttribute('aria-label', text);
  }
}

const positive = (u, lo, hi) => [0, hi > 0 ? hi * 1.08 : 1];
const WAITING = 'Waiting for the first measurement.';

/** Loss against tokens or seconds. */
export function lossChart(store, view) {
  const form = () => {
    const measured = store.points.filter((p) => p.validation != null).length;
    const x = view.lossX;
    return {
      series: [
        { label: x === 'seconds' ? 'time' : 'tokens', value: (u, v) => (x === 'seconds' ? clock(v ?? u.data[0].at(-1)) : count(v ?? u.data[0].at(-1))) },
        line('training', css('--s1'), loss, { width: 1.5 }),
        line('validation', css('--s2'), loss, { width: 2.25, dash: [], points: { show: measured <= 60, size: 6, fill: css('--s2') } }),
      ],
      axes: [x === 'seconds' ? timeAxis() : tokenAxis(), { ...valueAxis(tick), ...(view.lossLog ? { splits: logTicks, filter: (u, vs) => vs } : {}) }],
      scales: { x: { time: false }, y: view.lossLog ? { distr: 3, range: (u, lo, hi) => [lo * 0.97, hi * 1.03] } : {} },
    };
  };
  const data = () => (store.points.length > 1 ? [store.column(view.lossX), store.column('train'), store.column('validation')] : null);
  const words = () => {
    const first = store.points.find((p) => p.train != null);
    const last = store.points.at(-1);
    return 'Training loss from ' + loss(first?.train) + ' to ' + loss(upTo(store.column('train'), store.points.length - 1))
      + ', validation ' + loss(upTo(store.column('validation'), store.points.length - 1))
      + ', after ' + count(last.tokens) + ' tokens and ' + duration(last.seconds) + '.';
  };
  return new Chart('chart-loss', form, data, words, WAITING);
}

const curve = (store, id, name, label, colour, format, ticks) => new Chart(
  id,
  () => ({
    series: [{ label: 'time', value: (u, v) => clock(v ?? u.data[0].at(-1)) }, line(label, css(colour), format, { fill: css(colour) + '22' })],
    axes: [timeAxis(), valueAxis(ticks)],
    scales: { x: { time: false }, y: { range: positive } },
  }),
  () => {
    const points = store.points.filter((p) => p[name] != null);
    return points.length > 1 ? [points.map((p) => p.seconds), points.map((p) => p[name])] : null;
  },
  () => {
    const values = store.column(name).filter((v) => v != null);
    return label + ' now ' + format(values.at(-1)) + ', between ' + format(Math.min(...values)) + ' and ' + format(Math.max(...values)) + '.';
  },
  WAITING,
);

export const rateChart = (store) => curve(store, 'chart-rate', 'rate', 'tokens/s', '--s3', count, tick);
export const consensusChart = (store) => curve(store, 'chart-consensus', 'consensus', 'Ξ', '--s4', number, tick);

const MOST_BINS = 32;

/** Bins of equal width over the staleness of the pushes that were applied. */
export function bins(pushes) {
  const applied = pushes.filter((p) => p.outcome !== 'refused').map((p) => p.staleness);
  if (applied.length === 0) return [];
  const most = Math.max(...applied);
  const width = Math.ceil((most + 1) / MOST_BINS);
  const result = Array.from({ length: Math.floor(most / width) + 1 }, (_, i) => ({ from: i * width, to: (i + 1) * width - 1, count: 0 }));
  for (const v of applied) result[Math.floor(v / width)].count++;
  return result;
}

/** How stale pushes were. */
export function stalenessChart(store) {
  let shown = [];
  const label = (i) => (shown[i] == null ? '' : shown[i].from === shown[i].to ? String(shown[i].from) : shown[i].from + '–' + shown[i].to);
  return new Chart(
    'chart-staleness',
    () => ({
      series: [
        { label: 'staleness', value: (u, v) => (v == null ? 'all' : label(v)) },
        { label: 'pushes', stroke: css('--s1'), fill: css('--s1') + 'b0', width: 0, points: { show: false },
          paths: uPlot.paths.bars({ size: [0.82, 64], radius: 0.12 }), value: (u, v, s, i) => count(i == null ? u.data[1].reduce((a, b) => a + b, 0) : v) },
      ],
      axes: [
        axis({ splits: () => shown.map((b, i) => i), grid: { show: false }, size: 32,
          values: (u, vs) => { const every = Math.ceil((vs.length * (label(vs.length - 1).length * 8 + 12)) / Math.max(100, u.width - 80)); return vs.map((v, i) => (i % every ? '' : label(v))); } }),
        { ...valueAxis(tick), incrs: [1, 2, 5].flatMap((v) => [0, 1, 2, 3, 4, 5, 6].map((e) => v * 10 ** e)).sort((a, b) => a - b) },
      ],
      scales: { x: { time: false, range: () => [-0.6, shown.length - 0.4] }, y: { range: (u, lo, hi) => [0, Math.max(1, hi * 1.06)] } },
      cursor: { drag: { x: false, y: false } },
    }),
    () => {
      shown = bins(store.pushes);
      return shown.length ? [shown.map((b, i) => i), shown.map((b) => b.count)] : null;
    },
    () => 'Pushes by staleness: ' + shown.filter((b) => b.count).map((b, i) => b.count + ' of ' + (b.from === b.to ? b.from : b.from + ' to ' + b.to)).join(', ') + '.',
    'Waiting for the first push.',
  );
}
