'use strict';
(() => {
  const figures = JSON.parse(document.getElementById('data').textContent);
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const font = '12px ' + getComputedStyle(document.body).fontFamily;
  const short = (v) => {
    if (v == null) return '–';
    const a = Math.abs(v);
    return a !== 0 && (a < 1e-3 || a >= 1e5) ? v.toExponential(1) : (+v.toPrecision(4)).toString();
  };
  const axis = (label, log) => ({
    label, stroke: css('--soft'), font, labelFont: font, size: log ? 64 : 58,
    grid: { stroke: css('--grid'), width: 1 }, ticks: { stroke: css('--line'), width: 1, size: 5 },
    values: (u, vs) => vs.map((v) => (v == null ? '' : short(v))),
  });
  const dashes = [[], [8, 4], [2, 3]];
  const draw = (host) => {
    const f = figures[+host.dataset.figure];
    host.textContent = '';
    const series = [{ label: f.x, value: (u, v) => short(v) }];
    f.names.forEach((label, i) => series.push({
      label, stroke: css('--s' + (i % 8 + 1)), width: 2, dash: dashes[Math.floor(i / 8) % 3], spanGaps: false,
      points: { show: f.columns[0].length <= 60, size: 6 }, value: (u, v) => short(v),
    }));
    new uPlot({
      width: Math.max(240, host.clientWidth), height: 360, padding: [10, 22, 0, 0], series,
      cursor: { y: false, drag: { x: true, y: false } },
      axes: [{ ...axis(f.x, false), size: 48 }, axis(f.y, f.logY)],
      scales: { x: { time: false, distr: f.logX ? 3 : 1 }, y: { distr: f.logY ? 3 : 1 } },
    }, f.columns, host);
  };
  const all = () => document.querySelectorAll('[data-figure]').forEach(draw);
  all();
  let waiting = 0;
  addEventListener('resize', () => { clearTimeout(waiting); waiting = setTimeout(all, 150); });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', all);
})();
