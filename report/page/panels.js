/* What stands beside the timeline at the selected step. */
function codeLine(number_, marker, text, classes) {
  return element('li', {class: classes}, element('span', {class: 'n'}, number_), element('span', {class: 'm'}, marker), element('span', {}, text));
}

/* Scrolls within the panel only. */
function reveal(list) {
  const now = list.querySelector('.now');
  if (now) list.scrollTop = now.offsetTop - list.offsetTop - list.clientHeight / 2;
}

function baseName(path) {
  return path.slice(path.lastIndexOf('/') + 1);
}

function drawSource(step, held) {
  const code = data.code[step.pc];
  const lines = code && code.file ? data.sources[code.file] : null;
  const title = code && code.file ? `Source \u2013 ${baseName(code.file)}:${code.line}` : 'Source';
  byId('source-title').textContent = title;
  if (!lines || !Object.keys(lines).length) {
    replace('source', codeLine('', '', code && code.file ? 'The file is not here.' : 'No line is known for this instruction.', 'gap'));
    return;
  }
  const preempted = held && data.code[held] && data.code[held].file === code.file ? data.code[held].line : null;
  let before = 0;
  const items = [];
  for (const key of Object.keys(lines).map(Number).sort((a, b) => a - b)) {
    if (before && key > before + 1) items.push(codeLine('\u2026', '', '', 'gap'));
    before = key;
    const marker = key === code.line ? '\u25b6' : key === preempted ? '\u2016' : '';
    items.push(codeLine(String(key), marker, lines[key] || ' ', (key === code.line ? 'now ' : '') + (key === preempted ? 'held' : '')));
  }
  replace('source', ...items);
  reveal(byId('source'));
}

function drawCode(step, held) {
  const here = data.code[step.pc];
  byId('code-title').textContent = here && here.function ? `Instructions \u2013 ${here.function}` : 'Instructions';
  const items = [];
  let last = null;
  const wanted = Object.keys(data.code).filter((pc) => data.code[pc].function === (here ? here.function : null)).sort();
  for (const pc of wanted) {
    if (last !== null && number(pc) > last + 4) items.push(codeLine('\u2026', '', '', 'gap'));
    last = number(pc);
    const marker = pc === step.pc ? '\u25b6' : pc === held ? '\u2016' : '';
    items.push(codeLine(pc, marker, data.code[pc].text, (pc === step.pc ? 'now ' : '') + (pc === held ? 'held' : '')));
  }
  replace('code', ...(items.length ? items : [codeLine(step.pc, '\u25b6', '?', 'now')]));
  reveal(byId('code'));
}

function byteBox(index, digits, words, classes) {
  return element('div', {class: 'byte ' + classes}, element('small', {}, '+' + index), element('b', {}, digits), element('small', {}, words));
}

function drawLeaf(leaf, step, told) {
  if (!leaf) {
    replace('leaf', element('p', {class: 'hint'}, 'This finding is not about data.'));
    return;
  }
  const touched = new Set(step.accesses.flatMap((access) => leafBytes(leaf, access).map(([at]) => at)));
  const boxes = step.bytes.map((digits, i) => byteBox(i, digits, step.half ? (step.fresh[i] ? 'new' : 'old') : '\u00a0',
    (step.half ? (step.fresh[i] ? 'new' : 'old') : '') + (touched.has(i) ? ' touched' : '')));
  const value = valueText(leaf, step.bytes);
  const words = `${leaf.name} = ${value.text}${value.name ? ' = ' + value.name : value.bad ? ' \u2013 not a value of this type' : ''}`;
  const read = handlerRead(told, leaf);
  const seen = read ? valueText(leaf, read.bytes) : null;
  byId('leaf-title').textContent = `Value of ${leaf.name} \u2013 ${leaf.type || 'untyped'} at 0x${hex(leaf.address, 8)}`;
  replace('leaf', element('div', {class: 'bytes'}, ...boxes), element('p', {class: 'mono'}, words, step.half ? ' (half written: bytes of two writes)' : ''),
    Object.keys(leaf.values).length ? element('p', {class: 'hint'}, 'Valid: ' + Object.entries(leaf.values).map(([v, n]) => `${n} = ${v}`).join(', ')) : null,
    seen ? element('p', {class: 'hint'}, `With the interrupt here, ${told.win.name} read ${seen.text}${seen.name ? ' = ' + seen.name : ''}` +
      (read.fresh.some(Boolean) && !read.fresh.every(Boolean) ? ': new bytes ' + read.fresh.map((is, i) => is ? '+' + i : '').filter(Boolean).join(' ') + ', the others old' : '') + '.') : null);
}

