// The effective configuration, searched as one types.

import { $, el, none, say } from './dom.js';
import * as api from './api.js';
import { settings } from './hocon.js';

let all = [];

const marked = (text, word) => {
  const at = word ? text.toLowerCase().indexOf(word) : -1;
  return at < 0 ? [text] : [text.slice(0, at), el('mark', {}, text.slice(at, at + word.length)), text.slice(at + word.length)];
};

function show() {
  const words = $('config-search').value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const found = all.filter((s) => {
    const text = (s.key + ' ' + s.value + ' ' + s.note).toLowerCase();
    return words.every((word) => text.includes(word));
  });
  say($('config-count'), words.length ? found.length + ' of ' + all.length + ' settings.' : all.length + ' settings, as they are in effect.');
  const word = words.length === 1 ? words[0] : '';
  $('config').replaceChildren(found.length ? el('table', {},
    el('caption', { class: 'hidden' }, 'Configuration'),
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'key'), el('th', { scope: 'col' }, 'value'))),
    el('tbody', {}, ...found.map((s) => el('tr', {},
      el('td', {}, el('code', {}, ...marked(s.key.replace(/^estafette\./, ''), word)), s.note ? el('p', {}, ...marked(s.note, word)) : ''),
      el('td', {}, el('code', {}, ...marked(s.value, word))))))) : none('No setting has all of these words.'));
}

$('config-search').addEventListener('input', show);

/** Asks for it again: keys may be changed while a run goes on. Answers with their values by key. */
export async function loadSettings() {
  try {
    all = settings(await api.config());
    show();
  } catch (error) {
    if (!all.length) say($('config-count'), 'Cannot be read: ' + error.message);
  }
  return new Map(all.map((s) => [s.key, s.value]));
}
