// Who trained when: a lane a worker, a bar a round, ending with its push.

import { el } from './dom.js';
import { clock, duration, loss, naturally } from './format.js';
import { axis, Chart, css, timeAxis } from './charts.js';

const MOST_LANES = 64;
const SHADES = 9;
// Rounds in a lane where only the latest are shown.
const LATEST_ROUNDS = 24;

const hex = (text) => [1, 3, 5].map((i) => parseInt(text.slice(i, i + 2), 16));
const blend = (a, b, t) => {
  const [p, q] = [hex(a), hex(b)];
  return 'rgb(' + p.map((v, i) => Math.round(v + (q[i] - v) * t)).join(',') + ')';
};
const ramp = () => Array.from({ length: SHADES }, (_, i) => {
  const t = (2 * i) / (SHADES - 1);
  return t <= 1 ? blend(css('--fresh'), css('--between'), t) : blend(css('--between'), css('--stale'), t - 1);
});

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** How old what a round rests on is: its push's staleness, or the share of late neighbours. */
const age = (push) => (push.mix ? push.mix.held / Math.max(1, push.mix.fresh + push.mix.held) : push.staleness);

const SIGNS = { joined: ['--good', 1], restarted: ['--good', 1], left: ['--soft', -1], lost: ['--bad', -1], quarantined: ['--bad', -1], released: ['--good', 1], outlier: ['--bad', -1], ordinary: ['--good', 1], note: ['--soft', 1] };

