/* Elements and small drawings. Text is only ever set as text. */
const byId = (id) => document.getElementById(id);

function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== false) node.setAttribute(key, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

function svg(name, attributes = {}, ...children) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

const replace = (id, ...children) => byId(id).replaceChildren(...children.filter((child) => child !== null));

function facts(id, pairs) {
  replace(id, ...pairs.filter(([, text]) => text !== null && text !== '').flatMap(([name, text]) =>
    [element('dt', {}, name), element('dd', {}, text)]));
}

/* Height says it too, not colour alone. */
const HEIGHTS = {off: .12, masked: .48, withheld: .48, fine: .68, torn: 1, lost: 1, invalid: 1, other: 1};

function mark(cls, x, width, height, share = HEIGHTS[cls]) {
  const tall = Math.round(share * height);
  const group = svg('g', {},
    svg('rect', {class: 'cls-' + cls, x, width: Math.max(width - (width > 4 ? 1 : 0), .5), y: height - tall, height: tall}),
    svg('rect', {class: 'ink-' + cls, x, width: Math.max(width - (width > 4 ? 1 : 0), .5), y: height - tall, height: Math.min(3, tall)}));
  if (width >= 7 && cls !== 'off') {
    group.append(svg('text', {x: x + (width - 1) / 2, y: height - 5, 'font-size': width >= 9 ? 11 : 8.5, 'text-anchor': 'middle',
      'font-weight': 700}, CLASSES[cls].glyph));
  }
  return group;
}

function legend(id, classes) {
  replace(id, ...classes.map((cls) => element('li', {}, svg('svg', {width: 14, height: 18}, mark(cls, 0, 14, 18, cls === 'off' ? .2 : 1)), CLASSES[cls].text)));
}

/* ---- The strip of places under the slider ---- */
const PAD = 8; /* the slider's thumb is inset by about this */

function drawStrip(shown) {
  const strip = byId('strip');
  const width = strip.clientWidth || 900;
  const cell = (width - 2 * PAD) / shown.classes.length;
  const height = 34;
  const cells = shown.classes.map((cls, i) => mark(cls, PAD + i * cell, cell, height));
  const center = PAD + (shown.place + .5) * cell;
  const own = PAD + (shown.own + .5) * cell;
  strip.replaceChildren(...cells.map((cell_) => { cell_.setAttribute('transform', 'translate(0 12)'); return cell_; }),
    shown.own < 0 ? '' : svg('path', {d: `M${own - 5} 0h10l-5 8z`, fill: 'var(--torn)'}),
    svg('rect', {x: center - Math.max(cell / 2, 3), width: Math.max(cell, 6), y: 10, height: height + 4, fill: 'none',
      stroke: 'var(--accent)', 'stroke-width': 2.5, rx: 3}));
}

/* ---- The map of the whole run ---- */
const DECIDED = [['disabled', 'off'], ['withheld', 'withheld'], ['masked', 'masked'], ['equivalent', 'fine'], ['probed', 'fine']];

function mapRow(row, y, width, left) {
  const group = svg('g', {transform: `translate(${left} ${y})`},
    svg('text', {x: -8, y: 25, 'text-anchor': 'end', 'font-size': 12}, cut(row.name, Math.floor((left - 8) / 7.5))));
  const cell = width / data.map.used;
  for (let i = 0; i < data.map.used; i++) {
    const counts = DECIDED.map(([name]) => row.decided[name] ? row.decided[name][i] : 0);
    const sum = counts.reduce((a, b) => a + b, 0);
    let top = 34;
    counts.forEach((count, k) => {
      const tall = sum ? 26 * count / sum : 0;
      top -= tall;
      if (tall > 0) group.append(svg('rect', {class: 'cls-' + DECIDED[k][1], x: i * cell, width: cell + .3, y: top, height: tall}));
    });
  }
  const order = ['other', 'invalid', 'lost', 'torn']; /* the later ones are drawn over the others, and shorter */
  const kinds = new Set(data.findings.map((finding) => finding.kind));
  const showed = Object.entries(row.showed).filter(([kind]) => kinds.has(kind)).map(([kind, places]) => [CLASS_OF_KIND[kind] || 'other', places]);
  for (const [cls, places] of showed.sort((a, b) => order.indexOf(a[0]) - order.indexOf(b[0]))) {
    const tall = 19 - 4 * order.indexOf(cls);
    for (const [i] of places) group.append(svg('rect', {class: 'ink-' + cls, x: i * cell, width: Math.max(cell, 1.5), y: 0, height: tall}));
  }
  return group;
}

function drawMap() {
  const map = data.map;
  if (!map || !map.used) {
    document.querySelector('.map').hidden = true;
    return;
  }
  const width = Math.max(byId('map').clientWidth, 280);
  const left = width > 700 ? 96 : 64;
  const height = 42 * map.rows.length + 18;
  const picture = svg('svg', {viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': mapText()});
  map.rows.forEach((row, i) => picture.append(mapRow(row, 42 * i, width - left, left)));
  const last = map.used * map.width;
  for (let i = 0; i <= 4; i++) {
    picture.append(svg('text', {x: left + (width - left) * i / 4, y: height - 3, 'font-size': 11, 'text-anchor': i === 4 ? 'end' : i ? 'middle' : 'start'},
      String(Math.round(last * i / 4))));
  }
  replace('map', picture);
  byId('map-hint').textContent = `${data.certificate.places} places` + (map.width > 1 ? `, ${map.width} boundaries in a column` : '');
  const seen = new Set(data.findings.map((finding) => CLASS_OF_KIND[finding.kind] || 'other'));
  const bars = new Set(DECIDED.filter(([name]) => map.rows.some((row) => row.decided[name])).map(([, cls]) => cls));
  legend('map-legend', Object.keys(CLASSES).filter((cls) => seen.has(cls) || bars.has(cls)));
}

function mapText() {
  return data.map.rows.map((row) => `${row.name}: ` + Object.entries(row.decided).map(([name, counts]) =>
    `${counts.reduce((a, b) => a + b, 0)} ${name}`).join(', ')).join('; ');
}
