import { $, say, segments } from './dom.js';
import { number } from './format.js';
import { consensusChart, lossChart, rateChart, stalenessChart } from './charts.js';
import { Graph } from './graph.js';
import { showControls } from './controls.js';
import { showHeader, showLink } from './header.js';
import { Link } from './link.js';
import { loadSettings } from './settings.js';
import { Store } from './store.js';
import { showEvents, showHealth, showPushes, showRestarts, showWorkers } from './tables.js';
import { timelineChart } from './timeline.js';

// Twice a second is as often as one can read.
const DRAW_MS = 500;

const store = new Store();
const view = { lossX: 'tokens', lossLog: false, timeline: 'latest', oldest: 1, lanesLeftOut: 0 };
const loss = lossChart(store, view);
const rate = rateChart(store);
const staleness = stalenessChart(store);
const consensus = consensusChart(store);
const timeline = timelineChart(store, view);
const graph = new Graph();

// The same object or number again needs no second drawing.
const seen = new Map();
const fresh = (name, ...values) => {
  const before = seen.get(name);
  seen.set(name, values);
  return !before || values.some((v, i) => v !== before[i]);
};

function curves() {
  const theme = document.documentElement.dataset.theme;
  const measured = store.points.filter((p) => p.validation != null).length <= 60;
  loss.draw([theme, view.lossX, view.lossLog, measured].join());
  rate.draw(theme);
  if (store.withoutServer) consensus.draw(theme);
  else staleness.draw(theme);
  timeline.draw([theme, view.timeline].join());
}

function draw() {
  if (!store.status) return;
  const without = store.withoutServer;
  $('card-consensus').hidden = !without;
  $('card-staleness').hidden = without;
  showHeader(store);
  showControls(store, () => link.refresh());
  curves();
  say($('ramp-from'), without ? 'all neighbours in step' : 'fresh');
  say($('ramp-to'), without ? 'all late' : 'staleness ' + number(view.oldest) + (view.oldest > 1 ? ' or more' : ''));
  say($('timeline-text'), 'A lane for each worker, a bar for each round; a bar ends with its push.' + (view.lanesLeftOut > 0 ? ' ' + view.lanesLeftOut + ' workers more are not shown.' : ''));
  say($('staleness-text'), 'Updates of the model between a worker’s pull and its push, for the newest ' + store.pushes.length.toLocaleString('en-US') + ' pushes.');
  if (store.topology) graph.draw(store.topology);
  store.takeBeats().forEach((id) => graph.beat(id));
  if (fresh('workers', store.workers)) {
    showWorkers(store.workers);
    showRestarts(store.workers);
  }
  if (fresh('pushes', JSON.stringify(store.status.pushes))) showPushes(store.status.pushes, without);
  if (fresh('events', store.events.at(-1), store.events.length)) showEvents(store.events);
  if (store.health && fresh('health', store.health)) showHealth(store.health);
  const changes = store.events.filter((e) => e.kind === 'changed').length;
  if (fresh('config', store.run, changes)) {
    loadSettings().then((values) => {
      store.writes = values.get('estafette.management.writes') === 'true';
      changed();
    });
  }
}

let due = false;
let drawnAt = 0;
function changed() {
  if (due || document.hidden) return;
  due = true;
  setTimeout(() => requestAnimationFrame((now) => {
    due = false;
    drawnAt = now;
    draw();
  }), Math.max(0, DRAW_MS - (performance.now() - drawnAt)));
}

const link = new Link(store, changed, (state, words) => showLink(state, words, store.status?.state === 'ended'));

segments('loss-x', (value) => { view.lossX = value; draw(); });
segments('timeline-span', (value) => { view.timeline = value; draw(); });
$('loss-log').addEventListener('click', () => {
  view.lossLog = !view.lossLog;
  $('loss-log').setAttribute('aria-pressed', String(view.lossLog));
  draw();
});
addEventListener('theme', draw);
document.addEventListener('visibilitychange', changed);
link.stay();
