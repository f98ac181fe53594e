// The server with its workers around it, or the graph of who averages with whom.

import { $, say } from './dom.js';
import { naturally } from './format.js';

const SVG = 'http://www.w3.org/2000/svg';
const SIZE = 320;
const MIDDLE = SIZE / 2;
const MOST_NODES = 128;

const svg = (tag, attributes, text) => {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text != null) node.textContent = text;
  return node;
};

const circle = (ids, radius) => new Map(ids.map((id, i) => {
  const angle = (2 * Math.PI * i) / ids.length - Math.PI / 2;
  return [id, [MIDDLE + radius * Math.cos(angle), MIDDLE + radius * Math.sin(angle)]];
}));

const neighbours = (links) => {
  const map = new Map();
  for (const { from, to } of links) {
    if (!map.has(from)) map.set(from, new Set());
    if (!map.has(to)) map.set(to, new Set());
    map.get(from).add(to);
    map.get(to).add(from);
  }
  return map;
};

/** Distances from a node, in links; nodes in the order they are met, with their parents. */
function walk(start, map) {
  const found = new Map([[start, { depth: 0, parent: null }]]);
  for (const [id, { depth }] of found) {
    for (const next of [...(map.get(id) ?? [])].sort(naturally)) {
      if (!found.has(next)) found.set(next, { depth: depth + 1, parent: id });
    }
  }
  return found;
}

/** A tree from its middle outwards: each subtree gets an arc as wide as it has leaves. */
function radial(ids, map) {
  const ends = ids.map((id) => [id, Math.max(...[...walk(id, map).values()].map((v) => v.depth))]);
  const root = ends.reduce((a, b) => (b[1] < a[1] ? b : a))[0];
  const found = walk(root, map);
  const children = new Map(ids.map((id) => [id, []]));
  for (const [id, { parent }] of found) if (parent != null) children.get(parent).push(id);
  const leaves = (id) => Math.max(1, children.get(id).reduce((n, c) => n + leaves(c), 0));
  const deepest = Math.max(1, ...[...found.values()].map((v) => v.depth));
  const places = new Map();
  const place = (id, from, to) => {
    const angle = (from + to) / 2 - Math.PI / 2;
    const radius = (found.get(id).depth / deepest) * 122;
    places.set(id, [MIDDLE + radius * Math.cos(angle), MIDDLE + radius * Math.sin(angle)]);
    let at = from;
    for (const child of children.get(id)) {
      const wide = ((to - from) * leaves(child)) / leaves(id);
      place(child, at, at + wide);
      at += wide;
    }
  };
  place(root, 0, 2 * Math.PI);
  return places;
}

function layout(topology, ids) {
  if (ids.includes('server')) {
    return new Map([['server', [MIDDLE, MIDDLE]], ...circle(ids.filter((id) => id !== 'server'), 118)]);
  }
  // Those that are down hang in no graph; they stand apart, below.
  const up = topology.nodes.filter((n) => n.up).map((n) => n.id).filter((id) => ids.includes(id)).sort(naturally);
  const down = ids.filter((id) => !up.includes(id));
  const map = neighbours(topology.links);
  const edges = [...map.values()].reduce((n, s) => n + s.size, 0) / 2;
  const tree = up.length > 2 && edges === up.length - 1 && walk(up[0], map).size === up.length;
  const places = tree ? radial(up, map) : circle(up, up.length === 1 ? 0 : 118);
  down.forEach((id, i) => places.set(id, [24 + (i * (SIZE - 48)) / Math.max(1, down.length - 1), SIZE + 18]));
  return places;
}

const short = (id) => id.replace(/^worker-/, '');

export class Graph {
  constructor() {
    this.key = '';
    this.nodes = new Map();
  }

  draw(topology) {
    const key = JSON.stringify(topology);
    if (key === this.key) return;
    this.key = key;
    const ids = topology.nodes.map((n) => n.id).sort(naturally).slice(0, MOST_NODES);
    const places = layout(topology, ids);
    const up = topology.nodes.filter((n) => n.up).length;
    const lost = topology.nodes.filter((n) => !n.up).map((n) => n.id);
    const words = this.words(topology, up, lost);
    say($('graph-text'), words);
    const below = !ids.includes('server') && lost.length > 0;
    const picture = svg('svg', { viewBox: '0 0 ' + SIZE + ' ' + (below ? SIZE + 40 : SIZE), role: 'img', 'aria-label': words });
    if (topology.directed) {
      const tip = svg('marker', { id: 'tip', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto-start-reverse' });
      tip.append(svg('path', { d: 'M0 1 7 4 0 7', class: 'tip-end' }));
      picture.append(tip);
    }
    const radius = ids.length > 64 ? 5 : ids.length > 24 ? 9 : 15;
    for (const { from, to } of topology.links) {
      const [a, b] = [places.get(from), places.get(to)];
      if (a && b) picture.append(this.link(a, b, radius, topology.directed));
    }
    this.nodes.clear();
    for (const node of topology.nodes) {
      const at = places.get(node.id);
      if (at) picture.append(this.node(node, at, radius));
    }
    $('graph').replaceChildren(picture);
  }

  link([ax, ay], [bx, by], radius, directed) {
    const length = Math.hypot(bx - ax, by - ay) || 1;
    const cut = directed ? (radius + 2) / length : 0;
    const attributes = { class: 'edge', x1: ax + (bx - ax) * cut, y1: ay + (by - ay) * cut, x2: bx - (bx - ax) * cut, y2: by - (by - ay) * cut };
    return svg('line', directed ? { ...attributes, 'marker-end': 'url(#tip)' } : attributes);
  }

  node(node, [x, y], radius) {
    const server = node.id === 'server';
    const group = svg('g', { class: 'node ' + (node.up ? 'up' : 'down') + (server ? ' server' : ''), transform: 'translate(' + x + ' ' + y + ')' });
    group.append(svg('title', {}, node.id + ', ' + node.address + (node.up ? ', up' : ', down')));
    group.append(svg('circle', { class: 'halo', r: radius }));
    group.append(server ? svg('rect', { x: -29, y: -15, width: 58, height: 30, rx: 8 }) : svg('circle', { r: radius }));
    if (server) group.append(svg('text', { y: 4 }, 'server'));
    else if (radius >= 9) group.append(svg('text', { y: radius > 9 ? 4 : 3.5, class: radius > 9 ? '' : 'small' }, short(node.id)));
    this.nodes.set(node.id, group);
    return group;
  }

  words(topology, up, lost) {
    const workers = (n) => n + (n === 1 ? ' worker' : ' workers');
    const server = topology.nodes.some((n) => n.id === 'server');
    const all = server ? 'A server with ' + workers(up - (topology.nodes.find((n) => n.id === 'server').up ? 1 : 0)) + ' up' : 'A ' + topology.kind + ' of ' + workers(up);
    const cut = topology.nodes.length > MOST_NODES ? '; the first ' + MOST_NODES + ' are drawn' : '';
    return all + ', epoch ' + topology.epoch + cut + (lost.length ? '. Down: ' + lost.slice(0, 6).join(', ') + (lost.length > 6 ? ' and ' + (lost.length - 6) + ' more' : '') : '') + '.';
  }

  /** A worker's push arrived. */
  beat(id) {
    const node = this.nodes.get(id);
    if (!node || node.classList.contains('beat')) return;
    node.classList.add('beat');
    setTimeout(() => node.classList.remove('beat'), 900);
  }
}
