// Buttons, only where the server obeys them.

import { $, el, say } from './dom.js';
import * as api from './api.js';

const COMMANDS = {
  pause: { text: 'Pause', when: ['training', 'waiting'] },
  resume: { text: 'Resume', when: ['paused'] },
  checkpoint: { text: 'Checkpoint', when: ['training', 'paused'] },
  stop: { text: 'End…', when: ['waiting', 'training', 'paused'], danger: true },
};

let shown = '';
let busy = false;

export function showControls(store, refresh) {
  const { state } = store.status;
  const names = store.writes ? Object.keys(COMMANDS).filter((name) => COMMANDS[name].when.includes(state)) : [];
  const host = $('controls');
  if (names.join() === shown || busy) return;
  const focused = host.contains(document.activeElement);
  shown = names.join();
  host.hidden = names.length === 0;
  host.replaceChildren(...names.map((name) => {
    const { text, danger } = COMMANDS[name];
    const button = el('button', { type: 'button', class: danger ? 'danger' : null, 'data-command': name }, text);
    button.addEventListener('click', () => give(name, refresh));
    return button;
  }));
  if (focused) host.querySelector('button')?.focus();
}

async function give(name, refresh) {
  if (name === 'stop' && !(await confirmed())) return;
  busy = true;
  for (const button of $('controls').children) button.disabled = true;
  tell(COMMANDS[name].text.replace('…', '') + ' …');
  try {
    tell(await api.command(name));
  } catch (error) {
    tell('Not done: ' + error.message, true);
  }
  busy = false;
  for (const button of $('controls').children) button.disabled = false;
  refresh();
}

function tell(text, bad = false) {
  $('said').dataset.bad = bad;
  say($('said'), text);
}

function confirmed() {
  const dialog = $('confirm');
  return new Promise((answer) => {
    dialog.returnValue = 'no';
    for (const button of dialog.querySelectorAll('button')) button.onclick = () => dialog.close(button.value);
    dialog.addEventListener('close', () => answer(dialog.returnValue === 'yes'), { once: true });
    dialog.showModal();
  });
}
