import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { text } from '../support/given.js';
import { tasksDuring } from '../support/tasks.js';
import { thing, things, writeAll, zipped } from '../support/things.js';
import { chooseOwn, countsOf, dropFromDisk, plain, says, textsOf, there, train } from './own.js';
import { ENDLESS, drop, hook, openPage, withPage } from './page.js';

/**
 * People's own pictures: folders and archives of classes, from the first look at them to a model that knows their names
 * and answers with them.
 */

/** @typedef {import('./page.js').Opened} Opened */

const NAMES = { '<b>': 16, ['__proto__']: 16, Hat: 10, כובע: 30, hat: 10 };
const QUICK = 'data=synthetic&epochs=2&train-size=500&size=28&model=conv2d:8:3:relu,maxPooling2d:2,flatten';
const CROWD = Number(process.env.CROWD ?? 2500); // files, more than are taken one by one

/** The names in the order of the classes, as the page shows them. */
const SHOWN = Object.keys(NAMES).sort();

/** @type {string} */
let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fitting-room-own-'));
  const files = things(NAMES);
  await writeAll(join(folder, 'plain'), things({ disc: 12, pole: 12, bar: 12 }));
  files['things/Hat/copy of a b.png'] = files['things/<b>/0.png'];
  files['things/Hat/broken.png'] = text('no picture');
  files['things/Hat/tiny.png'] = thing(2, 99, 20);
  files['things/notes.txt'] = text('nothing');
  files['things/stray.png'] = thing(0, 98);
  await writeFile(join(folder, 'things.zip'), zipped(files));
  await writeFile(join(folder, 'many.zip'), zipped(things({ disc: 700, pole: 700 })));
  await writeFile(join(folder, 'few.zip'), zipped(things({ disc: 2, pole: 2 })));
  await writeFile(join(folder, 'one.zip'), zipped(things({ disc: 3 })));
  await writeFile(join(folder, 'disc.png'), thing(0, 3));
});
after(() => rm(folder, { recursive: true, force: true }));

/** @param {Opened} opened @param {string} name of a file @param {'zip' | 'folder'} [how] */
const choose = (opened, name, how = 'zip') => chooseOwn(opened, how, join(folder, name));

/** @param {Opened} opened @returns {Promise<string>} what is said of a picture of a disc */
async function answer({ browser }) {
  const before = await browser.evaluate(
    (/** @type {string} */ items) => document.querySelectorAll(items).length,
    hook('photo-item'),
  );
  await browser.uploadFile(hook('photo-input'), join(folder, 'disc.png'));
  await browser.waitFor(
    (/** @type {string} */ items, /** @type {number} */ count) => {
      const all = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(items));
      return all.length > count && [...all].every(({ dataset }) => dataset.state === 'ready');
    },
    { args: [hook('photo-item'), before] },
  );
  return plain(await browser.evaluate(() => document.querySelector('.photo-said')?.textContent));
}

