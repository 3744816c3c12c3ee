/* The data, decoded: stories (one run each) and what a place showed. */
const data = JSON.parse(document.getElementById('data').textContent);
/* What the list has: the findings, and shared variables of which nothing is reported. */
const entries = data.findings.concat(data.shared.map((item) => ({...item, kind: 'no finding', severity: 'note', outcome: 'shared',
  summary: 'Two contexts use it, and nothing was found. Drag the interrupt to see why.', sentence: null, accesses: [],
  victim: 0, intruder: 0, place: {kind: 'boundary', boundary: item.boundary, beat: 0}, mask: {why: null}, injections: [], occurrences: null, reproduce: ''})));
const KINDS = ['instruction', 'entry', 'return', 'restart'];
const REGISTERS = ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9', 'r10', 'r11', 'r12', 'sp', 'lr', 'xPSR'];
const CLASSES = {
  off: {glyph: '\u00b7', text: 'not enabled, active or pending'},
  masked: {glyph: 'M', text: 'masked: it waits'},
  withheld: {glyph: 'w', text: 'withheld'},
  fine: {glyph: '\u2713', text: 'taken, fine'},
  torn: {glyph: 'T', text: 'torn'},
  lost: {glyph: 'L', text: 'update lost'},
  invalid: {glyph: 'I', text: 'invalid value'},
  other: {glyph: '!', text: 'another finding'},
};
const CLASS_OF_KIND = {'torn-write': 'torn', 'torn-read': 'torn', 'lost-update': 'lost', 'invalid-enum': 'invalid'};

const cut = (name, most) => name.length > most ? name.slice(0, most - 1) + '\u2026' : name;
const number = (hex) => parseInt(hex, 16);
const hex = (value, digits) => value.toString(16).padStart(digits, '0');

/* The finding's leaf: address, size, names of its values. */
function leafOf(finding) {
  if (finding.address === null || finding.type === 'device register') return null;
  return {address: number(finding.address), size: Math.min(finding.size, 8), name: finding.variable,
    type: finding.type, values: finding.values};
}

function decodeRow(row) {
  const [kind, passed, pc, context, mask, registers, accesses, other, frameAddress, frame] = row;
  return {kind: KINDS[kind], passed, pc, context: data.contexts[context], mask: data.masks[mask], registers,
    accesses: accesses.map(([what, address, size, value, name]) => ({what, address: number(address), size, value,
      name: name >= 0 ? data.names[name] : null})),
    other: other === undefined ? null : data.contexts[other],
    frame: frame ? {address: number(frameAddress), words: frame} : null};
}
const decoded = data.rows.map(decodeRow);

/* Bytes of an access that fall into the leaf: [index, byte] pairs. */
function leafBytes(leaf, access) {
  const found = [];
  for (let i = 0; leaf && i < access.size; i++) {
    const at = access.address + i - leaf.address;
    const digits = access.value.slice(-2 * (i + 1), access.value.length - 2 * i);
    if (at >= 0 && at < leaf.size && digits) found.push([at, digits]);
  }
  return found;
}
const isWrite = (access) => access.what === 'write';
const touches = (leaf, access) => (access.what === 'read' || isWrite(access)) && leafBytes(leaf, access).length > 0;

/* Which bytes belong to a write under way: a new one begins when all are new. */
function applyWrite(state, leaf, bytes) {
  if (state.fresh.every(Boolean)) state.fresh = state.fresh.map(() => false);
  for (const [at, digits] of bytes) {
    state.bytes[at] = digits;
    state.fresh[at] = true;
  }
}

function startState(win, leaf) {
  const size = leaf ? leaf.size : 0;
  const value = win.start.value;
  return {boundary: win.start.boundary, registers: Array(16).fill('00000000'),
    bytes: Array.from({length: size}, (_, i) => value.slice(14 - 2 * i, 16 - 2 * i)),
    fresh: Array.from({length: size}, (_, i) => (win.start.new_bytes >> i & 1) === 1)};
}

