import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unzipSync } from 'fflate';
import { inBrowsers } from '../support/browsers.js';
import { hostile, huge, odd, shirt } from '../support/pictures.js';
import { storedFiles } from '../support/stored.js';
import { tasksDuring } from '../support/tasks.js';
import { drop, hook, withPage } from './page.js';

/** @typedef {import('./page.js').Opened} Opened */

const QUICK = { query: 'data=synthetic&train-size=100' };
const FREEZE = 100; // ms

const stored = storedFiles('pictures');

/** @param {Opened} opened */
const sectionThere = ({ browser }) =>
  browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
    args: [hook('photo-input')],
  });

/**
 * The text of the result, once it is there.
 * @param {Opened} opened
 * @param {string[]} paths
 */
async function answer({ browser }, ...paths) {
  await browser.evaluate(() => {
    const page = /** @type {any} */ (globalThis);
    page.items = document.querySelectorAll('[data-testid="photo-item"]').length;
  });
  await browser.uploadFile(hook('photo-input'), ...paths);
  await browser.waitFor(
    (/** @type {number} */ added) => {
      const items = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('[data-testid="photo-item"]')]);
      return (
        items.length === /** @type {any} */ (globalThis).items + added &&
        items.every(({ dataset }) => dataset.state === 'ready' || dataset.state === 'refused')
      );
    },
    { args: [paths.length], timeout: 60_000 },
  );
  return browser.evaluate(
    (/** @type {string} */ result, /** @type {string} */ message) => ({
      .../** @type {HTMLElement} */ (document.querySelector(result)).dataset,
      message: document.querySelector(message)?.textContent ?? '',
    }),
    hook('photo-result'),
    hook('photo-message'),
  );
}

/**
 * Does something during which no task of the page takes long: by processor time, and also, for all but one task in a
 * hundred, by the clock, which includes other programs' time.
 * @param {Opened} opened
 * @param {() => Promise<void>} act
 */
async function withoutFreeze({ browser }, act) {
  const tasks = await tasksDuring(/** @type {import('puppeteer-core').Page} */ (browser.page), act);
  assert.ok(tasks.length > 500, 'the tasks of the main thread were recorded');
  const longest = Math.max(...tasks.map(({ processor }) => processor));
  assert.ok(longest <= FREEZE, `the page stood still for ${longest} ms`);
  const slow = tasks.filter(({ clock }) => clock > FREEZE);
  assert.ok(slow.length <= tasks.length / 100, `${slow.length} of ${tasks.length} tasks took over ${FREEZE} ms`);
}

test('odd pictures are answered, hostile ones refused with a reason, and the page never stands still', async () => {
  await withPage(['chromium', QUICK], async (opened) => {
    await sectionThere(opened);
    await withoutFreeze(opened, async () => {
      for (const file of [...odd(), huge()]) {
        const { state, confidence, message } = await answer(opened, stored(file));
        assert.equal(state, 'ready', `${file.name}: ${message}`);
        assert.ok(Number(confidence) > 0.1, file.name);
      }
      for (const file of hostile()) {
        const { state, message } = await answer(opened, stored(file));
        assert.equal(state, 'refused', file.name);
        assert.match(message, new RegExp(file.name.replace('.', '\\.')), 'the message names the file');
      }
    });
    assert.equal((await answer(opened, stored(shirt()))).state, 'ready', 'all is well afterwards');
    assert.deepEqual(opened.browser.errors, []);
  });
});

test('a drawn T-shirt is found and is a T-shirt, whatever the file it comes in (Chromium, Firefox)', async () => {
  for (const name of inBrowsers('engine')) {
    await withPage([name, QUICK], async (opened) => {
      await sectionThere(opened);
      for (const file of odd().filter((each) => /^(shirt|grey|colour|turned|cut-out|small)\./.test(each.name))) {
        const { state, class: said, confidence } = await answer(opened, stored(file));
        assert.equal(state, 'ready', `${name}: ${file.name}`);
        assert.equal(said, '0', `${name}: ${file.name} is class ${said}, ${confidence}`);
      }
      // Firefox shows the existing part of a truncated picture.
      for (const file of hostile().filter((each) => name === 'chromium' || !/^cut\./.test(each.name))) {
        assert.equal((await answer(opened, stored(file))).state, 'refused', `${name}: ${file.name}`);
      }
    });
  }
});

