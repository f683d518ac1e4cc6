import { setTimeout as wait } from 'node:timers/promises';
import { exportModel, layers, sequential } from '../../shim/index.js';
import { randomFrom } from '../../models/garments/random.js';
import { idxImages, idxLabels, someLabels } from '../datasets/support.js';
import { shirt } from './pictures.js';
import { poll } from './polling.js';

/**
 * A monkey on the page: it presses, types, drops and drags whatever is there, as a seed decides. After each action it
 * looks for errors, and for words on the screen that only a fault puts there.
 * @typedef {import('puppeteer-core').Page} Tab
 * @typedef {{ did: string, wrong: string, state: string }} Outcome wrong: '' if nothing is; state: of training
 */

/** Words that must not appear on the page. */
const WORDS = String.raw`\bundefined\b|\bNaN\b|\bnull\b|\bdisposed\b|\[object`;

const NUMBERS = [
  '',
  '0',
  '-1',
  '1',
  '2',
  '3',
  '12',
  '１２',
  '0,01',
  '0.5',
  '1e-3',
  '1,000',
  '1e999',
  'NaN',
  'Infinity',
  'abc',
  '12345678901234567890',
  ' 7 ',
  '٣',
];
const NAMES = [
  '',
  '0',
  '-1',
  'abc',
  '１２',
  'x'.repeat(300),
  'חולצה',
  'صورة 64 × 48',
  '👕👖',
  '<b>',
  'a/b\\c:*?"',
  '%s {name} &amp;',
  '  two  spaces ',
];
const SHAPES = ['-1', '14x14x4', '28x28', '7x7x-1', '0', 'abc'];

/** How often the monkey takes each kind of action. */
const HABITS = {
  favourite: 24,
  train: 8,
  press: 17,
  choose: 7,
  type: 7,
  tick: 3,
  slide: 1,
  mend: 3,
  give: 7,
  keys: 7,
  mouse: 6,
  draw: 2,
  pinch: 1,
  wheel: 1,
  resize: 1,
  settle: 2,
  travel: 1,
  reload: 1,
  other: 3,
};

/** Elements that are pressed more often than their share, by hooks and ids. */
const FAVOURITES = {
  'train-start': 10,
  'train-pause': 6,
  'train-stop': 4,
  'train-anew': 4,
  begin: 2,
  'save-model': 6,
  'library-use': 6,
  'library-delete': 3,
  'library-undo': 3,
  'library-download': 2,
  'library-compare': 2,
  'export-model': 3,
  'resume-run': 3,
  'resume-discard': 2,
  'resume-undo': 2,
  'earlier-return': 2,
  'evaluate-again': 2,
  'dataset-load': 2,
  'dataset-cancel': 2,
  'dataset-offer-synthetic': 2,
  'model-undo': 2,
  'photo-draw': 2,
  'drawing-use': 2,
  'photo-item': 2,
  restart: 4,
  'plot-png': 1,
  'incoming-close': 1,
};

const KEYS = /** @type {import('puppeteer-core').KeyInput[][]} */ ([
  ['Tab'],
  ['Tab', 'Tab', 'Tab'],
  ['Shift', 'Tab'],
  ['Enter'],
  ['Space'],
  ['Tab', 'Enter'],
  ['Tab', 'Space'],
  ['Escape'],
  ['ArrowUp'],
  ['ArrowDown'],
  ['ArrowLeft'],
  ['ArrowRight'],
  ['ArrowDown', 'ArrowDown'],
  ['Control', 'z'],
  ['Control', 'Z'],
  ['Home'],
  ['End'],
  ['PageDown'],
  ['Backspace'],
  ['Delete'],
]);

const SIZES = [
  [320, 640],
  [768, 1024],
  [1280, 800],
  [1280, 800],
  [1600, 1000],
];