/* One step with the state behind it (registers: before it). */
function advance(state, row, leaf) {
  state.boundary += row.passed;
  state.registers = state.registers.slice();
  for (let i = 0; i < row.registers.length; i += 2) state.registers[row.registers[i]] = row.registers[i + 1];
  state.bytes = state.bytes.slice();
  const reads = [];
  for (const access of row.accesses) {
    const bytes = leafBytes(leaf, access);
    if (bytes.length && isWrite(access)) applyWrite(state, leaf, bytes);
    if (bytes.length && access.what === 'read') for (const [at, digits] of bytes) reads.push({at, digits, fresh: state.fresh[at]});
  }
  const half = state.fresh.some(Boolean) && !state.fresh.every(Boolean);
  return {...row, boundary: state.boundary, registers: state.registers, changed: row.registers, bytes: state.bytes,
    fresh: state.fresh.slice(), half, reads};
}

/* The run with the interrupt at one place: steps, and where its own part begins. */
function story(win, place, leaf) {
  const rows = win.spine.slice(0, place.tail.length ? place.row : undefined).concat(place.tail);
  const state = startState(win, leaf);
  return {steps: rows.map((index) => advance(state, decoded[index], leaf)), from: place.row, place, win};
}

const valueOf = (bytes) => '0x' + bytes.slice().reverse().join('');
function valueText(leaf, bytes) {
  const text = valueOf(bytes);
  const name = leaf.values[text];
  const known = Object.keys(leaf.values).length > 0;
  return {text: text.length > 10 ? text.slice(0, -8) + '_' + text.slice(-8) : text, name,
    bad: known && name === undefined && !(text in leaf.values)};
}

/* The first value of the leaf that the handler put together. */
function handlerRead(told, leaf) {
  const bytes = Array(leaf ? leaf.size : 0).fill(null);
  const fresh = bytes.slice();
  for (const step of told.steps.slice(told.from)) {
    if (step.context.exception !== told.win.exception) continue;
    for (const read of step.reads) {
      if (bytes[read.at] === null) [bytes[read.at], fresh[read.at]] = [read.digits, read.fresh];
    }
  }
  return bytes.length && bytes.every((byte) => byte !== null) ? {bytes, fresh} : null;
}

/* What the place showed of this leaf; what the report leaves out is left out. */
const reported = new Set(data.findings.map((finding) => finding.id));
const shownAt = (place) => place.findings.filter((item) => item.here && reported.has(item.id));

function classOf(place, kind) {
  const kinds = shownAt(place).map((item) => item.kind);
  if (kinds.includes(kind)) return CLASS_OF_KIND[kind] || 'other';
  for (const name of ['torn-write', 'torn-read', 'lost-update', 'invalid-enum']) {
    if (kinds.includes(name)) return CLASS_OF_KIND[name];
  }
  if (kinds.length) return 'other';
  if (place.decision === 'disabled') return 'off';
  if (place.decision === 'withheld') return 'withheld';
  return place.bar === 'masked' ? 'masked' : 'fine';
}

function placeName(place) {
  const names = {boundary: `before instruction ${place.boundary}`, beat: `inside instruction ${place.boundary}, after access ${place.beat}`,
    entry: `during the entry at ${place.boundary}`, return: `during the return at ${place.boundary}`};
  return names[place.kind];
}

const BARS = {'not-enabled': 'is not enabled here', active: 'is already active here', pending: 'is already pending here'};

/* What the place means, as [first words, rest]. */
function sentence(told, finding, leaf) {
  const {place, win} = told;
  const kind = classOf(place, finding.kind);
  const where = placeName(place);
  if (kind === 'off') return ['Not taken', `${where}: ${win.name} ${BARS[place.bar] || 'cannot come'}.`];
  if (kind === 'withheld') return ['Withheld', `${where}: the arrival discipline keeps ${win.name} out.`];
  const read = handlerRead(told, leaf);
  const value = read ? valueText(leaf, read.bytes) : null;
  const saw = value ? `the handler read ${value.text}${value.name ? ' ' + value.name : value.bad ? ', not a value of this type' : ''}` :
    leaf ? 'the handler did not read the whole value' : 'the handler ran';
  if (kind === 'masked') {
    const later = place.entered !== null ? `it was taken at ${place.entered}, where the mask opened; ${saw}` : 'the mask did not open in this window';
    return ['Masked', `${where}: ${win.name} stays pending; ${later}.`];
  }
  const found = [...new Set(shownAt(place).map((item) => `${item.kind} (${item.outcome})`))].join(', ');
  const words = {fine: 'Fine', torn: 'Torn', lost: 'Lost', invalid: 'Invalid', other: 'Finding'};
  return [words[kind], `${where}: ${saw}${found ? '. Seen: ' + found : ''}.`];
}
