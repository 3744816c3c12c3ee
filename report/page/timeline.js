/* The timeline: lanes of contexts, a tick for each step, the value below. */
const LANE = 44;
const LEFT = 96;
const size = {step: 11}; /* columns of one step: as wide as there is room for */

function lanesOf(told) {
  const names = new Map([[told.win.exception, told.win.name]]);
  for (const step of told.steps) {
    names.set(step.context.exception, step.context.name);
    if (step.other) names.set(step.other.exception, step.other.name);
  }
  return [...names].sort((a, b) => (a[0] === 0) - (b[0] === 0) || a[0] - b[0]);
}

function drawAccess(leaf, step, x, y) {
  const ours = step.accesses.filter((access) => touches(leaf, access));
  if (!ours.length) {
    return step.accesses.length ? svg('circle', {cx: x, cy: y - 11, r: 1.8, fill: 'var(--soft)'}) : '';
  }
  const write = ours.some(isWrite);
  const shape = write ? svg('rect', {x: x - 6.5, y: y - 24, width: 13, height: 13, rx: 2, fill: 'var(--torn)'}) :
    svg('circle', {cx: x, cy: y - 17.5, r: 7, fill: 'var(--accent)'});
  return svg('g', {}, shape, svg('text', {x, y: y - 13.5, 'font-size': 10, 'font-weight': 700, 'text-anchor': 'middle',
    style: 'fill:var(--card)'}, write ? 'W' : 'R'));
}

function drawStep(told, leaf, index, laneY) {
  const step = told.steps[index];
  const x = LEFT + (index + .5) * size.step;
  const y = laneY.get(step.context.exception);
  if (step.kind === 'instruction') {
    const own = index >= told.from;
    return svg('g', {}, svg('line', {x1: x, x2: x, y1: y - 7, y2: y + 7, stroke: own ? 'var(--ink)' : 'var(--soft)', 'stroke-width': own ? 2 : 1.4}),
      drawAccess(leaf, step, x, y));
  }
  if (step.kind === 'restart') {
    return svg('text', {x, y: y + 5, 'font-size': 13, 'text-anchor': 'middle'}, '\u21bb');
  }
  const other = laneY.get(step.other.exception);
  const [from, to] = step.kind === 'entry' ? [other, y] : [y, other];
  const sign = to > from ? 1 : -1;
  if (from === to) return svg('circle', {cx: x, cy: y, r: 3, fill: 'var(--accent)'});
  return svg('g', {}, svg('line', {x1: x, x2: x, y1: from, y2: to - sign * 6, stroke: 'var(--accent)', 'stroke-width': 2.4,
    'stroke-dasharray': step.kind === 'return' ? '4 3' : null}),
  svg('path', {d: `M${x - 5} ${to - sign * 8}h10l-5 ${sign * 9}z`, fill: 'var(--accent)'}));
}

/* The leaf's value over the steps: one box for each stretch. */
function drawValues(told, leaf, y) {
  const group = svg('g', {});
  let begin = 0;
  for (let i = 1; i <= told.steps.length; i++) {
    const step = told.steps[i];
    const first = told.steps[begin];
    if (step && step.bytes.join() === first.bytes.join() && step.half === first.half) continue;
    const x = LEFT + begin * size.step;
    const width = (i - begin) * size.step;
    const value = valueText(leaf, first.bytes);
    const label = (first.half ? '\u00bd ' : '') + (value.name || value.text);
    const fits = [label, value.name || value.text.replace(/^0x[0_]*(?=.)/, ''), ''].find((text) => text.length * 6.4 < width - 3);
    group.append(svg('g', {}, svg('title', {}, `${leaf.name} = ${value.text} ${value.name || ''}${first.half ? ' (half written)' : ''}`),
      svg('rect', {x: x + .5, y, width: width - 1, height: 22, rx: 3, fill: first.half ? 'url(#hatch)' : value.bad ? 'var(--invalid-bg)' : 'var(--old-bg)',
        stroke: first.half ? 'var(--torn)' : 'var(--old)', 'stroke-width': first.half ? 2 : 1}),
      svg('text', {x: x + width / 2, y: y + 15, 'font-size': 10.5, 'text-anchor': 'middle', class: 'halo'}, fits || '')));
    begin = i;
  }
  return group;
}