const MOST_WAIT = 60; // ms between two actions
const SETTLES = 2000; // the longest wait for training and evaluation, in ms
const STOPS = 20_000; // ms within which Stop must end a run, on a machine that others use too
const REMEMBERED = 40; // how many actions a failure lists

/** @typedef {{ name: string, type: string, bytes: string }} Parcel a file to be sent to the page; bytes: in base64 */

/** @param {string} name @param {Uint8Array | string} bytes @param {string} [type] @returns {Parcel} */
const parcel = (name, bytes, type = '') => ({ name, type, bytes: Buffer.from(bytes).toString('base64') });

/** Everything that is dropped, pasted and chosen, in groups. @returns {Promise<Parcel[][]>} */
async function makeParcels() {
  const { flatten, dense } = layers;
  const fits = await sequential({
    layers: [flatten({ inputShape: [28, 28, 1] }), dense({ units: 10, activation: 'softmax' })],
    seed: 1,
  });
  const small = await sequential({ layers: [flatten({ inputShape: [4, 4, 1] }), dense({ units: 2 })], seed: 1 });
  const [topology, weights] = await exportModel(fits, 'tfjs');
  const [onnx] = await exportModel(fits, 'onnx');
  const [keras] = await exportModel(fits, 'keras');
  const picture = shirt();
  const idx = [
    parcel('a.bin', idxImages(120, { seed: 1 })),
    parcel('b.bin', idxLabels(someLabels(120))),
    parcel('c.bin', idxImages(40, { seed: 2 })),
    parcel('d.bin', idxLabels(someLabels(40, 3))),
  ];
  const metadata = parcel(
    'metadata.json',
    '{"tfjsVersion":"1.3.1","labels":["a","b"],"imageSize":28}',
    'application/json',
  );
  const notes = parcel('notes.txt', 'Buy milk.\n', 'text/plain');
  const named = (/** @type {string} */ name) => parcel(name, picture.bytes, picture.type);
  const parcels = [
    [named('shirt.png')],
    [named('חולצה.png'), named('<b>.png')],
    [parcel('empty.png', '', 'image/png')],
    [parcel('empty.bin', '')],
    [notes],
    idx,
    idx.slice(0, 3),
    [parcel('plain.fit', await fits.save())],
    [parcel('small.fit', await small.save())],
    [parcel('broken.onnx', 'no model at all')],
    [parcel('plain.onnx', onnx.bytes)],
    [parcel('plain.keras', keras.bytes)],
    [metadata],
    [parcel('model.json', topology.bytes)],
    [parcel('odd.json', '{}')],
    [parcel('odd.json', '{"modelTopology":{"class_name":"Sequential","config":{"layers":[{"class_name":null}]}}}')],
    [metadata, parcel('model.json', topology.bytes), parcel('weights.bin', weights.bytes)],
    [named('shirt.png'), notes, ...idx, parcel('plain.fit', await fits.save())],
  ];
  for (const model of [fits, small]) model.dispose();
  return parcels;
}

/**
 * The monkey's hands and eyes; starts before the page does, and runs in it.
 * @param {{ parcels: Parcel[][], words: string, pools: Record<string, string[]> }} equipment
 */