function drawRegisters(step, next) {
  const values = next ? next.registers : step.registers;
  const rows = REGISTERS.map((name, i) => {
    const changed = next && next.registers[i] !== step.registers[i];
    return element('div', {}, element('span', {class: 'k'}, name), element('span', {class: changed ? 'changed' : null}, values[i] + (changed ? ' \u25c2' : '')));
  });
  replace('regs', element('div', {}, element('span', {class: 'k'}, 'pc'), element('span', {}, step.pc)), ...rows);
}

function drawMasks(step, told, index) {
  const [primask, faultmask, basepri, priority] = step.mask;
  const {place, win} = told;
  const pending = place.tail.length && index >= told.from && (place.entered === null || step.boundary < place.entered);
  const rows = [['PRIMASK', primask], ['BASEPRI', '0x' + hex(basepri, 2)], ['FAULTMASK', faultmask], ['execution priority', priority],
    [`${win.name} has priority`, place.interrupt_priority], ['running', step.context.name], ['pending', pending ? win.name : '\u2013']];
  replace('masks', element('table', {style: 'margin-top:8px'}, element('tbody', {}, ...rows.map(([name, text]) =>
    element('tr', {}, element('th', {scope: 'row'}, name), element('td', {class: 'mono'}, String(text)))))));
}

const FRAME = ['r0', 'r1', 'r2', 'r3', 'r12', 'lr', 'return address', 'xPSR'];

/* The stack is memory as it was at the window's start, and what was written. */
function stackAt(told, index) {
  const words = new Map(told.win.start.stack.map((word, i) => [number(told.win.start.sp) + 4 * i, word]));
  const put = (access) => {
    if (access.size === 4 && access.address % 4 === 0) words.set(access.address, access.value);
    if (access.size === 8) [0, 4].forEach((at) => words.set(access.address + at, access.value.slice(at ? 0 : 8, at ? 8 : 16)));
    if (access.size < 4) {
      const base = access.address & ~3;
      const shift = 2 * (access.address & 3);
      const old = words.get(base) || '00000000';
      words.set(base, old.slice(0, 8 - shift - 2 * access.size) + access.value + old.slice(8 - shift));
    }
  };
  let frames = [];
  for (const step of told.steps.slice(0, index + 1)) {
    step.accesses.filter((access) => isWrite(access) && access.name === null).forEach(put);
    if (step.frame) {
      step.frame.words.forEach((word, i) => words.set(step.frame.address + 4 * i, word));
      frames.push({address: step.frame.address, name: step.context.name, of: step.other.name});
    }
    if (step.kind === 'return') frames = frames.filter((frame) => frame.address >= number(step.registers[13]));
  }
  return {words, frames};
}

function drawStack(told, index, next) {
  const sp = number((next || told.steps[index]).registers[13]);
  const {words, frames} = stackAt(told, index);
  const rows = [];
  for (let i = 0; i < 20; i++) {
    const address = sp + 4 * i;
    if (!words.has(address)) continue;
    const frame = frames.find((item) => address >= item.address && address < item.address + 32);
    const slot = frame ? (address - frame.address) / 4 : 0;
    const note = frame ? FRAME[slot] + (slot === 0 ? ` \u2013 frame of ${frame.of}, pushed for ${frame.name}` : '') : '';
    rows.push(element('tr', {class: (frame ? 'frame ' : '') + (i === 0 ? 'sp' : '')}, element('td', {}, hex(address, 8)),
      element('td', {}, words.get(address)), element('td', {}, note)));
  }
  replace('stack', rows.length ? element('table', {class: 'stack'}, element('tbody', {}, ...rows)) :
    element('p', {class: 'hint'}, 'Nothing is on the stack.'));
}

function stepText(told, index) {
  const step = told.steps[index];
  const code = data.code[step.pc];
  const words = {instruction: code ? code.text : '?', entry: `${step.context.name} is entered`, return: `${step.context.name} returns`,
    restart: 'the instruction begins again'};
  return `${step.boundary}  ${step.context.name}  ${step.pc}  ${words[step.kind]}`;
}

function drawStepPanels(told, leaf, index) {
  const step = told.steps[index];
  const next = told.steps[index + 1] || null;
  const entries = told.steps.slice(told.from, index + 1).filter((item) => item.kind === 'entry');
  const inside = entries.length && step.context.exception !== 0;
  const held = inside ? entries[entries.length - 1].pc : told.place.pc;
  byId('step-text').textContent = stepText(told, index);
  drawSource(step, held);
  drawCode(step, held);
  drawLeaf(leaf, step, told);
  drawRegisters(step, next);
  drawMasks(step, told, index);
  drawStack(told, index, next);
  moveCursor(index);
}
