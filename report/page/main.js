/* Selection: which finding, which place, which step; and all input. */
const shown = {finding: 0, place: 0, own: -1, step: 0, classes: [], told: null};
const views = new Map(); /* by finding: its stories' classes, computed once */

const current = () => entries[shown.finding];
const windowOf = (finding) => finding.window === null ? null : data.windows[finding.window];

function classesOf(index) {
  if (!views.has(index)) {
    const finding = entries[index];
    views.set(index, windowOf(finding).places.map((place) => classOf(place, finding.kind)));
  }
  return views.get(index);
}

function ownPlace(finding, win) {
  const {kind, boundary, beat} = finding.place;
  return win.places.findIndex((place) => place.kind === kind && place.boundary === boundary && place.beat === beat);
}

/* Behind the handler's first access to the leaf, else where it begins. */
function stepOfInterest(told, leaf) {
  const own = told.steps.map((step, i) => ({step, i})).slice(told.from)
    .filter(({step}) => step.context.exception === told.win.exception);
  const read = own.find(({step}) => step.accesses.some((access) => touches(leaf, access)));
  const first = read || own[0];
  return first ? first.i : Math.max(0, Math.min(told.from, told.steps.length - 1));
}

function selectStep(index) {
  if (!shown.told || !shown.told.steps.length) return;
  shown.step = Math.max(0, Math.min(index, shown.told.steps.length - 1));
  drawStepPanels(shown.told, leafOf(current()), shown.step);
  keepHash();
}

function selectPlace(index, step) {
  const finding = current();
  const win = windowOf(finding);
  if (!win || !win.places.length) return;
  shown.place = Math.max(0, Math.min(index, win.places.length - 1));
  const leaf = leafOf(finding);
  shown.told = story(win, win.places[shown.place], leaf);
  const cls = shown.classes[shown.place];
  const [head, rest] = sentence(shown.told, finding, leaf);
  byId('verdict').className = cls;
  byId('verdict').dataset.place = `${shown.told.place.kind} ${shown.told.place.boundary} ${shown.told.place.beat}`;
  replace('verdict', element('b', {}, head), ' \u2013 ' + rest);
  byId('place').value = shown.place;
  byId('place').setAttribute('aria-valuetext', `${head}: ${rest}`);
  drawStrip(shown);
  drawTimeline(shown.told, leaf, selectStep);
  selectStep(step === undefined ? stepOfInterest(shown.told, leaf) : step);
}

function drawTable(finding, win) {
  const leaf = leafOf(finding);
  const rows = win.places.map((place, i) => {
    const told = story(win, place, leaf);
    const read = place.tail.length ? handlerRead(told, leaf) : null;
    const code = data.code[place.pc];
    return element('tr', {'data-class': shown.classes[i]}, element('td', {}, `${place.kind} ${place.boundary}${place.kind === 'beat' ? '.' + place.beat : ''}`),
      element('td', {class: 'mono'}, `${place.pc} ${code ? code.text : ''}`), element('td', {}, place.decision),
      element('td', {}, CLASSES[shown.classes[i]].text), element('td', {class: 'mono'}, read ? valueText(leaf, read.bytes).text : ''));
  });
  document.querySelector('#places tbody').replaceChildren(...rows);
}

function access(finding, index) {
  const item = finding.accesses[index];
  if (!item) return null;
  const where = item.file ? `${baseName(item.file)}:${item.line}` : item.pc;
  return `${item.op} by ${item.context} in ${item.function || '?'} (${where}): ${item.text}`;
}

/* Who must come, where a finding needs several; the last of them is dragged. */
const comes = (injection) => `${injection.interrupt.name} ${placeName(injection.place)}`;
const needs = (finding) => finding.injections.length < 2 ? null :
  `${finding.injections.length} interrupts: ${finding.injections.map(comes).join(', then ')}`;
const fixed = (finding) => finding.injections.length < 2 ? '' :
  `It is the last of ${finding.injections.length}. What came before it stays: ${finding.injections.slice(0, -1).map(comes).join(', then ')}.`;