function equip({ parcels, words, pools }) {
  const forbidden = new RegExp(words);
  const typed = new Set(Object.values(pools).flat());
  const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));
  /** @param {() => boolean} holds @param {number} most ms */
  async function until(holds, most) {
    const end = performance.now() + most;
    while (!holds() && performance.now() < end) await sleep(30);
  }
  const find = (/** @type {string} */ selector) => /** @type {any[]} */ ([...document.querySelectorAll(selector)]);

  // Downloads are discarded.
  const click = HTMLAnchorElement.prototype.click;
  HTMLAnchorElement.prototype.click = function () {
    if (!this.download) click.call(this);
  };

  const isShown = (/** @type {HTMLElement} */ node) =>
    node.checkVisibility({ visibilityProperty: true }) && node.getClientRects().length > 0;
  const isUsable = (/** @type {HTMLElement} */ node) => !node.matches(':disabled') && isShown(node);
  const hookOf = (/** @type {HTMLElement} */ node) => node.dataset.testid ?? node.id;
  const kindOf = (/** @type {HTMLElement} */ node) =>
    hookOf(node) || `${node.closest('[id]')?.id ?? ''} ${node.tagName} ${node.className}`;
  const nameOf = (/** @type {HTMLElement} */ node) =>
    `${kindOf(node)} “${(node.getAttribute('aria-label') ?? node.textContent ?? '').trim().slice(0, 30)}”`;
  /** @template T @param {T[]} some @param {number} share 0 … 1 */
  const at = (some, share) => some[Math.min(some.length - 1, Math.floor(share * some.length))];

  /** @param {any[]} nodes @param {(node: any) => string} key @returns {[string, any[]][]} */
  function grouped(nodes, key) {
    /** @type {Map<string, any[]>} */
    const groups = new Map();
    for (const node of nodes) groups.set(key(node), [...(groups.get(key(node)) ?? []), node]);
    return [...groups];
  }

  /**
   * Chooses a kind first, then an element of that kind: a table has a hundred cells.
   * @param {HTMLElement[]} nodes
   * @param {number} share
   * @returns {any}
   */
  function oneOf(nodes, share) {
    const kinds = grouped(nodes, kindOf).map(([, some]) => some);
    const place = share * kinds.length;
    return nodes.length === 0 ? null : at(at(kinds, share), place - Math.floor(place));
  }

  const BUTTONS = 'button, summary, a[href^="#"], .picture, [role="gridcell"], td[tabindex]';
  const pressable = () => find(BUTTONS).filter(isUsable);

  /** @param {any} field @param {string} value */
  function fill(field, value) {
    field.focus();
    field.value = value;
    for (const name of ['input', 'change']) field.dispatchEvent(new Event(name, { bubbles: true }));
    return `${nameOf(field)} = ${JSON.stringify(value.slice(0, 30))}`;
  }

  /** @param {HTMLElement | null} node */
  function press(node) {
    node?.focus();
    node?.click();
    return node ? nameOf(node) : 'nothing';
  }

  /** @param {any} field */
  const poolOf = (field) =>
    field.inputMode === 'numeric' || field.inputMode === 'decimal'
      ? pools.numbers
      : field.inputMode === 'text'
        ? pools.shapes
        : pools.names;

  /** @param {number} share @returns {DataTransfer} */
  function transferOf(share) {
    const transfer = new DataTransfer();
    for (const { name, type, bytes } of at(parcels, share)) {
      transfer.items.add(
        new File([Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0))], name, { type }),
      );
    }
    return transfer;
  }

  /** @type {Record<string, (target: HTMLElement, transfer: DataTransfer) => void>} */
  const WAYS = {
    drop: (target, dataTransfer) =>
      ['dragover', 'drop'].forEach((name) =>
        target.dispatchEvent(new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true })),
      ),
    paste: (target, clipboardData) =>
      target.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })),
    choose: (_, { files }) => {
      const input = at(
        find('input[type="file"]').filter((each) => !each.disabled),
        chance,
      );
      if (!input) return;
      input.files = files;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    },
  };
  let chance = 0;

  /**
   * The actions it can do by itself.
   * @type {Record<string, (a: number, b: number, c: number, more?: any) => string>}
   */
  const acts = {
    look: () => '',
    press: (a) => press(oneOf(pressable(), a)),
    favourite(a, b, _, weights) {
      const there = pressable().filter((node) => weights[hookOf(node)]);
      const kinds = grouped(there, hookOf);
      let left = a * kinds.reduce((sum, [hook]) => sum + weights[hook], 0);
      for (const [hook, nodes] of kinds) if ((left -= weights[hook]) < 0) return press(at(nodes, b));
      return acts.press(a, b, 0);
    },
    choose(a, b) {
      const optionsOf = (/** @type {any} */ select) => [...select.options].filter((option) => !option.disabled);
      const select = oneOf(
        find('select').filter((each) => isUsable(each) && optionsOf(each).length > 0),
        a,
      );
      return select ? fill(select, at(optionsOf(select), b).value) : 'nothing';
    },
    type(a, b) {
      const field = oneOf(find('input:not([type="checkbox"], [type="range"], [type="file"])').filter(isUsable), a);
      return field ? fill(field, at(poolOf(field), b)) : 'nothing';
    },
    tick: (a) => press(oneOf(find('input[type="checkbox"]').filter(isUsable), a)),
    slide(a, b) {
      const slider = oneOf(find('input[type="range"]').filter(isUsable), a);
      return slider
        ? fill(slider, String(Number(slider.min) + b * (Number(slider.max) - Number(slider.min))))
        : 'nothing';
    },
    /** Ensures that runs begin at all. */
    mend(_a, b) {
      for (const field of find('[aria-invalid="true"]').filter(isUsable))
        fill(field, { numeric: '3', decimal: '0.1' }[/** @type {string} */ (field.inputMode)] ?? '-1');
      const preset = find('#model-preset')[0];
      return preset && isUsable(preset) && find('.at-fault').length > 0
        ? fill(preset, at(['lenet', 'lenet', 'tutorial', 'residual'], b))
        : 'fields';
    },
    /** Back or forward, but not away from the page. */
    travel(a) {
      const { canGoBack, canGoForward } = /** @type {any} */ (globalThis).navigation;
      const back = a < 0.6;
      if (!(back ? canGoBack : canGoForward)) return 'nowhere';
      history.go(back ? -1 : 1);
      return back ? 'back' : 'forward';
    },
    give(a, b, c) {
      const way = at(Object.keys(WAYS), a);
      const transfer = transferOf(b);
      chance = c;
      WAYS[way](
        /** @type {HTMLElement} */ ((c < 0.5 ? null : document.activeElement) ?? document.documentElement),
        transfer,
      );
      return `${way} ${at(parcels, b)
        .map(({ name }) => name)
        .join(', ')}`;
    },
  };

  /** Where the mouse goes. @param {string} selector @param {number} share */
  function aim(selector, share) {
    const node = oneOf(find(selector || `${BUTTONS}, .chart, canvas, tr, label`).filter(isUsable), share);
    if (!node) return {};
    node.scrollIntoView({ block: 'center', behavior: 'instant' });
    const { left, top, width, height } = node.getBoundingClientRect();
    return { left, top, width, height, name: nameOf(node) };
  }

  const stateOf = () => find('[data-testid="train-status"]')[0]?.dataset.state ?? '';
  const isTraining = () => ['loading', 'training'].includes(stateOf());
  const standing = () =>
    ['train-status', 'train-progress', 'keep-status']
      .map((testid) => find(`[data-testid="${testid}"]`)[0])
      .map((node) => `${node?.textContent} ${node?.getAttribute('aria-valuenow') ?? ''}`)
      .join(' | ');
  const isBusy = () =>
    isTraining() ||
    find('[data-testid="dataset-status"]').some(({ dataset }) => dataset.state === 'loading') ||
    find('#evaluation').some(({ dataset }) => dataset.state === 'running') ||
    find('[data-testid="photo-item"]').some(({ dataset }) => ['waiting', 'looking'].includes(dataset.state));

  /** The first forbidden text with its surroundings; '' if there is none. */
  function seen() {
    const attributes = ['aria-label', 'aria-valuetext', 'aria-valuenow', 'title', 'placeholder', 'alt'];
    const texts = [document.title, document.body?.innerText ?? ''];
    for (const node of find('option, svg text')) texts.push(node.textContent);
    for (const node of find(attributes.map((name) => `[${name}]`).join()))
      texts.push(...attributes.map((name) => node.getAttribute(name) ?? ''));
    for (const { type, value } of find('input, select, textarea'))
      if (type !== 'file' && !typed.has(value)) texts.push(value);
    const bad = texts.find((text) => forbidden.test(text)) ?? '';
    const { index = 0 } = forbidden.exec(bad) ?? {};
    return bad && `“${bad.slice(Math.max(0, index - 80), index + 80)}” is to be read`;
  }

  Object.assign(globalThis, {
    monkey: {
      aim,
      /**
       * @param {string} name
       * @param {number[]} chances
       * @param {number} pause
       * @param {any} more
       * @returns {Promise<Outcome>}
       */
      async act(name, [a, b, c], pause, more) {
        const did = acts[name](a, b, c, more);
        await sleep(pause);
        return { did, wrong: seen(), state: stateOf() };
      },
      /**
       * Waits until nothing is in progress; a run that takes longer is stopped, and then must end.
       * @param {number} most ms
       * @param {number} stops ms
       * @returns {Promise<Outcome>}
       */
      async settle(most, stops) {
        await until(() => !isBusy(), most);
        if (!isTraining()) return { did: isBusy() ? 'in vain' : '', wrong: seen(), state: stateOf() };
        const before = standing();
        // Repeatedly: a run that has just ended by itself is evaluated, which needs a Stop of its own.
        for (let waited = 0; isTraining() && waited < stops; waited += most) {
          press(find('[data-testid="train-stop"]')[0]);
          await until(() => !isTraining(), most);
        }
        const wrong = isTraining() ? `${stops} ms after Stop: ${standing()}; before: ${before}` : seen();
        return { did: 'and stopped it', wrong, state: stateOf() };
      },
    },
  });
}

