import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { layers, sequential } from '../../shim/index.js';
import { inBrowsers } from '../support/browsers.js';
import { thing, things, zipped } from '../support/things.js';
import { chooseOwn, has, reopenDownload, says, there, train } from './own.js';
import { hook, openPage, withPage } from './page.js';

/** Pictures that are added one by one, while a model that begins with one of the page's answers. */

/** @typedef {import('./page.js').Opened} Opened */

const QUERY = 'data=synthetic&base=accurate&train-size=500&epochs=2';
const LATE = 10_000; // ms; alone on two processors, an answer takes less than a second

/** @type {string} */
let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fitting-room-adding-'));
  await writeFile(join(folder, 'pair.zip'), zipped(things({ disc: 60, pole: 60 })));
  for (const [kind, name] of ['disc', 'pole', 'bar', 'slope'].entries())
    for (const i of [0, 1, 2]) await writeFile(join(folder, `${name}-${i}.png`), thing(kind, 900 + i));
  // It is half sure of everything, which is enough or not.
  const model = await sequential({
    layers: [
      layers.flatten({ inputShape: [28, 28, 3] }),
      layers.dense({ units: 2, activation: 'softmax', kernelInitializer: 'zeros' }),
    ],
  });
  for (const [name, threshold] of Object.entries({ doubts: 0.6, trusts: 0.4 })) {
    model.metadata = { classNames: ['left', 'right'], preparation: { crop: 'whole' }, threshold };
    await writeFile(join(folder, `${name}.fit`), await model.save());
  }
  model.dispose();
});
after(() => rm(folder, { recursive: true, force: true }));

/** The answers to the pictures under Try it, by their names. @param {Opened} opened */
const answersOf = ({ browser }) =>
  browser.evaluate((/** @type {string} */ items) => {
    const all = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(items));
    return Object.fromEntries(
      [...all].map(({ dataset: { name = '', state, confidence, verdict }, textContent }) => [
        name,
        { state, confidence, verdict, text: textContent ?? '' },
      ]),
    );
  }, hook('photo-item'));

/**
 * Waits until the answers are as wanted.
 * @param {Opened} opened @param {(answers: Awaited<ReturnType<typeof answersOf>>) => boolean} isWanted
 * @returns {ReturnType<typeof answersOf>} they as they were then
 */
async function answered(opened, isWanted) {
  const began = Date.now();
  for (;;) {
    const answers = await answersOf(opened);
    if (Object.values(answers).every(({ state }) => state === 'ready') && isWanted(answers)) return answers;
    if (Date.now() - began > LATE) assert.fail(JSON.stringify(answers));
    await new Promise((done) => setTimeout(done, 20));
  }
}

/**
 * Drops files of the test's folder on the row of a class.
 * @param {Opened} opened @param {string} name @param {string[]} files
 */
async function dropOn({ browser }, name, ...files) {
  const some = await Promise.all(files.map(async (file) => [file, [...(await readFile(join(folder, file)))]]));
  await browser.evaluate(
    (/** @type {string} */ rows, /** @type {string} */ wanted, /** @type {[string, number[]][]} */ dropped) => {
      const transfer = new DataTransfer();
      for (const [file, bytes] of dropped) transfer.items.add(new File([new Uint8Array(bytes)], file));
      const row = [...document.querySelectorAll(rows)].find(
        (each) => each.querySelector('th span')?.textContent === wanted,
      );
      row?.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    },
    `${hook('own-classes')} tbody tr`,
    name,
    some,
  );
}