for (const name of inBrowsers('engine')) {
  describe(`pictures of one’s own in ${name}`, { timeout: 240_000 }, () => {
    /** @type {Opened} */
    let opened;
    before(async () => {
      opened = await openPage(name, { query: QUICK });
      await opened.page.loaded();
    });
    after(() => opened?.close());

    const texts = (/** @type {string} */ selector) => textsOf(opened, selector);

    test('are loaded from an archive, and the page tells what it found', async () => {
      const { browser, page } = opened;
      await choose(opened, 'things.zip');
      await says(opened, /^things: 5 classes/);
      await there(opened, hook('own-classes'));
      assert.deepEqual(await texts(`${hook('own-classes')} tbody th`), SHOWN);
      const counts = (await texts(`${hook('own-classes')} td`)).map(Number);
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        Object.values(NAMES).reduce((sum, count) => sum + count, 0) + 2,
        'all but what is no picture',
      );
      assert.ok(
        counts.every((count) => count > 0),
        'each class is in each part',
      );
      for (const [note, words] of Object.entries({
        refused: /: 3$/,
        contradictions: /different classes: 1 groups/,
        small: /28 × 28.*: 1$/,
        imbalance: /\d(\.\d)? times as many/,
      })) {
        const [said] = await texts(`[data-note="${note}"]`);
        assert.match(said.replace(/\u00a0/g, ' '), words, note);
      }
      await browser.click('[data-note="refused"] summary');
      await there(opened, '[data-note="refused"] li');
      const refused = await texts('[data-note="refused"] li');
      assert.deepEqual(refused.toSorted(), [
        'things/Hat/broken.png cannot be opened as a picture',
        'things/notes.txt is no picture',
        'things/stray.png lies in no folder of a class',
      ]);
      await browser.click('[data-note="contradictions"] summary');
      await there(opened, '[data-note="contradictions"] .title');
      assert.deepEqual((await texts('[data-note="contradictions"] .title')).toSorted(), ['<b>', 'Hat']);
      const painted = await browser.waitFor(() => {
        const canvases = /** @type {NodeListOf<HTMLCanvasElement>} */ (
          document.querySelectorAll('#own-found canvas, #first-30 li:first-child canvas')
        );
        const colours = [...canvases].map((canvas) => {
          const [red, green, , alpha] = canvas.getContext('2d')?.getImageData(14, 14, 1, 1).data ?? [];
          return canvas.width === 28 && alpha === 255 && red !== green;
        });
        return colours.every(Boolean) && colours.length;
      });
      assert.ok(painted >= 7, 'as they are, in colour');
      assert.equal(await page.data('sample-image', 'index'), '6');
    });

    test('become other images as soon as that is set', async () => {
      const { browser, page } = opened;
      await page.click('settings-colour');
      const shaped = (/** @type {string} */ shape) =>
        browser.waitFor(
          (/** @type {string} */ wanted) => document.getElementById('dims')?.textContent?.includes(wanted),
          { args: [shape] },
        );
      await shaped(', 28, 28)');
      assert.match(String(await page.text('model-summary')), /\(None, 26, 26, 8\).*\(None, 5\)/s);
      assert.match(await browser.evaluate(() => location.search), /[?&]colour=0(&|$)/);
      await page.choose('settings-size', '32');
      await shaped(', 32, 32)');
      await browser.waitFor(() =>
        document.querySelector('[data-testid="model-summary"]')?.textContent?.includes('(None, 30, 30, 8)'),
      );
      await page.choose('settings-size', '28');
      await page.click('settings-colour');
      await shaped(', 28, 28, 3)');
    });

    test('are learnt and judged under their own names', async () => {
      const { browser, page } = opened;
      await page.click('settings-balance');
      await browser.type(hook('settings-epochs'), '12');
      await train(opened);
      assert.match(String(await page.text('test-accuracy')), /^\d+\.\d\d%$/);
      const cells = await page.cells();
      assert.ok(cells.length > 8);
      for (const { title, predicted, true: label } of cells)
        assert.equal(plain(title), `${SHOWN[predicted]} (${SHOWN[label]})`);
      assert.deepEqual(await texts(`${hook('confusion-matrix')} thead th`), SHOWN);
      assert.deepEqual(await texts(`${hook('per-class')} tbody th`), SHOWN);
      assert.deepEqual(await texts('#confidence-bars .bar-name'), SHOWN);
      await browser.click(`${hook('confusion-matrix')} button:not(.none)`);
      await there(opened, '#cell-list .title');
      assert.ok(
        await browser.evaluate(() => !document.querySelector('main b b, #first-30 b, #prediction-grid b')),
        'a name is text',
      );
    });

    test('make a model that answers with these names, and shows what it sees', async () => {
      const { browser, page } = opened;
      await page.waitForState('train-status', 'done');
      const said = await answer(opened);
      for (const each of SHOWN) assert.ok(said.includes(each), `${each} in ${said}`);
      assert.equal(
        await browser.evaluate(() => /** @type {any} */ (document.querySelector('[data-testid="model-choice"]')).value),
        'trained',
      );
      assert.match(await browser.evaluate(() => document.querySelector('.photo-seen')?.textContent), /28\s×\s28/);
      await page.choose('look-choice', 'occlusion');
      await browser.waitFor(() => {
        const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector('[data-testid="look-canvas"]'));
        const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).getImageData(0, 0, 28, 28);
        return canvas.width === 28 && data.some((value) => value > 0);
      });
      await browser.evaluate(() => /** @type {HTMLElement} */ (document.querySelector('.inside summary')).click());
      await browser.waitFor(() => document.querySelectorAll('[data-testid="layer-maps"] canvas').length === 8);
      const whole = await page.data('photo-result', 'confidence');
      await browser.evaluate(() =>
        /** @type {HTMLElement} */ (document.querySelector('.photo-adjust summary')).click(),
      );
      assert.ok(
        await browser.evaluate(() => !document.querySelector('[data-testid="photo-invert"]')?.checkVisibility()),
      );
      await page.choose('photo-box-left', '0.4');
      await browser.waitFor(
        (/** @type {string} */ selector, /** @type {string} */ before) => {
          const { state, confidence } = /** @type {HTMLElement} */ (document.querySelector(selector)).dataset;
          return state === 'ready' && confidence !== before;
        },
        { args: [hook('photo-result'), whole] },
      );
      await page.choose('model-choice', 'photos');
      await browser.waitFor(() => /Trouser/.test(document.querySelector('.photo-said')?.textContent ?? ''));
      await page.waitForState('photo-result', 'ready');
      assert.equal(await browser.evaluate(() => document.querySelectorAll('.photo-said li').length), 10);
    });

    test('are still known by a model that was saved, whatever images are loaded later', async () => {
      const { browser, page } = opened;
      await there(opened, hook('save-name'));
      await browser.type(hook('save-name'), 'My things');
      await page.click('save-model');
      await there(opened, hook('library-item'));
      await page.open(QUICK);
      await page.loaded();
      await says(opened, /interrupted|still here/, 'resume-offer');
      await there(opened, hook('library-use'));
      await page.click('library-use');
      await says(opened, /My things knows other classes/, 'keep-message');
      const said = await answer(opened);
      for (const each of SHOWN) assert.ok(said.includes(each), `${each} in ${said}`);
      assert.equal(await page.data('train-status', 'state'), 'idle');
    });

    test('are there again when the page opens, and so is the run that knows them', async () => {
      const { browser, page } = opened;
      await page.click('resume-run');
      await browser.waitFor(() => document.getElementById('evaluation')?.dataset.state === 'ready');
      assert.equal(await page.data('train-status', 'state'), 'done');
      assert.equal((await page.cells()).length > 8, true);
      await says(opened, /^things: 5 classes/);
      assert.deepEqual(browser.errors, []);
    });
  });
}