/** The browser's own messages about a dataset that does not exist; the page reports it itself. */
const EXPECTED = /\/fashion-mnist\//;

/**
 * Collects the errors of a tab from now on, including unhandled rejections.
 * @param {Tab} tab
 * @param {string[]} errors
 */
function listen(tab, errors) {
  tab.on('error', (error) => errors.push(`the tab crashed: ${error}`));
  tab.on('pageerror', (error) => errors.push(`uncaught: ${/** @type {Error} */ (error)?.stack ?? error}`));
  tab.on('console', (message) => {
    if (message.type() === 'error' && !EXPECTED.test(message.location().url ?? ''))
      errors.push(`console: ${message.text()} ${message.location().url ?? ''}`);
  });
}

/** @type {Promise<Parcel[][]> | undefined} */
let parcels;

/**
 * Prepares a tab for the monkey, starting with the next page that it opens.
 * @param {Tab} tab
 * @param {string[]} errors receives the tab's errors
 */
export async function prepareMonkey(tab, errors) {
  const equipment = {
    parcels: await (parcels ??= makeParcels()),
    words: WORDS,
    pools: { numbers: NUMBERS, names: NAMES, shapes: SHAPES },
  };
  tab.on('dialog', (dialog) => dialog.accept().catch(() => {}));
  const session = await tab.createCDPSession();
  await session.send('Page.setInterceptFileChooserDialog', { enabled: true });
  await tab.evaluateOnNewDocument(equip, equipment);
  listen(tab, errors);
}