export function timelineChart(store, view) {
  let lanes = [];
  let names = [];
  let marks = [];
  let oldest = 1;
  let range = [0, 1];
  let shades = [];
  const tip = el('div', { class: 'tip' });

  const prepare = () => {
    const workers = store.events.filter((e) => e.type === 'worker');
    const all = [...new Set([...store.pushes.map((p) => p.worker), ...workers.map((e) => e.worker)])].sort(naturally);
    names = all.slice(0, MOST_LANES);
    view.lanesLeftOut = all.length - names.length;
    if (!names.length || !store.pushes.length) return null;
    const lane = new Map(names.map((name, i) => [name, i]));
    const begin = (p) => p.seconds - p.round_seconds;
    const end = Math.max(store.pushes.at(-1).seconds, workers.at(-1)?.seconds ?? 0);
    const first = Math.min(...store.pushes.map(begin));
    const recent = store.pushes.filter((p) => p.round_seconds > 0).slice(-200).map((p) => p.round_seconds);
    const latest = Math.max(1, LATEST_ROUNDS * (median(recent) ?? 1));
    range = [Math.max(0, view.timeline === 'all' ? first : Math.max(first, end - latest)), end];
    lanes = names.map(() => []);
    for (const p of store.pushes) {
      const i = lane.get(p.worker);
      if (i != null && p.seconds >= range[0]) lanes[i].push({ from: begin(p), to: p.seconds, age: age(p), push: p });
    }
    const faults = store.events.filter((e) => e.type === 'fault' && e.phase === 'began');
    marks = workers.concat(faults).filter((e) => e.seconds >= range[0] && lane.has(e.worker)).map((e) => ({ lane: lane.get(e.worker), event: e }));
    // A few pushes of a returning worker are far staler than all others: they must not take the scale.
    const ages = store.pushes.map(age).sort((a, b) => a - b);
    oldest = store.withoutServer ? 1 : Math.max(1, ages[Math.floor(0.97 * (ages.length - 1))]);
    view.oldest = oldest;
    return [range, [0, 0]];
  };

  const draw = (u) => {
    const { ctx, bbox } = u;
    const dpr = devicePixelRatio;
    const x = (v) => u.valToPos(v, 'x', true);
    const y = (v) => u.valToPos(v, 'y', true);
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width + 8 * dpr, bbox.height);
    ctx.clip();
    lanes.forEach((bars, i) => {
      const half = Math.abs(y(i + 0.34) - y(i));
      for (const bar of bars) {
        if (bar.to < u.scales.x.min || bar.from > u.scales.x.max) continue;
        const from = x(bar.from);
        const wide = x(bar.to) - from;
        const gap = wide > 5 * dpr ? 1.5 * dpr : 0;
        if (bar.push.outcome === 'refused') {
          // Hollow, so that it is told apart without its colour; a refused push has no length of its own.
          ctx.strokeStyle = css('--bad');
          ctx.lineWidth = 1.5 * dpr;
          ctx.strokeRect(x(bar.to) - 3 * dpr, y(i) - half, 5 * dpr, 2 * half);
          continue;
        }
        ctx.fillStyle = shades[Math.round((SHADES - 1) * Math.min(1, bar.age / oldest))];
        ctx.fillRect(from, y(i) - half, Math.max(dpr, wide - gap), 2 * half);
        if (bar.push.outcome === 'merged') {
          ctx.fillStyle = css('--ink');
          ctx.fillRect(x(bar.to) - gap - 2.5 * dpr, y(i) - half, 2.5 * dpr, 2 * half);
        }
      }
    });
    for (const { lane, event } of marks) {
      const [name, up] = event.type === 'fault' ? SIGNS.lost : SIGNS[event.kind] ?? SIGNS.note;
      const [cx, cy, r] = [x(event.seconds), y(lane), 5.5 * dpr];
      ctx.fillStyle = css(name);
      ctx.strokeStyle = css('--card');
      ctx.lineWidth = 2 * dpr;
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
    const i = left < 0 ? -1 : Math.round(u.posToVal(top, 'y'));
    const at = u.posToVal(left, 'x');
    const near = Math.abs(u.posToVal(left + 6, 'x') - at);
    const mark = marks.find((m) => m.lane === i && Math.abs(m.event.seconds - at) <= near);
    const bar = mark ? null : (lanes[i] ?? []).find((b) => b.from - (b.from === b.to ? near : 0) <= at && at <= b.to + (b.from === b.to ? near : 0));
    tip.classList.toggle('shown', Boolean(mark || bar));
    if (!mark && !bar) return;
    tip.replaceChildren(...[names[i], ...(mark ? [mark.event.kind + ' at ' + clock(mark.event.seconds), mark.event.reason] : words(bar.push))].map((t) => el('div', {}, t)));
    const right = left > u.over.clientWidth - tip.offsetWidth - 24;
    tip.style.left = Math.max(0, right ? left - tip.offsetWidth - 12 : left + 14) + 'px';
    tip.style.top = Math.max(0, top - 20) + 'px';
  };

  const form = () => {
    shades = ramp();
    const lane = names.length > 24 ? 12 : names.length > 10 ? 20 : 28;
    const widest = Math.max(...names.map((n) => n.length));
    return {
      height: Math.max(110, 44 + lane * names.length),
      legend: { show: false },
      series: [{}, { paths: () => null, points: { show: false } }],
      axes: [
        timeAxis(),
        axis({ side: 3, size: Math.min(150, 20 + 7 * widest), grid: { show: false }, ticks: { show: false },
          splits: () => names.map((n, k) => k), values: (u, vs) => vs.map((k) => names[k]) }),
      ],
      scales: { x: { time: false, range: (u, lo, hi) => [lo, hi] }, y: { range: () => [-0.6, names.length - 0.4], dir: -1 } },
      hooks: { draw: [draw], setCursor: [hover], ready: [(u) => u.over.append(tip)] },
    };
  };

  const said = () => names.map((name, i) => name + ': ' + lanes[i].length + ' rounds').join(', ') + ', from ' + clock(range[0]) + ' to ' + clock(range[1]) + '.';
  let columns = null;
  const chart = new Chart('chart-timeline', form, () => columns, said, 'Waiting for the first push.');
  return {
    /** @param key as of {@link Chart}; other lanes are another form too */
    draw: (key) => {
      columns = prepare();
      chart.draw(key + '/' + names.join());
    },
  };
}

function words(push) {
  const lines = ['round ' + push.round + ', ' + clock(push.seconds - push.round_seconds) + ' … ' + clock(push.seconds) + ' (' + duration(push.round_seconds) + ')'];
  if (push.outcome !== 'refused') lines.push(push.steps + ' steps, loss ' + loss(push.loss) + (push.mix ? '' : ', staleness ' + push.staleness));
  if (push.mix) lines.push(push.mix.fresh + ' neighbours in step, ' + push.mix.held + ' late');
  lines.push(push.outcome + (push.reason ? ': ' + push.reason : ''));
  return lines;
}