/**
 * Records for each worker that classifies pictures whether the page's own script had run by then; `spoilt`: the first
 * one's script is missing.
 * @param {boolean} spoilt
 */
const followLookers =
  (spoilt) =>
  (/** @type {any} */ { page }) =>
    page.evaluateOnNewDocument((/** @type {boolean} */ isSpoilt) => {
      const watched = /** @type {any} */ (globalThis);
      const RealWorker = globalThis.Worker;
      watched.photoWorkers = [];
      globalThis.Worker = class extends RealWorker {
        /** @param {string | URL} url @param {WorkerOptions} [options] */
        constructor(url, options) {
          const looks = options?.name?.startsWith('photos');
          super(
            isSpoilt && looks && watched.photoWorkers.length === 0
              ? new URL('assets/missing.js', document.baseURI)
              : url,
            options,
          );
          // whether the page's script has begun
          const hasBegun = document.readyState !== 'loading' && !document.querySelector('.way-out');
          if (looks) watched.photoWorkers.push(hasBegun ? 'later' : 'early');
        }
      };
    }, spoilt);

test('what looks at pictures starts once, before the page’s own script; where it fails, another one does', async () => {
  for (const name of inBrowsers('any')) {
    for (const spoilt of [false, true]) {
      await withPage([name, { ...QUICK, prepare: followLookers(spoilt) }], async (opened) => {
        await sectionThere(opened);
        assert.equal((await answer(opened, stored(shirt()))).class, '0');
        assert.deepEqual(
          await opened.browser.evaluate(() => /** @type {any} */ (globalThis).photoWorkers),
          spoilt ? ['early', 'later'] : ['early'],
          name,
        );
      });
    }
  }
});

test('a picture that is dropped at once stays in view while the rest of the page comes', async () => {
  for (const name of inBrowsers('any')) {
    await withPage([name, { ...QUICK, browser: { width: 1280, height: 900 } }], async ({ browser, page }) => {
      await drop(browser, shirt());
      await page.waitForState('photo-result', 'ready');
      await page.loaded();
      await browser.waitFor(() => document.querySelectorAll('#evaluate td').length > 100);
      const [top, bottom] = await browser.evaluate((/** @type {string} */ result) => {
        const [given, said] = ['.photo-given', '.photo-answer'].map((part) =>
          /** @type {HTMLElement} */ (document.querySelector(`${result} ${part}`)).getBoundingClientRect(),
        );
        return [given.top, said.bottom];
      }, hook('photo-result'));
      assert.ok(top >= 0 && bottom <= 900, `${name}: from ${top} to ${bottom} px`);
    });
  }
});

test('a file that is dropped or pasted is answered', async () => {
  await withPage(['chromium', QUICK], async (opened) => {
    const { browser, page } = opened;
    await page.loaded();
    await sectionThere(opened);
    const bytes = [...shirt().bytes];
    for (const kind of ['drop', 'paste']) {
      await browser.evaluate(
        (/** @type {string} */ how, /** @type {number[]} */ content) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(content)], `${how}.png`, { type: 'image/png' }));
          const event =
            how === 'drop'
              ? new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true })
              : new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true });
          document.body.dispatchEvent(event);
        },
        kind,
        bytes,
      );
      await browser.waitFor(
        (/** @type {string} */ name) =>
          /** @type {HTMLElement | null} */ (document.querySelector(`[data-testid="photo-item"][data-name="${name}"]`))
            ?.dataset.state === 'ready',
        { args: [`${kind}.png`] },
      );
    }
    assert.equal(
      await browser.evaluate(() =>
        document.querySelector('[data-testid="dataset-status"]')?.getAttribute('data-state'),
      ),
      'ready',
      'the dataset stays',
    );
  });
});