for (const name of inBrowsers('any')) {
  test(`what cannot be classes is refused with its reason, and the images before stay (${name})`, () =>
    withPage([name, { query: QUICK }], async (opened) => {
      const { browser, page } = opened;
      await page.loaded();
      const detail = () => browser.evaluate(() => document.getElementById('dataset-detail')?.textContent);
      await choose(opened, 'one.zip');
      await page.waitForState('dataset-status', 'failed');
      assert.match(String(await page.text('dataset-status')), /could not be loaded.*Still loaded: synthetic/s);
      assert.match(await detail(), /at least two classes/);
      await choose(opened, 'disc.png');
      await says(opened, /could not be loaded/);
      await browser.waitFor(() =>
        /archive cannot be read/.test(document.getElementById('dataset-detail')?.textContent ?? ''),
      );
      await train(opened);
      assert.equal((await page.cells())[0].title?.includes('('), true);
      assert.ok(await browser.evaluate(() => !document.getElementById('own-found')?.checkVisibility()));
    }));

  test(`a saved model that knows other classes stays, and is not judged by them (${name})`, () =>
    withPage([name, { query: QUICK }], async (opened) => {
      const { browser, page } = opened;
      await page.loaded();
      await train(opened);
      await there(opened, hook('save-model'));
      await browser.type(hook('save-name'), 'Garments');
      await page.click('save-model');
      await there(opened, hook('library-use'));
      await page.click('library-use');
      await says(opened, /Garments/, 'train-status');
      await choose(opened, 'things.zip');
      await browser.waitFor(() => document.getElementById('evaluation')?.dataset.state === 'misfit');
      assert.match(
        await browser.evaluate(() => document.getElementById('evaluate-status')?.textContent),
        /other classes/,
      );
      assert.equal(await page.text('test-accuracy'), '–');
      assert.equal(await browser.evaluate(() => document.querySelectorAll('#confusion-matrix tbody tr').length), 5);
      await train(opened);
      assert.match(String(await page.text('test-accuracy')), /%$/);
    }));

  test(`two pictures of each class are enough to train, but leave none to test with (${name})`, () =>
    withPage([name, { query: QUICK }], async (opened) => {
      const { browser, page } = opened;
      await page.loaded();
      await choose(opened, 'few.zip');
      await says(opened, /^few: 2 classes, 4 training images, 0 for validation, 0 test images/);
      await train(opened);
      assert.match(
        await browser.evaluate(() => document.getElementById('evaluate-status')?.textContent),
        /no test images/,
      );
      assert.equal(await page.text('test-accuracy'), '–');
      assert.match(String(await page.text('train-accuracy')), /%$/);
      assert.deepEqual(browser.errors, []);
    }));

  test(`cancelling keeps the images that were loaded, and how they were made (${name})`, () =>
    withPage([name, { query: QUICK }], async (opened) => {
      const { browser, page } = opened;
      await page.loaded();
      await choose(opened, 'many.zip');
      await says(opened, /^many: 2 classes/);
      const before = await page.text('dataset-status');
      await page.choose('settings-size', '96');
      await browser.waitFor(() => /of 1,400/.test(document.getElementById('dataset-detail')?.textContent ?? ''));
      await browser.click('#dataset-cancel');
      await page.loaded();
      assert.equal(await page.text('dataset-status'), before);
      assert.match(await browser.evaluate(() => document.getElementById('dims')?.textContent), /, 28, 28, 3\)/);
      assert.equal(
        await browser.evaluate(
          (/** @type {string} */ selector) => /** @type {HTMLSelectElement} */ (document.querySelector(selector)).value,
          hook('settings-size'),
        ),
        '28',
      );
      assert.match(await browser.evaluate(() => location.search), /[?&]size=28(&|$)/);
    }));
}

