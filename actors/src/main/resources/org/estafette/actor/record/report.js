'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const colour = (i) => css('--s' + (i % 8 + 1));
  const font = '12px ' + getComputedStyle(document.body).fontFamily;

  // Formats ------------------------------------------------------------------------------------
  const count = (v) => {
    if (v == null) return '–';
    const a = Math.abs(v);
    const [d, s] = a >= 1e12 ? [1e12, ' T'] : a >= 1e9 ? [1e9, ' G'] : a >= 1e6 ? [1e6, ' M'] : a >= 1e4 ? [1e3, ' k'] : [1, ''];
    return (+(v / d).toPrecision(4)).toString() + s;
  };
  const loss = (v) => (v == null ? '–' : Math.abs(v) >= 100 ? v.toPrecision(3) : v.toFixed(3));
  const tick = (v) => (+v.toPrecision(4)).toString();
  const clock = (v) => {
    if (v == null) return '–';
    if (v < 100) return +v.toFixed(v < 10 ? 1 : 0) + ' s';
    const s = Math.round(v), h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60, pad = (n) => String(n).padStart(2, '0');
    return h > 0 ? h + ':' + pad(m) + ':' + pad(s % 60) : m + ':' + pad(s % 60);
  };
  const moment = (v) => (v < 100 ? v.toFixed(2) + ' s' : clock(v));
  // Clock-like steps of the time axis.
  const clockSteps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 432000, 864000, 8640000];

  // Charts -------------------------------------------------------------------------------------
  const alive = [];
  const axis = (extra) => ({
    stroke: css('--soft'), font, grid: { stroke: css('--grid'), width: 1 },
    ticks: { stroke: css('--line'), width: 1, size: 5 }, ...extra,
  });
  const xAxis = (kind) => kind === 'seconds'
    ? axis({ values: (u, vs) => vs.map(clock), incrs: clockSteps, space: 70, size: 32 })
    : axis({ values: (u, vs) => vs.map(count), space: 60, size: 32 });
  const yAxis = (format) => axis({ values: (u, vs) => vs.map((v) => (v == null ? '' : format(v))), size: 58 });

  // Ticks of a logarithmic axis that spans less than a few decades: even in the logarithm, and short.
  const logTicks = (u, i, lo, hi) => [...new Set(Array.from({ length: 8 }, (_, k) => +(lo * (hi / lo) ** (k / 7)).toPrecision(2)))]
    .filter((v) => v >= lo && v <= hi);

  const make = (host, height, options, columns) => {
    host.textContent = '';
    const chart = new uPlot({
      width: Math.max(200, host.clientWidth), height, padding: [10, 22, 0, 0],
      cursor: { y: false, points: { size: 7 }, drag: { x: true, y: false } }, ...options,
    }, columns, host);
    alive.push([host, chart]);
  };

  // Runs differ in where they were measured: one x for all, with gaps that lines span.
  const joined = (kind, names) => {
    const tables = data.runs.map((run) => [run[kind], ...names.map((name) => run[name])]);
    return tables.length === 1 ? tables[0] : uPlot.join(tables);
  };

  // Between two measurements the legend shows the one before.
  const upTo = (column, i) => {
    for (; i >= 0; i--) if (column[i] != null) return column[i];
    return null;
  };
  const line = (label, stroke, format, extra) => ({
    label, stroke, width: 2, spanGaps: true, points: { show: false },
    value: (u, v, s, i) => format(i == null ? null : upTo(u.data[s], i)), ...extra,
  });

  const lossChart = (host, kind, log) => {
    const many = data.runs.length > 1;
    const series = [{ label: kind === 'seconds' ? 'time' : 'tokens', value: (u, v) => (kind === 'seconds' ? clock(v) : count(v)) }];
    data.runs.forEach((run, i) => {
      const stroke = colour(many ? i : 0);
      const measured = run.validation.filter((v) => v != null).length;
      series.push(line(many ? run.name + ', train' : 'training', many ? stroke + '66' : colour(0) + '8c', loss, { width: many ? 1 : 1.5, show: !many || measured === 0 }));
      series.push(line(many ? run.name : 'validation', many ? stroke : colour(1), loss, { width: 2.25, points: { show: measured <= 60, size: 5 } }));
    });
    make(host, 300, {
      series, axes: [xAxis(kind), { ...yAxis(tick), ...(log ? { splits: logTicks, filter: (u, vs) => vs } : {}) }], scales: { x: { time: false }, y: log ? { distr: 3, range: (u, lo, hi) => [lo * 0.97, hi * 1.03] } : {} },
    }, joined(kind, ['train', 'validation']));
  };

  // Means over as many neighbours as make about 200 different points.
  const smooth = (values) => {
    const half = Math.floor(values.length / 400);
    return half === 0 ? values : values.map((v, i) => {
      const some = values.slice(Math.max(0, i - half), i + half + 1).filter((w) => w != null);
      return some.length ? some.reduce((a, b) => a + b) / some.length : null;
    });
  };

  data.runs.forEach((run) => { run.smoothRate = smooth(run.rate); });

  const rateChart = (host) => {
    const many = data.runs.length > 1;
    const series = [{ label: 'time', value: (u, v) => clock(v) }];
    data.runs.forEach((run, i) => series.push(line(many ? run.name : 'tokens/s', colour(many ? i : 2), count, many ? {} : { fill: colour(2) + '22' })));
    make(host, 240, {
      series, axes: [xAxis('seconds'), yAxis(count)],
      scales: { x: { time: false }, y: { range: (u, lo, hi) => [0, hi > 0 ? hi * 1.08 : 1] } },
    }, joined('seconds', ['smoothRate']));
  };

  const consensusChart = (host) => {
    make(host, 240, {
      series: [
        { label: 'time', value: (u, v) => clock(v) },
        line('Ξ', colour(3), (v) => (v == null ? '–' : (+v.toPrecision(3)).toString())),
      ],
      axes: [xAxis('seconds'), yAxis(tick)],
      scales: { x: { time: false }, y: { range: (u, lo, hi) => [0, hi > 0 ? hi * 1.08 : 1] } },
    }, joined('seconds', ['consensus']));
  };

  const stalenessChart = (host) => {
    const bins = data.staleness;
    const label = (i) => (bins[i] == null ? '' : bins[i].from === bins[i].to ? '' + bins[i].from : bins[i].from + '–' + bins[i].to);
    make(host, 240, {
      series: [
        { label: 'staleness', value: (u, v) => (v == null ? '–' : label(v)) },
        { label: 'pushes', stroke: colour(0), fill: colour(0) + 'b0', width: 0, points: { show: false },
          paths: uPlot.paths.bars({ size: [0.82, 64], radius: 0.12 }), value: (u, v) => (v == null ? '–' : count(v)) },
      ],
      axes: [
        axis({ splits: () => bins.map((b, i) => i), values: (u, vs) => { const every = Math.ceil(vs.length / (label(0).length > 1 ? 8 : 16)); return vs.map((v, i) => (i % every ? '' : label(v))); }, grid: { show: false }, size: 32 }),
        yAxis(count),
      ],
      scales: { x: { time: false, range: [-0.6, bins.length - 0.4] }, y: { range: (u, lo, hi) => [0, Math.max(1, hi * 1.06)] } },
    }, [bins.map((b, i) => i), bins.map((b) => b.count)]);
  };

  const mix = (a, b, t) => {
    const parse = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
    const [p, q] = [parse(a), parse(b)];
    return 'rgb(' + p.map((v, i) => Math.round(v + (q[i] - v) * t)).join(',') + ')';
  };

  // Who trained when: one lane a worker, one bar a round, ending with its push.
  const timeline = (host) => {
    const { workers, pushes, events } = data;
    const lanes = workers.map(() => []);
    let begin = Infinity, end = 0;
    pushes.forEach((p) => {
      lanes[p[0]].push(p);
      begin = Math.min(begin, p[1]);
      end = Math.max(end, p[2]);
    });
    // A few pushes of a returning worker are far staler than all others: they must not take the scale.
    const sorted = pushes.map((p) => p[3]).sort((a, b) => a - b);
    const most = Math.max(1, sorted[Math.floor(0.97 * (sorted.length - 1))]);
    events.forEach((e) => { end = Math.max(end, e[1]); });
    const lane = workers.length > 24 ? 12 : workers.length > 10 ? 18 : 26;
    const shades = Array.from({ length: 9 }, (_, i) => mix(css('--fresh'), css('--stale'), i / 8));
    const tip = document.createElement('div');
    tip.className = 'tip';
    const bars = (u) => {
      const { ctx } = u, { left, top, width, height } = u.bbox, dpr = devicePixelRatio;
      const x = (v) => u.valToPos(v, 'x', true), y = (v) => u.valToPos(v, 'y', true);
      ctx.save();
      ctx.beginPath();
      ctx.rect(left - 6 * dpr, top, width + 12 * dpr, height);
      ctx.clip();
      lanes.forEach((bars, w) => {
        const half = Math.abs(y(w + 0.36) - y(w));
        for (const p of bars) {
          if (p[2] < u.scales.x.min || p[1] > u.scales.x.max) continue;
          const from = x(p[1]), wide = x(p[2]) - from, gap = wide > 4 * dpr ? dpr : 0;
          ctx.fillStyle = p[4] === 2 ? css('--refused') : shades[Math.round(8 * Math.min(1, p[3] / most))];
          ctx.fillRect(from, y(w) - half, Math.max(dpr, wide - gap), 2 * half);
          if (p[4] === 1 && wide > 3 * dpr) {
            ctx.fillStyle = css('--s5');
            ctx.fillRect(x(p[2]) - gap - 2 * dpr, y(w) - half, 2 * dpr, 2 * half);
          }
        }
      });
      const sign = { joined: ['--good', 1], restarted: ['--good', 1], left: ['--soft', -1], lost: ['--bad', -1], quarantined: ['--bad', -1], released: ['--good', 1], outlier: ['--bad', -1], ordinary: ['--good', 1], note: ['--soft', 1] };
      for (const e of events) {
        if (e[1] < begin) continue;
        if (e[2] === 'fault') {
          // Across all lanes where it is aimed at nobody in particular.
          ctx.strokeStyle = css('--bad');
          ctx.lineWidth = 1.5 * dpr;
          ctx.setLineDash([4 * dpr, 3 * dpr]);
          ctx.beginPath();
          ctx.moveTo(x(e[1]), e[0] < 0 ? top : y(e[0] - 0.5));
          ctx.lineTo(x(e[1]), e[0] < 0 ? top + height : y(e[0] + 0.5));
          ctx.stroke();
          ctx.setLineDash([]);
          continue;
        }
        if (e[0] < 0) continue;
        const [name, up] = sign[e[2]] || sign.note, cx = x(e[1]), cy = y(e[0]), r = 5 * dpr;
        ctx.fillStyle = css(name);
        ctx.strokeStyle = css('--card');
        ctx.lineWidth = 1.5 * dpr;
        ctx.beginPath();
        ctx.moveTo(cx - r, cy + up * r * 0.8);
        ctx.lineTo(cx + r, cy + up * r * 0.8);
        ctx.lineTo(cx, cy - up * r);
        ctx.closePath();
        ctx.stroke();
        ctx.fill();
      }
      ctx.restore();
    };
    const hover = (u) => {
      const { left, top } = u.cursor;
      const w = left < 0 ? -1 : Math.round(u.posToVal(top, 'y')), at = u.posToVal(left, 'x');
      const near = Math.abs(u.posToVal(left + 6, 'x') - at);
      const e = events.find((v) => (v[0] === w || (v[0] < 0 && v[2] === 'fault')) && Math.abs(v[1] - at) <= near);
      const p = e ? null : (lanes[w] || []).find((v) => v[1] <= at && at <= v[2]);
      tip.style.display = e || p ? 'block' : 'none';
      if (!e && !p) return;
      tip.textContent = '';
      const say = (text) => { const row = document.createElement('div'); row.textContent = text; tip.append(row); };
      say(workers[w]);
      if (e) say(e[2] + ' at ' + moment(e[1]) + ': ' + e[3]);
      if (p) {
        say('round ' + p[5] + ', ' + moment(p[1]) + ' … ' + moment(p[2]));
        say(p[6] + ' steps, loss ' + loss(p[7]) + ', staleness ' + p[3]);
        say(['accepted', 'merged', 'refused'][p[4]] + (p[8] ? ': ' + p[8] : ''));
      }
      const right = left > u.over.clientWidth - tip.offsetWidth - 24;
      tip.style.left = (right ? left - tip.offsetWidth - 12 : left + 14) + 'px';
      tip.style.top = Math.max(0, top - 20) + 'px';
    };
    const widest = Math.max(...workers.map((w) => w.length));
    make(host, Math.max(110, 44 + lane * workers.length), {
      legend: { show: false },
      series: [{}, { paths: () => null, points: { show: false } }],
      axes: [
        xAxis('seconds'),
        axis({
          side: 3, size: Math.min(190, 22 + 7 * widest), grid: { show: false }, ticks: { show: false },
          splits: () => workers.map((w, i) => i), values: (u, vs) => vs.map((i) => workers[i]),
        }),
      ],
      scales: { x: { time: false }, y: { range: [-0.6, workers.length - 0.4], dir: -1 } },
      hooks: { draw: [bars], setCursor: [hover], ready: [(u) => u.over.append(tip)] },
    }, [[Math.max(0, begin), end], [0, 0]]);
  };

  // Page ---------------------------------------------------------------------------------------
  const kinds = {
    'loss-tokens': (host, log) => lossChart(host, 'tokens', log),
    'loss-seconds': (host, log) => lossChart(host, 'seconds', log),
    rate: rateChart, consensus: consensusChart, staleness: stalenessChart, timeline,
  };
  const logs = {};
  const draw = () => {
    alive.splice(0).forEach(([, chart]) => chart.destroy());
    document.querySelectorAll('.chart').forEach((host) => kinds[host.dataset.chart](host, logs[host.dataset.chart]));
  };
  document.querySelectorAll('button[data-log]').forEach((button) => button.addEventListener('click', () => {
    const on = !logs[button.dataset.log];
    logs[button.dataset.log] = on;
    button.setAttribute('aria-pressed', String(on));
    draw();
  }));
  document.querySelectorAll('.dot[data-series]').forEach((dot) => { dot.style.background = 'var(--s' + (dot.dataset.series % 8 + 1) + ')'; });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  let width = innerWidth, timer;
  addEventListener('resize', () => {
    if (innerWidth === width) return;
    width = innerWidth;
    clearTimeout(timer);
    timer = setTimeout(() => alive.forEach(([host, chart]) => chart.setSize({ width: host.clientWidth, height: chart.height })), 60);
  });
  draw();
})();