for (const [width, height] of [
  [1440, 900],
  [1024, 768],
  [390, 844],
])
  test(`a garment beside the title is tapped at ${width} × ${height}: the answer is in the window`, async () => {
    await withPage(['chromium', QUICK], async ({ browser, page }) => {
      await browser.page?.setViewport({ width, height });
      await page.loaded();
      await browser.waitFor((/** @type {string} */ garments) => document.querySelectorAll(garments).length === 6, {
        args: [hook('hanging')],
      });
      const boxes = (/** @type {string[]} */ ...selectors) =>
        browser.evaluate(
          (/** @type {string[]} */ ...all) =>
            all.flatMap((selector) =>
              [...document.querySelectorAll(selector)].map((node) => {
                const { top, bottom, left, right } = node.getBoundingClientRect();
                const isInside = top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth;
                return isInside && bottom > top ? '' : `${selector}: ${top} to ${bottom}`;
              }),
            ),
          ...selectors,
        );
      assert.deepEqual(await boxes(hook('hanging')), Array(6).fill(''));
      for (const [garment, k] of [
        ['dress', 3],
        ['bag', 8],
      ]) {
        await browser.evaluate('scrollTo(0, 0)');
        await browser.click(`[data-garment="${garment}"]`);
        await browser.waitFor(
          (/** @type {string} */ result, /** @type {string} */ wanted) => {
            const { state, class: found } = /** @type {HTMLElement} */ (document.querySelector(result)).dataset;
            return state === 'ready' && found === wanted;
          },
          { args: [hook('photo-result'), String(k)] },
        );
        const parts = [hook('photo-preview'), hook('photo-seen'), '.photo-answer'];
        assert.deepEqual(await boxes(...parts), ['', '', ''], String(garment));
      }
      await browser.evaluate('scrollTo(0, 0)');
      await browser.click('[data-garment="dress"]');
      assert.equal(
        await browser.evaluate(
          (/** @type {string} */ items) => document.querySelectorAll(items).length,
          hook('photo-item'),
        ),
        2,
        'the one that was tapped before',
      );
      assert.deepEqual(browser.errors, []);
    });
  });

test('many pictures: sorted, and saved as CSV', async () => {
  await withPage(['chromium', QUICK], async (opened) => {
    const { browser, page } = opened;
    await sectionThere(opened);
    const names = ['b,"quoted".png', '=1+1.png', 'a.png'];
    await answer(opened, ...names.map((name) => stored(shirt(name))), stored(hostile()[1]));
    const order = () =>
      browser.evaluate(() =>
        /** @type {HTMLElement[]} */ ([...document.querySelectorAll('[data-testid="photo-item"]')]).map(
          ({ dataset }) => dataset.name,
        ),
      );
    await page.choose('photo-sort', 'given');
    assert.deepEqual(await order(), [...names, 'text.png']);
    await page.choose('photo-sort', 'name');
    assert.deepEqual(
      (await order()).filter((/** @type {string} */ name) => name !== '=1+1.png'),
      ['a.png', 'b,"quoted".png', 'text.png'],
    );
    await browser.evaluate(() => {
      const make = URL.createObjectURL;
      URL.createObjectURL = (blob) => {
        /** @type {any} */ (globalThis).saved = /** @type {Blob} */ (blob).text();
        return make(blob);
      };
    });
    await browser.click(hook('photo-csv'));
    const csv = /** @type {string} */ (await browser.evaluate(() => /** @type {any} */ (globalThis).saved));
    const lines = csv.trimEnd().split('\r\n');
    assert.equal(lines.length, 5);
    assert.equal(lines[0].split(',').length, 14);
    assert.ok(
      lines.some((line) => line.startsWith('"b,""quoted"".png",T-shirt/top,T-shirt/top,0.')),
      csv,
    );
    assert.ok(
      lines.some((line) => line.startsWith("'=1+1.png,")),
      'no formula for a spreadsheet',
    );
    assert.ok(
      lines.some((line) => line.startsWith('text.png,,,')),
      'what was refused has no class',
    );
  });
});