test('chromium: a folder is dropped or chosen, and files that are gone later are named', { timeout: 120_000 }, () =>
  withPage(['chromium', { query: QUICK }], async (opened) => {
    const { browser, page } = opened;
    await page.loaded();
    await writeAll(join(folder, 'going'), things({ disc: 12, pole: 12, bar: 12 }));
    await dropFromDisk(opened, join(folder, 'going'));
    await says(opened, /^going: 3 classes/);
    await there(opened, '[data-note="imbalance"]');
    assert.equal(await browser.evaluate(() => document.querySelector('[data-note="refused"]')), null);
    for (const name of ['bar/3.png', 'disc/0.png']) await rm(join(folder, 'going/things', name));
    await page.choose('settings-size', '32');
    await there(opened, '[data-note="refused"]');
    await browser.click('[data-note="refused"] summary');
    await browser.waitFor(
      () =>
        (document.querySelector('[data-note="refused"] ul')?.textContent?.match(/moved or deleted/g) ?? []).length ===
        2,
    );
    await choose(opened, 'plain', 'folder');
    await says(opened, /^plain: 3 classes/);
    assert.deepEqual(browser.errors, []);
  }),
);

test('chromium: files that vanish while they are read are named, and the rest is there', { timeout: 120_000 }, () =>
  withPage(['chromium', { query: QUICK }], async (opened) => {
    const { browser, page } = opened;
    await page.loaded();
    const place = join(folder, 'vanishing');
    await writeAll(folder, things({ bar: 40, pole: 40 }, 'vanishing', 1000)); // decoding takes a while
    await choose(opened, 'vanishing', 'folder');
    for (let i = 30; i < 40; i++) await rm(join(place, `pole/${i}.png`));
    await says(opened, /^vanishing: 2 classes/);
    await there(opened, '[data-note="refused"]');
    assert.deepEqual(await countsOf(opened), { bar: 40, pole: 30 });
    await browser.click('[data-note="refused"] summary');
    await browser.waitFor(
      () =>
        (document.querySelector('[data-note="refused"] ul')?.textContent?.match(/moved or deleted/g) ?? []).length ===
        10,
    );
    await page.waitForState('project-saved', 'saved');
    await page.open(QUICK.replace('data=synthetic&', ''));
    await says(opened, /^vanishing: 2 classes/);
    await there(opened, hook('own-classes'));
    assert.deepEqual(await countsOf(opened), { bar: 40, pole: 30 });
    assert.deepEqual(browser.errors, []);
  }),
);