function drawFacts(finding) {
  byId('headline').textContent = finding.outcome === 'shared' ? `${finding.variable}: nothing found` : finding.variable ? `${finding.kind} of ${finding.variable}` : finding.kind;
  byId('severity').textContent = finding.severity;
  byId('severity').className = 'badge ' + finding.severity;
  byId('summary').textContent = finding.summary;
  const first = Math.min(finding.victim, finding.intruder);
  const second = Math.max(finding.victim, finding.intruder);
  facts('facts', [['Variable', finding.variable ? `${finding.variable}: ${finding.type}, ${finding.size} bytes at ${finding.address}` : null],
    ['First', access(finding, first)], ['Then', first === second ? null : access(finding, second)],
    ['Needs', needs(finding)], ['Outcome', finding.sentence], ['Masks', finding.mask.why], ['Section', finding.mask.section], ['Cover', finding.mask.cover], ...(finding.arrival ? [['Arrival', `${finding.interrupt.name} comes ${finding.arrival.discipline}${finding.arrival.since_previous ? `; here ${finding.arrival.since_previous} instructions after the one before` : ''}`]] : []), ['Seen', finding.occurrences === null ? null : `at ${finding.occurrences} place${finding.occurrences === 1 ? '' : 's'} of the run`]]);
  byId('reproduce').textContent = finding.reproduce;
  byId('command').hidden = !finding.reproduce;
  byId('place-home').hidden = finding.outcome === 'shared';
}

function selectFinding(index, place, step) {
  shown.finding = Math.max(0, Math.min(index, entries.length - 1));
  const finding = current();
  drawFacts(finding);
  for (const button of document.querySelectorAll('#list button')) button.setAttribute('aria-current', String(Number(button.dataset.finding) === shown.finding));
  const win = windowOf(finding);
  byId('story').hidden = !win || !win.places.length;
  if (byId('story').hidden) return;
  shown.classes = classesOf(shown.finding);
  shown.own = ownPlace(finding, win);
  byId('drag-title').textContent = `Drag ${win.name}`;
  byId('fixed').textContent = fixed(finding);
  byId('fixed').hidden = !byId('fixed').textContent;
  byId('place').max = win.places.length - 1;
  legend('legend', Object.keys(CLASSES).filter((cls) => shown.classes.includes(cls)));
  if (byId('table-box').open) drawTable(finding, win);
  selectPlace(place === undefined ? Math.max(shown.own, 0) : place, step);
}

/* The next place with another result, in either direction. */
function nextChange(direction) {
  let at = shown.place;
  while (shown.classes[at + direction] !== undefined && shown.classes[at] === shown.classes[shown.place]) at += direction;
  selectPlace(at);
}

/* ---- The list and its filters ---- */
const filters = {text: '', kinds: new Set()};

function matches(finding) {
  const words = [finding.kind, finding.variable, finding.type, finding.severity, finding.outcome,
    ...finding.accesses.flatMap((item) => [item.function, item.file, item.context])].filter(Boolean).join(' ').toLowerCase();
  return filters.kinds.has(finding.kind) && filters.text.toLowerCase().split(/\s+/).every((word) => words.includes(word));
}

/* Findings of one cause stand together, where the first of them stood. */
function listed() {
  const items = entries.map((finding, i) => i).filter((i) => matches(entries[i]));
  const first = new Map();
  for (const i of items) if (!first.has(causeOf(i))) first.set(causeOf(i), i);
  return items.sort((a, b) => first.get(causeOf(a)) - first.get(causeOf(b)) || a - b);
}
const causeOf = (i) => entries[i].group || i;

/* "One cause, 3 findings: X in main and SysTick_Handler". */
function causeHeading(members) {
  const finding = entries[members[0]];
  const functions = [finding.accesses[finding.victim], finding.accesses[finding.intruder]]
    .map((item) => item && (item.function || item.pc)).filter(Boolean);
  return element('li', {class: 'cause'}, `Most likely one cause, ${members.length} findings`,
    element('small', {}, `${finding.variable || finding.kind} in ${functions.filter((name, k) => functions.indexOf(name) === k).join(' and ')}`));
}

function listItem(i, within) {
  const finding = entries[i];
  const victim = finding.accesses[finding.victim];
  const button = element('button', {type: 'button', 'data-finding': i, 'aria-current': String(i === shown.finding)},
    element('span', {class: 'badge ' + finding.severity}, finding.kind), ' ', element('b', {}, finding.variable || ''),
    element('small', {}, victim ? `${victim.function || victim.pc}${victim.file ? ' ' + baseName(victim.file) + ':' + victim.line : ''} \u00b7 ${finding.outcome}` : finding.outcome));
  button.addEventListener('click', () => selectFinding(i));
  return element('li', within ? {class: 'within'} : {}, button);
}

function drawList() {
  const items = listed();
  const members = items.reduce((map, i) => map.set(causeOf(i), [...(map.get(causeOf(i)) || []), i]), new Map());
  replace('list', ...[...members.values()].flatMap((group) => group.length < 2 ? group.map((i) => listItem(i, false))
    : [causeHeading(group), ...group.map((i) => listItem(i, true))]));
  byId('none').hidden = items.length > 0;
}

