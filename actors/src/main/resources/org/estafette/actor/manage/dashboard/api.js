// The server's endpoints, relative to the page.

/** An answer that is an error; the server explains it as a problem document. */
export class Problem extends Error {
  constructor(status, title, detail) {
    super(detail || title || 'HTTP status ' + status);
    this.status = status;
    this.title = title;
  }
}

async function ask(path, options = {}) {
  const response = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(15000), ...options });
  if (response.ok) return response;
  let problem = {};
  try {
    problem = await response.json();
  } catch {
    // A proxy's page, perhaps: the status has to do.
  }
  throw new Problem(response.status, problem.title || response.statusText, problem.detail);
}

const json = async (path) => (await ask(path, { headers: { Accept: 'application/json' } })).json();

export const run = () => json('run');
export const workers = () => json('workers');
export const topology = () => json('topology');
export const history = (points) => json('history?points=' + points);
export const config = async () => (await ask('config')).text();

/** Not ready is an answer too, with status 503 and the same body. */
export async function health() {
  const response = await fetch('health', { cache: 'no-store', headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(15000) });
  const body = await response.json();
  if (!Array.isArray(body.checks)) throw new Problem(response.status, body.title, body.detail);
  return body;
}

/** Pause, resume, checkpoint or stop; answers with what was done, in words. */
export async function command(name) {
  const response = await ask('run/' + name, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: '{}',
    signal: AbortSignal.timeout(120000), // A checkpoint of a large model takes its time.
  });
  const body = await response.json();
  return body.detail || 'done';
}