test('chromium: an archive is dropped anywhere, but not during a run', { timeout: 120_000 }, () =>
  withPage(['chromium', { query: `${ENDLESS}&size=28` }], async (opened) => {
    const { browser, page } = opened;
    await page.loaded();
    const archive = { name: 'dropped.zip', type: 'application/zip', bytes: zipped(things({ disc: 9, pole: 9 })) };
    await page.click('train-start');
    await page.trained('training');
    await drop(browser, archive);
    await says(opened, /Press Stop, then drop/, 'incoming-note');
    await page.click('train-stop');
    await page.trained('idle');
    await drop(browser, archive);
    await says(opened, /^dropped: 2 classes/);
    await says(opened, /\(None, 2\)/, 'model-summary'); // which comes after the images
    assert.equal(await page.text('incoming-note'), 'Close');
  }),
);

test('chromium: thousands of files do not hold up the page', { timeout: 300_000 }, () =>
  withPage(['chromium', { query: QUICK }], async (opened) => {
    const { browser, page } = opened;
    await page.loaded();
    const many = things({ disc: 1, pole: 1 }, 'crowd');
    const [disc, pole] = Object.values(many);
    const crowd = Array.from({ length: CROWD }, (_, i) => [
      `crowd/${i % 2 ? 'disc' : 'pole'}/${i}.png`,
      i % 2 ? disc : pole,
    ]);
    await writeAll(folder, Object.fromEntries(crowd));
    const tasks = await tasksDuring(/** @type {import('puppeteer-core').Page} */ (browser.page), async () => {
      await dropFromDisk(opened, join(folder, 'crowd'));
      await browser.waitFor(
        () => /^crowd: 2 classes/.test(document.querySelector('[data-testid="dataset-status"]')?.textContent ?? ''),
        { timeout: 200_000 },
      );
      await there(opened, hook('own-classes'));
    });
    assert.ok(tasks.length > 100, 'the tasks of the main thread were recorded');
    const longest = Math.max(...tasks.map(({ processor }) => processor));
    assert.ok(longest <= 100, `the page stood still for ${longest} ms`);
  }),
);