/** @param {unknown} error of a page that is being replaced */
const isBetweenPages = (error) =>
  /context was destroyed|Cannot find context|no such frame|navigation|detached|Not attached to an active page/i.test(
    String(error),
  );

/** @typedef {{ tab: Tab, other: Tab | null, random: { next: () => number } }} Hand `other`: a second tab of the page */

/** @param {unknown} error */
const unlessBetweenPages = (error) => (isBetweenPages(error) ? undefined : Promise.reject(error));

/** Waits until there is a page again. @param {Tab} tab */
const arrived = (tab) =>
  poll(
    () => tab.evaluate('globalThis.monkey && document.readyState === "complete"').catch(unlessBetweenPages),
    'the next page',
  );

const STEADY = 500; // ms

/** Waits until a page stays: the last press may load another one a little later. @param {Tab} tab */
async function stays(tab) {
  const current = () => arrived(tab).then(() => tab.evaluate('performance.timeOrigin').catch(unlessBetweenPages));
  for (let before; ; ) {
    const now = await current();
    if (now !== undefined && now === before) return;
    before = now;
    await wait(STEADY);
  }
}

/**
 * Calls one of the monkey's functions in the page; if the page goes away meanwhile, waits for the next one.
 * @param {Tab} tab @param {string} name @param {...any} args @returns {Promise<any>}
 */
