// What became of workers, pushes and the run, in tables.

import { $, el, none, say, table } from './dom.js';
import { clock, count, duration, loss, naturally, number, percent } from './format.js';

const sum = (map) => Object.values(map ?? {}).reduce((a, b) => a + b, 0);

const reasons = (map) => Object.entries(map ?? {}).map(([reason, n]) => n + ' ' + reason).join(', ');

const COLUMNS = [
  { head: 'worker' },
  { head: 'node' },
  { head: 'steps/s', number: true, title: 'local steps per second of its newest round' },
  { head: 'rounds', number: true },
  { head: 'steps', number: true },
  { head: 'tokens', number: true },
  { head: 'accepted', number: true },
  { head: 'merged', number: true },
  { head: 'refused', number: true },
  { head: 'staleness', number: true, title: 'mean / largest' },
  { head: 'share', number: true, title: 'of all that was applied' },
  { head: 'loss', number: true, title: 'of its newest round' },
  { head: 'last push', number: true },
];

export function showWorkers(workers) {
  if (!workers.length) {
    $('workers').replaceChildren(none('No worker has joined yet.'));
    return;
  }
  const rows = [...workers].sort((a, b) => naturally(a.worker, b.worker)).map((w) => [
    el('span', { class: 'who' }, el('i', { class: 'node ' + (w.live ? 'up' : 'down') }), w.worker,
      el('span', { class: 'hidden' }, w.live ? ' up' : ' down'), w.quarantined ? el('small', { title: 'its pushes are refused whatever they hold' }, ' in quarantine') : '', w.outlier ? el('small', { title: w.outlier }, ' outlier') : '', w.incarnation > 1 ? el('small', { title: 'its life in this slot' }, ' #' + w.incarnation) : ''),
    el('code', {}, w.node),
    number(w.steps_per_second),
    count(w.rounds), count(w.local_steps), count(w.tokens), count(w.accepted), count(w.merged),
    el('span', { title: reasons(w.refused) || null }, count(sum(w.refused))),
    w.accepted + w.merged > 0 ? w.staleness.mean.toFixed(2) + ' / ' + w.staleness.max : '–',
    el('span', { class: 'share' }, el('meter', { min: 0, max: 1, value: w.contribution, 'aria-hidden': 'true' }), percent(w.contribution)),
    loss(w.loss),
    clock(w.last_seconds),
  ]);
  $('workers').replaceChildren(table('Workers', COLUMNS, rows));
}

export function showPushes(pushes, withoutServer) {
  const refused = Object.entries(pushes.refused ?? {}).sort((a, b) => b[1] - a[1]);
  const all = pushes.accepted + pushes.merged + sum(pushes.refused);
  if (all === 0) {
    $('refused').replaceChildren(none('No push yet.'));
    return;
  }
  const row = (kind, text, n) => [
    el('span', { class: 'outcome ' + kind }, text), count(n), percent(n / all, n === 0 ? 0 : n / all < 0.001 ? 2 : 1),
    el('meter', { min: 0, max: 1, value: n / all, class: kind, 'aria-hidden': 'true' }),
  ];
  const rows = [row('accepted', withoutServer ? 'averaged' : 'accepted', pushes.accepted)];
  if (!withoutServer) rows.push(row('merged', 'merged with others', pushes.merged));
  refused.forEach(([reason, n]) => rows.push(row('refused', 'refused: ' + reason, n)));
  if (!refused.length) rows.push(row('refused', 'refused', 0));
  $('refused').replaceChildren(table('Pushes by outcome and reason', [{ head: 'outcome' }, { head: 'pushes', number: true }, { head: 'share', number: true }, { head: '' }], rows));
}

export function showRestarts(workers) {
  const rows = workers.flatMap((w) => w.restarts.map((r) => ({ worker: w.worker, ...r })))
    .sort((a, b) => b.seconds - a.seconds).slice(0, 100)
    .map((r) => [
      clock(r.seconds), r.worker + ' #' + r.incarnation, r.cause, count(r.steps_lost),
      r.seconds_lost == null ? 'not back' : duration(r.seconds_lost),
    ]);
  $('restarts').replaceChildren(rows.length
    ? table('Restarts', [{ head: 'at', number: true }, { head: 'worker' }, { head: 'cause' }, { head: 'steps lost', number: true }, { head: 'away', number: true, title: 'until the next life’s first push was applied' }], rows)
    : none('None: every worker is in its first life.'));
}

const MOST_EVENTS = 100;

/** A fault is told by its kind and by where it stands: whom it meets is in its text. */
const title = (e) => (e.type === 'fault'
  ? 'fault: ' + e.kind.replaceAll('-', ' ') + ' ' + e.phase.replaceAll('-', ' ')
  : (e.worker ? e.worker + ' ' : '') + e.kind.replaceAll('-', ' '));

export function showEvents(events) {
  const newest = events.slice(-MOST_EVENTS).reverse();
  $('events').replaceChildren(...(newest.length ? newest.map((e) => el('li', {},
    el('time', {}, clock(e.seconds)),
    el('div', {},
      el('b', { class: 'kind ' + e.kind + (e.type === 'fault' ? ' fault' : '') }, title(e)), ' ', e.reason ?? e.text ?? ''))) : [el('li', { class: 'none' }, 'Nothing yet.')]));
}

export function showHealth(health) {
  const bad = health.checks.filter((c) => !c.ok).length;
  say($('node-text'), bad ? bad + ' of ' + health.checks.length + ' checks fail: not ready.' : 'Ready to take part.');
  $('checks').replaceChildren(...health.checks.map((c) => el('li', { class: c.ok ? 'ok' : 'bad' },
    el('b', {}, c.name), el('span', { class: 'hidden' }, c.ok ? ' holds: ' : ' fails: '), ' ', c.detail)));
}