test('a folder of pictures: looked through by group, corrected, removed, saved, and trained on', async () => {
  await withPage(['chromium', QUICK], async (opened) => {
    const { browser, page } = opened;
    await sectionThere(opened);
    const names = ['a.png', 'b.png', 'b".png'];
    await answer(opened, ...names.map((name) => stored(shirt(name))), stored(hostile()[1]));
    const groups = () =>
      browser.evaluate(() => [...document.querySelectorAll('.chips button')].map(({ textContent }) => textContent));
    const shown = () =>
      browser.evaluate(() =>
        /** @type {HTMLElement[]} */ ([...document.querySelectorAll('[data-testid="photo-item"]')])
          .filter((item) => item.checkVisibility())
          .map(({ dataset }) => dataset.name),
      );
    const press = (/** @type {string} */ selector, /** @type {string} */ text) =>
      browser.evaluate(
        (/** @type {string} */ buttons, /** @type {string} */ begin) =>
          /** @type {HTMLElement[]} */ ([...document.querySelectorAll(buttons)])
            .find(({ textContent }) => textContent?.startsWith(begin))
            ?.click(),
        selector,
        text,
      );
    assert.deepEqual(await groups(), ['All 4', 'Without an answer 1', 'T-shirt/top 3']);
    await press('.chips button', 'Without');
    assert.deepEqual(await shown(), ['text.png']);
    await press('.chips button', 'All');

    await press('.photo-said .bars button', 'Shirt');
    assert.deepEqual(await groups(), ['All 4', 'Corrected 1', 'Without an answer 1', 'T-shirt/top 2', 'Shirt 1']);
    assert.match(String(await page.text('photo-result')), /Shirt\s*Corrected by you\. The model said T-shirt\/top, \d/);
    await press('.photo-said .bars button', 'Shirt');
    assert.deepEqual(await groups(), ['All 4', 'Without an answer 1', 'T-shirt/top 3'], 'left to the model again');
    await press('.photo-said .bars button', 'Shirt');

    await press(hook('photo-clear'), '');
    assert.deepEqual(await shown(), []);
    assert.equal(await browser.evaluate(() => document.activeElement?.textContent), 'Undo');
    await press(hook('photo-undo'), '');
    assert.deepEqual(await groups(), ['All 4', 'Corrected 1', 'Without an answer 1', 'T-shirt/top 2', 'Shirt 1']);
    await press(`${hook('photo-item')} button`, '');
    await press(hook('photo-remove'), '');
    assert.equal((await shown()).length, 3);
    await press(hook('photo-undo'), '');

    await browser.evaluate(() => {
      const make = URL.createObjectURL;
      URL.createObjectURL = (blob) => {
        const read = async () => [...new Uint8Array(await /** @type {Blob} */ (blob).arrayBuffer())];
        /** @type {any} */ (globalThis).saved = read();
        return make(blob);
      };
    });
    await press(hook('photo-zip'), '');
    await browser.waitFor(() => /** @type {any} */ (globalThis).saved);
    const saved = /** @type {number[]} */ (await browser.evaluate(() => /** @type {any} */ (globalThis).saved));
    const files = unzipSync(Uint8Array.from(saved));
    assert.deepEqual(Object.keys(files).sort(), [
      'Shirt/a.png',
      'T-shirt_top/b.png',
      'T-shirt_top/b_.png',
      'without an answer/text.png',
    ]);
    assert.deepEqual(Buffer.from(files['Shirt/a.png']), Buffer.from(shirt('a.png').bytes));

    await press(hook('photo-project'), '');
    await browser.waitFor(
      (/** @type {string} */ status) => /3 pictures|2 classes/.test(document.querySelector(status)?.textContent ?? ''),
      { args: [hook('dataset-status')] },
    );
    assert.deepEqual(browser.errors, []);
  });
});

test('the box and the brightness can be changed and taken back', async () => {
  await withPage(['chromium', QUICK], async (opened) => {
    const { browser, page } = opened;
    await sectionThere(opened);
    await answer(opened, stored(shirt()));
    const seen = () =>
      browser.evaluate((/** @type {string} */ selector) => {
        const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector(selector));
        return [
          .../** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).getImageData(0, 0, 28, 28).data,
        ].join();
      }, hook('photo-seen'));
    const settled = () => page.waitForState('photo-result', 'ready');
    const found = await seen();
    await page.choose('photo-box-bottom', '0.5');
    await browser.waitFor(
      async () => document.querySelector('[data-testid="photo-result"]')?.getAttribute('data-state') === 'ready',
    );
    await settled();
    const cropped = await seen();
    assert.notEqual(cropped, found, 'the box counts');
    await page.choose('photo-invert', 'yes');
    await settled();
    await browser.click('.photo-adjust summary');
    await browser.click(hook('photo-box-reset'));
    await browser.waitFor(
      (/** @type {string} */ selector) =>
        /** @type {HTMLSelectElement} */ (document.querySelector(selector)).value === 'auto',
      { args: [hook('photo-invert')] },
    );
    await settled();
    assert.equal(await seen(), found, 'back as it was found');
  });
});

