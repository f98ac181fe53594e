// Elements are made with text, never from markup: names and reasons come from anywhere.

export const $ = (id) => document.getElementById(id);

/** An element; `attributes` with the value null are left out. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value != null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Writes only what is new: a screen reader would read the same again. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * A table.
 * @param columns [{ head, number, title }]
 * @param rows each an array of strings or nodes
 */
export function table(caption, columns, rows) {
  const cell = (tag, column, content, extra = {}) =>
    el(tag, { class: column.number ? 'n' : null, title: tag === 'th' ? column.title : null, ...extra }, content);
  return el('table', {},
    el('caption', { class: 'hidden' }, caption),
    el('thead', {}, el('tr', {}, ...columns.map((c) => cell('th', c, c.head, { scope: 'col' })))),
    el('tbody', {}, ...rows.map((row) => el('tr', {}, ...row.map((value, i) => cell('td', columns[i], value))))));
}

export const none = (text) => el('p', { class: 'none' }, text);

/** Calls back with the value of the chosen radio of a set of segments. */
export function segments(id, chosen) {
  $(id).addEventListener('change', (event) => chosen(event.target.value));
}