async function call(tab, name, ...args) {
  const run = (/** @type {string} */ method, /** @type {any[]} */ given) =>
    /** @type {any} */ (globalThis).monkey[method](...given);
  const outcome = await tab.evaluate(run, name, args).catch(unlessBetweenPages);
  if (outcome !== undefined) return outcome;
  await arrived(tab);
  return { did: `${name}: the page went away`, wrong: '', state: '' };
}

/** @param {Pick<Hand, 'tab' | 'random'>} hand @param {string} name @param {any} [more] @returns {Promise<Outcome>} */
const act = ({ tab, random }, name, more) =>
  call(tab, 'act', name, [random.next(), random.next(), random.next()], pauseOf(random), more);

/** @param {{ next: () => number }} random */
const pauseOf = ({ next }) => Math.max(0, Math.round((next() * 3 - 2) * MOST_WAIT));

/** @template T @param {T[]} some @param {number} share @returns {T} */
const at = (some, share) => some[Math.floor(share * some.length)];

/**
 * A point in an element.
 * @param {{ left: number, top: number, width: number, height: number }} rectangle
 * @param {{ next: () => number }} random
 */
const placeIn = ({ left, top, width, height }, { next }) => ({
  x: left + width * (0.05 + 0.9 * next()),
  y: top + height * (0.05 + 0.9 * next()),
});

/**
 * Checks the page after something was done to it from outside.
 * @param {Hand} hand
 * @param {string} did
 * @returns {Promise<Outcome>}
 */
const look = async (hand, did) => ({ ...(await act(hand, 'look')), did });

