// What is known of the run. Bounded: a page that is open for days stays as small as a new one.

const MOST_POINTS = 3000;
const MOST_PUSHES = 5000;
const MOST_EVENTS = 400;
// Weight of the newest round in the running mean of the training loss, as at the server.
const NEWEST = 0.1;

const mean = (a, b) => (a == null ? b : b == null ? a : (a + b) / 2);

/** Two neighbouring points as one: where it ends, the means of what varies, the newest measurement. */
const together = (a, b) => ({
  seconds: b.seconds,
  tokens: b.tokens,
  train: mean(a.train, b.train),
  validation: b.validation ?? a.validation,
  rate: mean(a.rate, b.rate),
  consensus: b.consensus ?? a.consensus,
});

const point = (p) => ({
  seconds: p.seconds,
  tokens: p.tokens,
  train: p.train_loss ?? null,
  validation: p.validation_loss ?? null,
  rate: p.tokens_per_second ?? null,
  consensus: p.exchanges?.consensus ?? null,
});

export class Store {
  constructor() {
    this.run = null;
    this.clear();
  }

  clear() {
    this.status = null;
    this.points = [];
    this.pushes = [];
    this.events = [];
    this.workers = [];
    this.topology = null;
    this.health = null;
    this.writes = false;
    this.lastId = 0;
    this.ahead = { tokens: 0, train: null };
    this.beats = new Set();
  }

  /**
   * Takes the history. Of the same run, what is older than the history is kept: a server that was
   * started again may remember less than this page.
   */
  load(status, history) {
    if (status.run !== this.run) {
      this.clear();
      this.run = status.run;
    }
    const join = (own, theirs) => {
      const begin = theirs.length ? theirs[0].seconds : Infinity;
      return own.filter((v) => v.seconds < begin).concat(theirs);
    };
    this.status = status;
    const points = join(this.points, history.progress.map(point));
    this.points = [];
    points.forEach((p) => this.addPoint(p));
    this.pushes = join(this.pushes, history.pushes).slice(-MOST_PUSHES);
    this.events = join(this.events, history.events).slice(-MOST_EVENTS);
    this.lastId = history.next - 1;
    const last = this.points.at(-1);
    this.ahead = { tokens: last?.tokens ?? 0, train: last?.train ?? null };
    for (const push of history.pushes) {
      if (push.outcome !== 'refused' && push.seconds > (last?.seconds ?? 0)) this.trained(push);
    }
  }

  /** A live event; one that the history had already is skipped. */
  hear(id, metric) {
    if (id != null) {
      if (id <= this.lastId) return;
      this.lastId = id;
    }
    switch (metric.type) {
      case 'progress':
        this.addPoint(point(metric));
        this.ahead = { tokens: metric.tokens, train: metric.train_loss ?? null };
        this.note(metric);
        break;
      case 'push':
        this.pushes.push(metric);
        if (this.pushes.length > MOST_PUSHES * 1.2) this.pushes.splice(0, this.pushes.length - MOST_PUSHES);
        this.beats.add(metric.worker);
        if (metric.outcome !== 'refused') this.trained(metric);
        break;
      default:
        this.events.push(metric);
        if (this.events.length > MOST_EVENTS) this.events.shift();
    }
  }

  /** Progress lines are far apart in a long run; between them the curve grows by what rounds say. */
  trained(push) {
    const { ahead } = this;
    ahead.tokens += push.tokens;
    if (typeof push.loss === 'number') {
      ahead.train = ahead.train == null ? push.loss : (1 - NEWEST) * ahead.train + NEWEST * push.loss;
      this.status.train_loss = ahead.train;
    }
    const last = this.points.at(-1);
    if (ahead.train != null && (!last || ahead.tokens - last.tokens > this.status.budget_tokens / 1000)) {
      this.addPoint({ seconds: push.seconds, ...ahead, validation: null, rate: null, consensus: null });
    }
  }

  /** A progress line is news of the status too. */
  note(p) {
    const { status } = this;
    for (const key of ['seconds', 'tokens', 'local_steps', 'train_loss', 'tokens_per_second', 'version', 'workers', 'pushes', 'staleness', 'exchanges', 'validation_loss', 'validation_accuracy']) {
      if (p[key] != null) status[key] = p[key];
    }
  }

  addPoint(p) {
    // What a resumed run does again takes the place of what it did before.
    while (this.points.length && (this.points.at(-1).tokens > p.tokens || this.points.at(-1).seconds > p.seconds)) {
      this.points.pop();
    }
    this.points.push(p);
    if (this.points.length > MOST_POINTS) {
      const half = [];
      for (let i = 0; i < this.points.length; i += 2) {
        half.push(i + 1 < this.points.length ? together(this.points[i], this.points[i + 1]) : this.points[i]);
      }
      this.points = half;
    }
  }

  column(name) {
    return this.points.map((p) => p[name]);
  }

  /** Tokens by the newest of what was heard and what was asked. */
  get tokens() {
    return Math.max(this.status.tokens, this.ahead.tokens);
  }

  get withoutServer() {
    return this.status?.exchanges != null;
  }

  /** Workers whose pushes came since the last call. */
  takeBeats() {
    const beats = this.beats;
    this.beats = new Set();
    return beats;
  }
}