function drawFilters() {
  for (const finding of entries) filters.kinds.add(finding.kind);
  replace('kinds', ...[...filters.kinds].map((kind) => {
    const box = element('input', {type: 'checkbox', checked: '', value: kind});
    box.addEventListener('change', () => {
      if (box.checked) filters.kinds.add(kind); else filters.kinds.delete(kind);
      drawList();
    });
    return element('label', {}, box, ' ' + kind);
  }));
  byId('search').addEventListener('input', (event) => { filters.text = event.target.value; drawList(); });
}

function stepFinding(direction) {
  const items = listed();
  const at = items.indexOf(shown.finding);
  const next = items[at < 0 ? 0 : at + direction];
  if (next !== undefined) selectFinding(next);
}

/* ---- Input ---- */
const KEYS = {
  ArrowLeft: () => selectStep(shown.step - 1), ArrowRight: () => selectStep(shown.step + 1),
  '[': () => selectPlace(shown.place - 1), ']': () => selectPlace(shown.place + 1),
  '{': () => nextChange(-1), '}': () => nextChange(1), f: () => selectPlace(shown.own),
  n: () => stepFinding(1), p: () => stepFinding(-1), '?': () => byId('help').showModal(),
};

function onKey(event) {
  const inText = event.target.type === 'search' || (event.target.type === 'range' && event.key.startsWith('Arrow'));
  const action = KEYS[event.key];
  if (!action || inText || event.ctrlKey || event.metaKey || event.altKey || byId('help').open) return;
  event.preventDefault();
  action();
}

function dragOn(event) {
  const box = byId('strip').getBoundingClientRect();
  selectPlace(Math.floor((event.clientX - box.left - PAD) / (box.width - 2 * PAD) * shown.classes.length));
}

function listen() {
  const clicks = {'step-back': KEYS.ArrowLeft, 'step-on': KEYS.ArrowRight, 'place-back': KEYS['['], 'place-on': KEYS[']'], 'place-home': KEYS.f};
  for (const [id, action] of Object.entries(clicks)) byId(id).addEventListener('click', action);
  byId('place').addEventListener('input', (event) => selectPlace(Number(event.target.value)));
  byId('table-box').addEventListener('toggle', () => { if (byId('table-box').open) drawTable(current(), windowOf(current())); });
  byId('copy').addEventListener('click', () => navigator.clipboard && navigator.clipboard.writeText(current().reproduce));
  byId('timeline').addEventListener('scroll', keepNames);
  const strip = byId('strip');
  strip.addEventListener('pointerdown', (event) => { strip.setPointerCapture(event.pointerId); dragOn(event); });
  strip.addEventListener('pointermove', (event) => { if (event.buttons) dragOn(event); });
  document.addEventListener('keydown', onKey);
  window.addEventListener('resize', () => { drawMap(); if (shown.told) drawStrip(shown); });
  window.addEventListener('hashchange', followHash);
}

/* #finding=0&place=12&step=30: a link to what is shown. */
let written = null;
function keepHash() {
  written = `#finding=${shown.finding}&place=${shown.place}&step=${shown.step}`;
  try { history.replaceState(null, '', written); } catch (error) { /* not allowed for this page: the link is a convenience */ }
}
function followHash() {
  if (location.hash === written) return;
  const wanted = Object.fromEntries(location.hash.slice(1).split('&').map((pair) => pair.split('=')));
  const number_ = (text) => text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
  selectFinding(number_(wanted.finding) || 0, number_(wanted.place), number_(wanted.step));
}

function drawCertificate() {
  const c = data.certificate;
  facts('certificate', [['Depth', String(c.depth)], ['Run', `${c.instructions} instructions, ${c.natural} exceptions taken on the way; ${c.end}`],
    ['Places', `${c.places}: ${c.boundaries} boundaries, ${c.beats} beats, ${c.entries} entries, ${c.returns} returns`],
    ['Decided', Object.entries(c.decided).map(([name, count]) => `${count} ${name}`).join(', ')],
    ...c.interrupts.map((item) => [item.name, `could come at ${item.places} places, taken ${item.taken} times${item.reason_never ? '; ' + item.reason_never : ''}`]),
    ...c.limits.map((text) => ['Not covered', text])]);
}

function start() {
  document.title = `tornword: ${baseName(data.image.path)}`;
  byId('badge').textContent = data.verdict === 'findings' ? `${data.findings.length} finding${data.findings.length === 1 ? '' : 's'}` : data.verdict;
  byId('badge').className = 'badge ' + data.verdict;
  byId('image').textContent = `${data.image.path} \u00b7 ${data.image.core} \u00b7 sha256 ${data.image.sha256.slice(0, 12)}\u2026`;
  drawMap();
  drawCertificate();
  drawFilters();
  drawList();
  listen();
  const none = entries.length === 0;
  document.querySelector('.page').hidden = none;
  if (!none) followHash();
}
start();
