/**
 * Checks the tables of shim/KERAS.md: everything the API offers has a row, and the tests that a row names ran and
 * passed.
 * node tests/support/keras-table.js REPORT, where REPORT is a JUnit report of node:test
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  callbacks,
  heads,
  initializers,
  layers,
  losses,
  metrics,
  regularizers,
  schedules,
  train,
} from '../../shim/index.js';
import { ACTIVATIONS } from '../../shim/layers/index.js';

const OFFERED = { layers, initializers, regularizers, losses, metrics, schedules, callbacks, train, heads };

/** @param {string} text */
const unescaped = (text) =>
  text.replace(/&(lt|gt|quot|apos|amp|#x[0-9a-f]+|#\d+);/gi, (entity) => ENTITIES[entity] ?? entity);
/** @type {Record<string, string>} */
const ENTITIES = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&amp;': '&' };

/** @param {string} report @returns {string[]} the names of the tests that passed */
export function passedTests(report) {
  return [...report.matchAll(/<testcase name="([^"]*)"[^>]*?(\/>|>[^]*?<\/testcase>)/g)]
    .filter(([, , rest]) => !/<(failure|skipped|error)/.test(rest))
    .map(([, name]) => unescaped(name));
}

/**
 * @param {string} markdown
 * @returns {{ what: string, names: string[], test: string }[]} the subject of each row, the parts of the API that it
 *   names, and how its tests' names begin
 */
export function rowsOf(markdown) {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.endsWith('| test |'))
    .map((line) => {
      const cells = line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim());
      return {
        what: cells[0],
        names: [...cells[0].matchAll(/`([^`]+)`/g)].map(([, name]) => name),
        test: cells[cells.length - 1],
      };
    });
}

/**
 * @param {string} markdown
 * @param {string[]} passed
 * @returns {string[]} what is wrong
 */
export function faultsOf(markdown, passed) {
  const rows = rowsOf(markdown);
  const named = new Set(rows.flatMap(({ names }) => names));
  const offered = [
    ...Object.entries(OFFERED).flatMap(([room, things]) => Object.keys(things).map((name) => `${room}.${name}`)),
    ...ACTIVATIONS.map((name) => `'${name}'`),
  ];
  return [
    ...offered.filter((name) => !named.has(name)).map((name) => `${name} has no row`),
    ...rows.filter(({ test }) => !test).map(({ what }) => `${what} names no test`),
    ...rows
      .filter(({ test }) => test && !passed.some((name) => name.startsWith(test)))
      .map(({ what, test }) => `${what}: no test whose name begins with “${test}” passed`),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const markdown = readFileSync(new URL('../../shim/KERAS.md', import.meta.url), 'utf8');
  const passed = passedTests(readFileSync(process.argv[2], 'utf8'));
  const faults = faultsOf(markdown, passed);
  for (const fault of faults) console.error(`shim/KERAS.md: ${fault}`);
  console.log(
    `shim/KERAS.md: ${rowsOf(markdown).length} rows against ${passed.length} tests, ${faults.length} at fault`,
  );
  process.exitCode = faults.length ? 1 : 0;
}