for (const name of inBrowsers('any')) {
  test(`what is of none of the classes is told from what is, in ${name}`, () =>
    withPage([name, { query: 'data=synthetic&train-size=500' }], async (opened) => {
      const { browser, page } = opened;
      await page.loaded();
      await browser.uploadFile(hook('photo-input'), join(folder, 'disc-0.png'));
      for (const [file, verdict] of [
        ['doubts', 'none'],
        ['trusts', 'sure'],
      ]) {
        await browser.uploadFile(hook('model-input'), join(folder, `${file}.fit`));
        await browser.waitFor(
          (/** @type {string} */ saved, /** @type {string} */ wanted) =>
            /** @type {HTMLInputElement | null} */ (document.querySelector(saved))?.value === wanted,
          { args: [hook('library-name'), file] },
        );
        await page.click('library-use');
        await answered(opened, (all) => all['disc-0.png'].verdict === verdict);
        const { text, confidence } = (await answersOf(opened))['disc-0.png'];
        assert.equal(confidence, '0.5000');
        assert.match(text, verdict === 'none' ? /^None of these$/ : /^left, 50%$/);
      }
    }));

  describe(`pictures that are added one by one, in ${name}`, { timeout: 240_000 }, () => {
    /** @type {Opened} */
    let opened;
    before(async () => {
      opened = await openPage(name, { query: QUERY });
      await opened.page.loaded();
    });
    after(() => opened?.close());

    test('pictures of two classes answer at once', async () => {
      await chooseOwn(opened, 'zip', join(folder, 'pair.zip'));
      await says(opened, /^Ready without training/, 'train-status');
      const paths = ['disc-0', 'pole-0', 'slope-0'].map((each) => join(folder, `${each}.png`));
      await opened.browser.uploadFile(hook('photo-input'), ...paths);
      await answered(
        opened,
        (all) =>
          Object.keys(all).length === 3 && ['disc', 'pole'].every((each) => all[`${each}-0.png`].text.startsWith(each)),
      );
    });

    test('a class that is new is answered with as soon as it has a picture', async () => {
      const { browser } = opened;
      await browser.type(hook('own-new-class'), 'bar');
      await browser.press('Enter');
      await has(opened, { disc: 60, pole: 60, bar: 0 });
      await browser.uploadFile(hook('photo-input'), join(folder, 'bar-0.png'));
      await answered(opened, (all) => 'bar-0.png' in all);
      assert.doesNotMatch((await answersOf(opened))['bar-0.png'].text, /^bar/);
      await dropOn(opened, 'bar', 'bar-1.png');
      await answered(opened, (all) => /^bar/.test(all['bar-0.png'].text));
      await has(opened, { disc: 60, pole: 60, bar: 1 });
    });

    test('another picture changes the answer, and logistic regression does so once no more come', async () => {
      const before = (await answersOf(opened))['bar-0.png'].confidence;
      await dropOn(opened, 'bar', 'bar-2.png');
      const { 'bar-0.png': first } = await answered(opened, (all) => all['bar-0.png'].confidence !== before);
      await has(opened, { disc: 60, pole: 60, bar: 2 });
      const { 'bar-0.png': last } = await answered(opened, (all) => all['bar-0.png'].confidence !== first.confidence);
      assert.match(last.text, /^bar/);
    });

    test('none is lost where several come at once, and Start trains on all', async () => {
      const { browser, page } = opened;
      await Promise.all([
        dropOn(opened, 'bar', 'bar-0.png'),
        dropOn(opened, 'disc', 'disc-0.png', 'disc-1.png'),
        dropOn(opened, 'pole', 'pole-0.png'),
      ]);
      await has(opened, { disc: 62, pole: 61, bar: 3 });
      await answered(opened, (all) => /^disc/.test(all['disc-0.png'].text));
      await says(opened, /^Ready without training/, 'train-status');
      await train(opened);
      await browser.waitFor(() => /your last run/.test(document.querySelector('.photo-model p')?.textContent ?? ''));
      assert.match(String(await page.text('train-status')), /^Done: 2 epochs/);
      await answered(opened, (all) => /^bar/.test(all['bar-0.png'].text));
    });

    test('a project that is packed brings its model and its settings when it is opened', async () => {
      const { browser, page } = opened;
      const before = (await answersOf(opened))['bar-0.png'];
      const address = () => browser.evaluate(() => [...new URLSearchParams(location.search)].toSorted().join(' '));
      const wanted = await address();
      await reopenDownload(opened, 'dataset-zip', async () => {
        await page.choose('settings-base', 'none');
        await browser.waitFor(() => /, 48, 48, 3\)/.test(document.getElementById('dims')?.textContent ?? ''));
        await browser.type(hook('settings-epochs'), '7');
        await page.choose('model-preset', 'few');
      });
      await says(opened, /^Ready with the saved model “pair”/, 'train-status');
      assert.equal(await address(), wanted);
      assert.equal(
        await browser.evaluate(
          (/** @type {string} */ field) => /** @type {any} */ (document.querySelector(field)).value,
          hook('settings-epochs'),
        ),
        '2',
      );
      assert.match(String(await page.text('model-base')), /most accurate/);
      await answered(opened, (all) => all['bar-0.png'].confidence === before.confidence);
      await has(opened, { disc: 62, pole: 61, bar: 3 });
    });

    test('a model of one’s own that was saved is one to begin with', async () => {
      const { browser, page } = opened;
      await train(opened); // a saved model would stay the tab's
      await browser.type(hook('save-name'), 'Shapes');
      await page.click('save-model');
      await there(opened, hook('library-item'));
      await browser.evaluate(
        (/** @type {string} */ base) => /** @type {HTMLElement} */ (document.querySelector(base)).focus(),
        hook('settings-base'),
      );
      const saved = await browser.waitFor(
        (/** @type {string} */ base) =>
          [.../** @type {HTMLSelectElement} */ (document.querySelector(base)).options].find(({ text }) =>
            /Shapes/.test(text),
          )?.value,
        { args: [hook('settings-base')] },
      );
      await page.choose('settings-base', saved);
      await says(opened, /the layers of the saved model .*Shapes/, 'model-base');
      await says(opened, /^Ready without training/, 'train-status');
      assert.match(await browser.evaluate(() => location.search), /[?&]base=saved:/);
      await answered(opened, (all) => /^bar/.test(all['bar-0.png'].text) && /^disc/.test(all['disc-0.png'].text));
      await train(opened);
      await page.open('data=synthetic&base=saved:gone');
      await page.loaded();
      await chooseOwn(opened, 'zip', join(folder, 'pair.zip'));
      await says(opened, /could not begin with the layers of a model that is no longer saved/, 'model-base');
      assert.deepEqual(browser.errors, []);
    });
  });
}
