import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { faultsOf, passedTests, rowsOf } from './keras-table.js';

const markdown = readFileSync(new URL('../../shim/KERAS.md', import.meta.url), 'utf8');

describe('the tables against Keras and TensorFlow.js', () => {
  const all = rowsOf(markdown).map(({ test: name }) => `${name} and more`);

  test('hold where every test passed', () => {
    assert.ok(all.length > 60);
    assert.deepEqual(faultsOf(markdown, all), []);
  });

  test('a test that did not run is missed', () => {
    const [{ what, test: first }] = rowsOf(markdown);
    const fewer = all.filter((name) => !name.startsWith(first));
    assert.deepEqual(faultsOf(markdown, fewer), [`${what}: no test whose name begins with “${first}” passed`]);
  });

  test('what has no row is missed', () => {
    const without = markdown
      .split('\n')
      .filter((line) => !line.startsWith('| `layers.dense`'))
      .join('\n');
    assert.deepEqual(faultsOf(without, all), ['layers.dense has no row']);
  });

  test('reports are read: names as they were, failed and skipped tests left out', () => {
    const report = `<testsuites><testsuite name="a">
      <testcase name="loss &quot;x&quot; &lt; y" time="1" classname="test"/>
      <testcase name="failed" classname="test"><failure>no</failure></testcase>
      <testcase name="skipped" classname="test"><skipped type="skipped"/></testcase>
      <testcase name="last" classname="test"/></testsuite></testsuites>`;
    assert.deepEqual(passedTests(report), ['loss "x" < y', 'last']);
  });
});
