// Reads the effective configuration as the server writes it: HOCON, a setting a line, comments above.
// Not a parser of all of HOCON.

const KEY = /^((?:"(?:[^"\\]|\\.)*"|[^\s"={}:[\]]+)+)\s*(=|:|(?=\{))\s*(.*)$/;

const depth = (text) => {
  let open = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c === '\\') i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === '[' || c === '{') open++;
    else if (c === ']' || c === '}') open--;
  }
  return open;
};

/** Settings as [{ key, value, note }], in the order of the text. */
export function settings(text) {
  const found = [];
  const path = [];
  let notes = [];
  const lines = text.split('\n').map((line) => line.trim());
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    if (line.startsWith('#') || line.startsWith('//')) {
      notes.push(line.replace(/^(#+|\/\/)\s?/, ''));
      continue;
    }
    if (line === '' || line === '{') continue;
    if (/^}/.test(line)) {
      path.pop();
      notes = [];
      continue;
    }
    const match = KEY.exec(line);
    if (!match) continue;
    const [, key, , rest] = match;
    if (rest === '{') {
      path.push(key);
      notes = [];
      continue;
    }
    let value = rest;
    while (depth(value) > 0 && i + 1 < lines.length) value += (/[[{]$/.test(value) ? '' : ' ') + lines[++i];
    found.push({ key: [...path, key].join('.'), value: value.replace(/,$/, '').replace(/ ([\]}])/g, '$1'), note: notes.join(' ') });
    notes = [];
  }
  return found;
}