/** Actions that take more than one call. @type {Record<string, (hand: Hand) => Promise<Outcome>>} */
const DEEDS = {
  settle: ({ tab }) => call(tab, 'settle', SETTLES, STOPS),
  async train(hand) {
    await call(hand.tab, 'act', 'mend', [0, hand.random.next(), 0], 0);
    const begun = await act(hand, 'favourite', { 'train-start': 3, 'train-anew': 1, 'train-pause': 1 });
    if (begun.wrong || hand.random.next() < 0.6) return begun;
    const settled = await call(hand.tab, 'settle', SETTLES, STOPS);
    return { ...settled, did: `${begun.did}, waited ${settled.did}`.trim() };
  },
  async keys(hand) {
    const keys = at(KEYS, hand.random.next());
    const [first, ...others] = keys;
    const { keyboard } = hand.tab;
    if (/^(Control|Shift)$/.test(first)) await keyboard.down(first);
    else await keyboard.press(first);
    for (const key of others) await keyboard.press(key);
    if (/^(Control|Shift)$/.test(first)) await keyboard.up(first);
    return look(hand, keys.join('+'));
  },
  async mouse(hand) {
    const target = await call(hand.tab, 'aim', '', hand.random.next());
    if (!target.width) return look(hand, 'nothing');
    const { x, y } = placeIn(target, hand.random);
    const count = hand.random.next() < 0.2 ? 2 : 1;
    await hand.tab.mouse.click(x, y, { count });
    return look(hand, `${target.name}${count > 1 ? ', twice' : ''}`);
  },
  async draw(hand) {
    const canvas = await call(hand.tab, 'aim', 'canvas.sheet, canvas[data-testid="photo-preview"]', hand.random.next());
    if (!canvas.width) return act(hand, 'favourite', { 'photo-draw': 1 });
    const { mouse } = hand.tab;
    const places = Array.from({ length: 4 }, () => placeIn(canvas, hand.random));
    await mouse.move(places[0].x, places[0].y);
    await mouse.down();
    for (const { x, y } of places) await mouse.move(x, y);
    await mouse.up();
    return look(hand, canvas.name);
  },
  async pinch(hand) {
    const canvas = await call(hand.tab, 'aim', 'canvas', hand.random.next());
    if (!canvas.width) return look(hand, 'nothing');
    const { touchscreen } = hand.tab;
    const [a, b, c, d] = Array.from({ length: 4 }, () => placeIn(canvas, hand.random));
    const one = await touchscreen.touchStart(a.x, a.y);
    const two = await touchscreen.touchStart(b.x, b.y);
    await one.move(c.x, c.y);
    await two.move(d.x, d.y);
    await one.end();
    await two.end();
    return look(hand, canvas.name);
  },
  async wheel(hand) {
    await hand.tab.mouse.wheel({ deltaY: Math.round((hand.random.next() - 0.5) * 4000) });
    return look(hand, '');
  },
  async resize(hand) {
    const [width, height] = at(SIZES, hand.random.next());
    await hand.tab.setViewport({ width, height });
    return look(hand, `${width} × ${height}`);
  },
  async travel(hand) {
    const { did } = await act(hand, 'travel');
    if (did !== 'nowhere') await stays(hand.tab);
    return look(hand, did);
  },
  async reload(hand) {
    await hand.tab.reload({ waitUntil: 'load' });
    await arrived(hand.tab);
    return look(hand, '');
  },
  async other(hand) {
    const { other, random } = hand;
    if (!other) return look(hand, 'nothing');
    return act({ tab: other, random }, 'favourite', {
      'library-delete': 5,
      'library-undo': 2,
      'library-use': 1,
      'train-start': 1,
      'train-stop': 1,
      'save-model': 2,
    });
  },
};

/** @param {{ next: () => number }} random @returns {string} */
function habitOf({ next }) {
  let left = next() * Object.values(HABITS).reduce((sum, weight) => sum + weight);
  return Object.entries(HABITS).find(([, weight]) => (left -= weight) < 0)?.[0] ?? 'settle';
}

/**
 * Performs actions one after another.
 * @param {Tab} tab @param {{ seed: number, actions: number, errors: string[], other?: Tab | null }} options
 * @returns {Promise<{ done: string[], states: Set<string> }>} the actions, and the training states that it saw; rejects
 *   at the first fault, with the actions that led to it
 */
export async function letLoose(tab, { seed, actions, errors, other = null }) {
  const hand = { tab, other, random: randomFrom(seed) };
  /** @type {string[]} */
  const done = [];
  /** @type {Set<string>} */
  const states = new Set();
  const fail = (/** @type {string} */ what) => {
    const last = done.slice(-REMEMBERED).map((each, i) => `  ${Math.max(0, done.length - REMEMBERED) + i + 1} ${each}`);
    throw new Error(
      `seed ${seed}, action ${done.length}: ${what}\nreplay: SEED=${seed} ACTIONS=${done.length} node --test ` +
        `tests/page/monkey.test.js\n${last.join('\n')}`,
    );
  };
  for (let i = 0; i < actions; i++) {
    const habit = habitOf(hand.random);
    const begun = performance.now();
    done.push(habit);
    const { did, wrong, state } = await (DEEDS[habit]?.(hand) ?? act(hand, habit, FAVOURITES)).catch((error) =>
      fail(`the page no longer answers: ${error.stack}`),
    );
    done[i] = `${habit}: ${did} (${Math.round(performance.now() - begun)} ms)`;
    states.add(state);
    if (errors.length > 0 || wrong) fail([...errors, wrong].filter(Boolean).join('\n'));
  }
  await stays(tab);
  return { done, states };
}