describe('a model that begins with one of the page’s, in chromium', { timeout: 240_000 }, () => {
  /** @type {Opened} */
  let opened;
  before(async () => {
    opened = await openPage('chromium', { query: `${QUICK}&base=accurate` });
    await opened.page.loaded();
  });
  after(() => opened?.close());

  const judged = () =>
    opened.browser.waitFor(() => document.getElementById('evaluation')?.dataset.state === 'ready', { timeout: 60_000 });
  /** @param {string} testid @param {string} name @returns {Promise<any>} a property of the element */
  const property = (testid, name) =>
    opened.browser.evaluate(
      (/** @type {string} */ selector, /** @type {string} */ key) =>
        /** @type {any} */ (document.querySelector(selector))[key],
      hook(testid),
      name,
    );

  test('answers and is judged as soon as the pictures have loaded', async () => {
    const { browser, page } = opened;
    await choose(opened, 'plain', 'folder');
    await says(opened, /^Ready without training/, 'train-status');
    await judged();
    assert.match(await browser.evaluate(() => document.getElementById('dims')?.textContent), /, 28, 28\)/);
    assert.match(String(await page.text('model-summary')), /random_flip.*\(None, 3\).*Non-trainable params: 2/s);
    assert.match(String(await page.text('model-base')), /the layers of the most accurate model/);
    assert.ok(await browser.evaluate(() => !document.getElementById('model-fields')?.checkVisibility()));
    for (const testid of ['settings-crop', 'settings-size', 'settings-colour'])
      assert.equal(await property(testid, 'disabled'), true, testid);
    assert.ok(Number.parseFloat(String(await page.text('test-accuracy'))) > 60);
    const said = await answer(opened);
    for (const each of ['bar', 'disc', 'pole']) assert.ok(said.includes(each), `${each} in ${said}`);
    assert.equal(await property('model-choice', 'value'), 'trained');
    assert.match(
      await browser.evaluate(() => document.querySelector('.photo-model')?.textContent),
      /at first with the mean of each class/,
    );
    await page.choose('look-choice', 'occlusion');
    await browser.waitFor(
      (/** @type {string} */ selector) =>
        /** @type {HTMLCanvasElement} */ (document.querySelector(selector))?.width === 28,
      { args: [hook('look-canvas')] },
    );
  });

  test('is saved, and used again', async () => {
    const { browser, page } = opened;
    await there(opened, hook('save-name'));
    await browser.type(hook('save-name'), 'At once');
    await page.click('save-model');
    await there(opened, hook('library-use'));
    await page.click('library-use');
    await says(opened, /At once/, 'train-status');
    await judged();
  });

  test('is trained by Start: its last layer, or all', async () => {
    const { page } = opened;
    await train(opened);
    assert.equal(await page.data('history-loss', 'points'), '2');
    assert.match(String(await page.text('train-status')), /^Done: 2 epochs/);
    await page.click('settings-tune');
    await train(opened);
    assert.ok(Number.parseFloat(String(await page.text('train-accuracy'))) > 60);
  });

  test('comes back with its run when the page opens', async () => {
    const { browser, page } = opened;
    assert.match(await browser.evaluate(() => location.search), /[?&]base=accurate&tune=1(&|$)/);
    await page.open(QUICK);
    await page.loaded();
    await there(opened, hook('resume-run'));
    await page.click('resume-run');
    await judged();
    assert.match(String(await page.text('train-status')), /^Done: 2 epochs/);
  });

  test('gives way to layers of one’s own', async () => {
    const { browser, page } = opened;
    await page.choose('settings-base', 'none');
    await browser.waitFor(() => document.getElementById('model-fields')?.checkVisibility());
    await browser.waitFor(() => /, 28, 28, 3\)/.test(document.getElementById('dims')?.textContent ?? ''));
    await page.loaded();
    assert.equal(await property('settings-size', 'disabled'), false);
    assert.match(await browser.evaluate(() => location.search), /^\?(?!.*base=)/);
    await page.choose('settings-crop', 'cutout');
    await browser.waitFor(() => /, 28, 28\)/.test(document.getElementById('dims')?.textContent ?? ''));
    assert.equal(await property('settings-size', 'disabled'), true);
    await train(opened);
    assert.deepEqual(browser.errors, []);
  });
});

test(
  'chromium: a model to begin with that cannot be fetched is said, and Start tries again',
  { timeout: 120_000 },
  () =>
    withPage(['chromium', { query: `${QUICK}&base=accurate` }], async (opened) => {
      const { browser, page, server } = opened;
      server.options.fail = (path) => (/accurate-.*\.fit$/.test(path) ? 404 : undefined);
      await page.loaded();
      await choose(opened, 'plain', 'folder');
      await says(opened, /could not begin with the layers of the most accurate model.*404/, 'model-base');
      assert.equal(await page.data('train-status', 'state'), 'idle');
      server.options.fail = undefined;
      await train(opened);
      await says(opened, /^Your model begins with/, 'model-base');
      await browser.waitFor(() =>
        document.querySelector('[data-testid="model-summary"]')?.textContent?.includes('(None, 3)'),
      );
      assert.deepEqual(browser.errors, []);
    }),
);
