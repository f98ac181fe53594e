// The way to the server: reads the history, follows the events, asks now and then for what events do
// not say, and begins again when the server was away.

import * as api from './api.js';
import { events } from './stream.js';

const POINTS = 1500;
const POLL_MS = 3000;
const METRICS = new Set(['progress', 'push', 'worker', 'run', 'fault']);
const LONGEST_WAIT_MS = 10000;

const pause = (ms, signal) => new Promise((done) => {
  const end = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end); // A page stays open for days: none may be left behind.
    done();
  };
  const timer = setTimeout(end, ms);
  signal?.addEventListener('abort', end);
});

export class Link {
  /**
   * @param store takes what is heard
   * @param changed called after each thing heard
   * @param told called with a state (live, reconnecting, none, denied) and words about it
   */
  constructor(store, changed, told) {
    this.store = store;
    this.changed = changed;
    this.told = told;
    this.slowDue = true;
    this.poke = () => {};
  }

  /** Asks for everything soon, as after a command. */
  refresh() {
    this.slowDue = true;
    this.poke();
  }

  async stay() {
    let wait = 500;
    for (;;) {
      const attempt = new AbortController();
      try {
        const [status, history] = await Promise.all([api.run(), api.history(POINTS)]);
        this.store.load(status, history);
        this.slowDue = true;
        this.told('live', '');
        this.changed();
        wait = 500;
        await Promise.race([this.follow(attempt.signal), this.poll(attempt.signal)]);
        this.told('reconnecting', 'the server ended the connection');
      } catch (error) {
        this.explain(error);
      } finally {
        attempt.abort();
      }
      await pause(wait * (0.8 + 0.4 * Math.random()));
      wait = Math.min(LONGEST_WAIT_MS, wait * 1.6);
    }
  }

  explain(error) {
    if (error.status === 401 || error.status === 403) this.told('denied', error.message);
    else if (error.status === 404 || error.status === 503) this.told('none', error.message);
    else this.told('reconnecting', error.message);
  }

  async follow(signal) {
    for await (const message of events('events', this.store.lastId, signal)) {
      if (!METRICS.has(message.event)) continue; // A greeting, or of a later release.
      const metric = JSON.parse(message.data);
      this.store.hear(message.id, metric);
      if (metric.type === 'worker' || metric.type === 'run') this.refresh();
      this.changed();
    }
  }

  async poll(signal) {
    for (let turn = 0; !signal.aborted; turn++) {
      if (turn % 3 === 0) this.slowDue = true;
      const slow = this.slowDue;
      this.slowDue = false;
      const status = await api.run();
      if (signal.aborted) return;
      if (status.run !== this.store.run) return; // Another run has begun: all begins anew.
      this.store.status = status;
      if (slow) {
        const [workers, topology, health] = await Promise.all([api.workers(), api.topology(), api.health()]);
        if (signal.aborted) return;
        Object.assign(this.store, { workers: workers.workers ?? workers, topology, health });
      }
      this.changed();
      await new Promise((done) => {
        this.poke = () => setTimeout(done, 150);
        pause(POLL_MS, signal).then(done);
      });
    }
  }
}
