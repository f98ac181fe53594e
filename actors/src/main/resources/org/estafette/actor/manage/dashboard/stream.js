// Server-sent events by fetch. EventSource gives up for good on an error status, and cannot be told
// where to begin: Last-Event-ID closes the gap between the history and the first live event.

import { Problem } from './api.js';

/** Yields { id, event, data } until the server ends the stream; throws where the network does. */
export async function* events(path, lastSeen, signal) {
  const response = await fetch(path, {
    cache: 'no-store',
    headers: { Accept: 'text/event-stream', 'Last-Event-ID': String(lastSeen) },
    signal,
  });
  if (!response.ok) throw new Problem(response.status, response.statusText);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let message = { id: null, event: 'message', data: [] };
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value;
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    for (const line of lines) {
      if (line === '') {
        const data = message.data.join('\n');
        if (data !== '') yield { ...message, data };
        message = { id: null, event: 'message', data: [] };
        continue;
      }
      const colon = line.indexOf(':');
      if (colon === 0) continue; // A comment: the server shows that it is there.
      const field = colon < 0 ? line : line.slice(0, colon);
      const text = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'data') message.data.push(text);
      else if (field === 'event') message.event = text;
      else if (field === 'id') message.id = Number(text);
    }
  }
}
