// State with its reason, progress, and the figures that one looks for first.

import { $, el, say } from './dom.js';
import { clock, count, duration, loss, number, percent } from './format.js';

const WORDS = { waiting: 'waiting', training: 'training', paused: 'paused', stopping: 'stopping', ended: 'ended' };

const tiles = new Map();

function tile(label, value, hint, main = false) {
  let parts = tiles.get(label);
  if (!parts) {
    parts = { value: el('dd', { class: 'value' }), hint: el('dd', { class: 'hint' }) };
    tiles.set(label, parts);
    $('tiles').append(el('div', { class: main ? 'tile main' : 'tile' }, el('dt', {}, label), parts.value, parts.hint));
  }
  say(parts.value, value);
  say(parts.hint, hint);
}

/** What the connection is like, beside the brand. */
export function showLink(state, words, ended) {
  const text = {
    live: 'live',
    connecting: 'connecting',
    reconnecting: ended ? 'the run has ended' : 'reconnecting',
    none: 'no run here',
    denied: 'sign in again',
  }[state];
  $('link').dataset.state = ended && state === 'reconnecting' ? 'ended' : state;
  $('link').title = words;
  say($('link-text'), text);
  if (state === 'none' || state === 'denied') say($('reason'), words);
}

export function showHeader(store) {
  const { status } = store;
  say($('name'), status.name);
  say($('state'), WORDS[status.state] ?? status.state);
  $('state').dataset.state = status.state;
  say($('reason'), [status.strategy, status.reason].filter(Boolean).join(' · '));
  const share = status.budget_tokens > 0 ? Math.min(1, store.tokens / status.budget_tokens) : 0;
  $('progress').value = share;
  say($('share'), percent(share, share < 0.1 ? 1 : 0));
  say($('of'), count(store.tokens) + ' of ' + count(status.budget_tokens) + ' tokens in ' + duration(status.seconds));
  const remaining = status.state === 'training' && status.eta_seconds > 0;
  say($('eta'), remaining ? duration(status.eta_seconds) + ' to go' : '');
  document.title = percent(share, 0) + ' · ' + (status.train_loss != null ? 'loss ' + status.train_loss.toFixed(3) + ' · ' : '') + status.name + ' · Estafette';
  say($('release'), 'Estafette ' + status.release + ', run ' + status.run + '.');
  showTiles(status, store);
  warnings(status.warnings ?? []);
}

function showTiles(status, store) {
  const refused = Object.values(status.pushes.refused ?? {}).reduce((a, b) => a + b, 0);
  const applied = status.pushes.accepted + status.pushes.merged;
  tile('Validation loss', loss(status.validation_loss), status.validation_accuracy != null ? percent(status.validation_accuracy) + ' right' : 'nats', true);
  tile('Training loss', loss(status.train_loss), 'latest rounds');
  tile('Throughput', count(status.tokens_per_second), 'tokens per second');
  tile('Workers', status.workers + ' / ' + status.workers_expected, status.restarts === 1 ? '1 restart' : count(status.restarts) + ' restarts');
  if (store.withoutServer) {
    const e = status.exchanges;
    tile('Rounds', count(applied), count(e.held) + ' of ' + count(e.fresh + e.held) + ' messages late');
    tile('Consensus', number(e.consensus), 'epoch ' + e.epoch + ', ' + e.repairs + (e.repairs === 1 ? ' repair' : ' repairs'));
  } else {
    tile('Version', count(status.version), count(applied) + ' applied, ' + count(refused) + ' refused');
    tile('Staleness', status.staleness.mean.toFixed(2), 'mean; ' + count(status.staleness.max) + ' at most');
  }
  tile('Checkpoint', status.checkpoint ? 'v' + count(status.checkpoint.version) : '–', status.checkpoint ? 'at ' + clock(status.checkpoint.seconds) : 'none yet');
}

function warnings(list) {
  const host = $('warnings');
  const text = list.join('\n');
  if (host.dataset.text === text) return;
  host.dataset.text = text;
  host.hidden = list.length === 0;
  host.replaceChildren(...list.map((w) => el('li', {}, w)));
}