test('a picture is answered by the tutorial’s model, and by the one trained in this tab', async () => {
  await withPage(['chromium', { query: 'data=synthetic&epochs=1&train-size=1000' }], async (opened) => {
    const { browser, page } = opened;
    await sectionThere(opened);
    const offered = await browser.evaluate(
      (/** @type {string} */ selector) =>
        [.../** @type {HTMLSelectElement} */ (document.querySelector(selector)).options]
          .filter(({ disabled }) => !disabled)
          .map(({ value }) => value),
      hook('model-choice'),
    );
    assert.deepEqual(offered, ['photos', 'tutorial', 'accurate'], 'nothing is trained or saved yet');
    await answer(opened, stored(shirt()));
    const confidence = () => page.data('photo-result', 'confidence');
    const first = await confidence();
    await page.choose('model-choice', 'tutorial');
    await browser.waitFor(
      (/** @type {string} */ before) =>
        document.querySelector('[data-testid="photo-result"]')?.getAttribute('data-confidence') !== before,
      { args: [String(first)] },
    );
    const second = await confidence();
    await browser.click(hook('train-start'));
    await page.waitForState('train-status', 'done');
    await page.choose('model-choice', 'trained');
    await browser.waitFor(
      (/** @type {string} */ before) =>
        document.querySelector('[data-testid="photo-result"]')?.getAttribute('data-confidence') !== before,
      { args: [String(second)] },
    );
    await page.choose('layer-choice', 'conv2d');
    await page.choose('look-choice', 'occlusion');
    await browser.evaluate(() => {
      /** @type {HTMLDetailsElement} */ (document.querySelector('.inside')).open = true;
    });
    await browser.waitFor(() => document.querySelectorAll('[data-testid="layer-maps"] canvas').length === 32, {});
    assert.deepEqual(browser.errors, []);
  });
});

test('what belongs to one picture is gone as soon as another is looked at, or another model is asked', async () => {
  await withPage(['chromium', QUICK], async (opened) => {
    const { browser, page } = opened;
    await sectionThere(opened);
    await answer(opened, stored(shirt('one.png')), stored(odd()[0]));
    await browser.evaluate(() => {
      const post = Worker.prototype.postMessage;
      const held = /** @type {(() => void)[]} */ ([]);
      const shared = /** @type {any} */ (globalThis);
      shared.hold = false;
      shared.release = () => held.splice(0).forEach((send) => send());
      Worker.prototype.postMessage = function (/** @type {any} */ message, /** @type {any} */ transfer) {
        if (shared.hold && ['occlusion', 'maps', 'classify'].includes(message.method))
          held.push(() => post.call(this, message, transfer));
        else post.call(this, message, transfer);
      };
    });
    const shown = () =>
      browser.evaluate(() => {
        const inked = (/** @type {string} */ selector) => {
          const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector(selector));
          return /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'))
            .getImageData(0, 0, 28, 28)
            .data.some((value) => value > 0);
        };
        return {
          shades: inked('[data-testid="look-canvas"]'),
          maps: document.querySelectorAll('[data-testid="layer-maps"] canvas').length,
          legend: /evidence for/.test(document.querySelector('.insight > .quiet')?.textContent ?? ''),
        };
      });
    const complete = () =>
      browser.waitFor(
        () =>
          /evidence for/.test(document.querySelector('.insight > .quiet')?.textContent ?? '') &&
          document.querySelectorAll('[data-testid="layer-maps"] canvas').length > 0,
      );
    await page.choose('look-choice', 'occlusion');
    await browser.evaluate(() => {
      /** @type {HTMLDetailsElement} */ (document.querySelector('.inside')).open = true;
    });
    await complete();
    const { shades, maps } = await shown();
    assert.ok(shades && maps > 0);

    await browser.evaluate('void (hold = true)');
    await browser.click(`${hook('photo-item')}:nth-child(2) button`);
    await browser.waitFor(
      (/** @type {string} */ selector) => document.querySelector(selector)?.getAttribute('data-state') === 'ready',
      { args: [hook('photo-result')] },
    );
    assert.deepEqual(await shown(), { shades: false, maps: 0, legend: false });
    await browser.evaluate('void (hold = false, release())');
    await complete();

    await browser.evaluate('void (hold = true)');
    await page.choose('model-choice', 'tutorial');
    assert.equal(
      await page.data('photo-result', 'state'),
      'looking',
      'no answer of the model before under the name of this one',
    );
    assert.equal(await page.data('photo-result', 'class'), '-1');
    await browser.evaluate('void (hold = false, release())');
    await page.waitForState('photo-result', 'ready');
    await complete();
    assert.deepEqual(browser.errors, []);
  });
});