function laneRuns(told, exception, y) {
  const group = svg('g', {});
  let begin = -1;
  told.steps.forEach((step, i) => {
    const here = step.context.exception === exception && step.kind === 'instruction';
    if (here && begin < 0) begin = i;
    const last = i === told.steps.length - 1;
    if (begin >= 0 && (!here || last)) {
      const end = here ? i + 1 : i;
      group.append(svg('rect', {x: LEFT + begin * size.step, y: y - 9, width: (end - begin) * size.step, height: 18, rx: 4,
        fill: 'var(--off-bg)', stroke: 'var(--line)'}));
      begin = -1;
    }
  });
  return group;
}

function hatch() {
  return svg('defs', {}, svg('pattern', {id: 'hatch', width: 8, height: 8, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)'},
    svg('rect', {width: 8, height: 8, fill: 'var(--torn-bg)'}), svg('line', {x1: 0, y1: 0, x2: 0, y2: 8, stroke: 'var(--torn)', 'stroke-width': 2.5, opacity: .45})));
}

function drawTimeline(told, leaf, onSelect) {
  const lanes = lanesOf(told);
  size.step = Math.max(11, Math.min(26, Math.floor((byId('timeline').clientWidth - LEFT - 20) / told.steps.length)));
  const top = 34;
  const laneY = new Map(lanes.map(([exception], i) => [exception, top + i * LANE]));
  const valueY = top + lanes.length * LANE - 8;
  const width = LEFT + told.steps.length * size.step + 16;
  const height = valueY + (leaf ? 52 : 22);
  const picture = svg('svg', {width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label':
    `${told.steps.length} steps of ${lanes.map(([, name]) => name).join(' and ')}; the steps can be walked with the arrow keys`}, hatch());
  picture.append(svg('rect', {id: 'cursor', y: 2, width: size.step, height: height - 4, fill: 'var(--band)', stroke: 'var(--accent)', rx: 3}));
  for (const [exception, name] of lanes) {
    const y = laneY.get(exception);
    picture.append(svg('line', {x1: LEFT, x2: width - 8, y1: y, y2: y, stroke: 'var(--line)'}), laneRuns(told, exception, y));
  }
  told.steps.forEach((step, index) => picture.append(drawStep(told, leaf, index, laneY)));
  if (leaf) {
    picture.append(drawValues(told, leaf, valueY));
  }
  for (let i = 0; i < told.steps.length; i += 10) {
    picture.append(svg('text', {x: LEFT + (i + .5) * size.step, y: height - 8, 'font-size': 10, 'text-anchor': 'middle', style: 'fill:var(--soft)'}, String(told.steps[i].boundary)));
  }
  picture.addEventListener('click', (event) => {
    const x = (event.clientX - picture.getBoundingClientRect().left) * width / picture.getBoundingClientRect().width;
    onSelect(Math.floor((x - LEFT) / size.step));
  });
  picture.append(laneNames(lanes, laneY, leaf, valueY, height));
  replace('timeline', picture);
  keepNames();
}

/* The names stay at the left edge while the steps scroll. */
function laneNames(lanes, laneY, leaf, valueY, height) {
  const group = svg('g', {id: 'lane-names'}, svg('rect', {width: LEFT - 4, height, fill: 'var(--paper)', opacity: .9}));
  for (const [exception, name] of lanes) group.append(svg('text', {x: 10, y: laneY.get(exception) + 4, 'font-size': 12, 'font-weight': 700}, cut(name, 12)));
  if (leaf) group.append(svg('text', {x: 10, y: valueY + 15, 'font-size': 12}, cut(leaf.name, 12)));
  return group;
}

function keepNames() {
  const names = byId('lane-names');
  if (names) names.setAttribute('transform', `translate(${byId('timeline').scrollLeft} 0)`);
}

function moveCursor(index) {
  const cursor = byId('cursor');
  cursor.setAttribute('x', LEFT + index * size.step);
  const box = byId('timeline');
  const x = LEFT + index * size.step;
  if (x < box.scrollLeft + 140 || x > box.scrollLeft + box.clientWidth - 80) box.scrollLeft = x - box.clientWidth / 2;
}
