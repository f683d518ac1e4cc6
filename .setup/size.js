// The gzipped size of what a visit loads, until the page is ready and until it has classified a first picture. As a
// program, it compares them with budgets:
// node .setup/size.js FOLDER KILOBYTES KILOBYTES
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const kinds = ['.html', '.css', '.js', '.wasm', '.webmanifest'];

/** @param {string} file */
const gzipped = (file) => gzipSync(readFileSync(file), { level: 9 }).length;

/** @param {string} folder @param {string[]} files */
function sizesOf(folder, files) {
  const sizes = new Map(kinds.map((kind) => [kind, 0]));
  for (const file of files) {
    const kind = extname(file).replace('.mjs', '.js');
    const total = sizes.get(kind);
    if (total !== undefined) sizes.set(kind, total + gzipped(join(folder, file)));
  }
  return sizes;
}

/** @param {Map<string, number>} sizes */
const sum = (sizes) => [...sizes.values()].reduce((total, bytes) => total + bytes, 0);

/** Loaded when the page is idle, when Start comes into view, with a file, pictures or garments, or by scripts. */
const LATER_SCRIPTS =
  'archive|collect|console|database|dataset|doubts|estimate|fflate|files|folders|formats|keep|lessons|measuring|' +
  'model-file|offline|own|papaparse|photo|reporter|results|shared|side-module|synthetic|theatre|transfer|try|zip';
const LATER = new RegExp(String.raw`^assets/((${LATER_SCRIPTS})-[^/]+\.js|(photo|synthetic)-[^/]+\.wasm)$`);

/**
 * Files that only some visits load: one of the core's builds, one of the languages, and our own SHA-256, which only
 * pages without https need (they have no threads either).
 * @param {string} file
 * @returns {{ build?: string, language?: string, unsafe?: boolean, later?: boolean }}
 */
function partOf(file) {
  const [, build] = /^assets\/([a-z-]+)-[0-9a-f]{8}\//.exec(file) ?? [];
  const [, language] = /^assets\/(en|zh-Hans)-[^/]+\.js$/.exec(file) ?? [];
  return {
    build,
    language,
    unsafe: /^assets\/sha256-[^/]+\.js$/.test(file),
    later: LATER.test(file),
  };
}

/** Bytes by kind until the page is ready, for the largest visit. @param {string} folder */
export function pageSize(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => ({ file, ...partOf(file) }));
  const builds = [...new Set(files.map(({ build }) => build))].filter((build) => build !== undefined);
  const languages = [...new Set(files.map(({ language }) => language))].filter((language) => language !== undefined);
  const later = sum(
    sizesOf(
      folder,
      files.filter((each) => each.later).map(({ file }) => file),
    ),
  );
  const visits = builds.flatMap((build) =>
    languages.map((language) => {
      const loaded = files.filter(
        (each) =>
          !each.later &&
          (each.build ?? build) === build &&
          (each.language ?? language) === language &&
          !(each.unsafe && build.endsWith('-mt')),
      );
      const sizes = sizesOf(
        folder,
        loaded.map(({ file }) => file),
      );
      return { build, language, sizes, total: sum(sizes), later };
    }),
  );
  return visits.sort((a, b) => b.total - a.total)[0];
}

/** The build that classifies pictures, the same in every browser. */
const ANSWERING = 'simd';

/**
 * Bytes until an answer, if a picture is given as soon as the page is there, for the largest visit.
 * @param {string} folder
 */
export function answerSize(folder) {
  const { build, language, total } = pageSize(folder);
  const needed = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => {
    const part = partOf(file);
    if (part.build) return part.build === ANSWERING && build !== ANSWERING;
    const [, name] = /^assets\/(model-file|photo|photos|try(?:-en|-zh-Hans)?)-[^/]+$/.exec(file) ?? [];
    return name && (!/-(en|zh-Hans)$/.test(name) || name === `try-${language}`);
  });
  return total + needed.reduce((bytes, file) => bytes + gzipped(join(folder, file)), 0);
}

/** @param {number} bytes */
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;

/** @param {string} folder @param {number} budget @param {number} answerBudget */
function check(folder, budget, answerBudget) {
  const { build, language, sizes, total, later } = pageSize(folder);
  const parts = [...sizes].map(([kind, bytes]) => `${kind.slice(1).toUpperCase()} ${kilobytes(bytes)}`);
  console.log(
    `gzipped, a visit with the ${build} build in ${language}: ${parts.join(', ')}; in all ${kilobytes(total)} of ` +
      `${budget} KB, and ${kilobytes(later)} later`,
  );
  const answer = answerSize(folder);
  console.log(
    `until a first picture is answered, with the model for photos: ${kilobytes(answer)} of ${answerBudget} KB`,
  );
  for (const [what, bytes, most] of /** @type {const} */ ([
    ['the page', total, budget],
    ['the first answer', answer, answerBudget],
  ])) {
    if (bytes <= most * 1024) continue;
    console.error(`${what} is ${kilobytes(bytes - most * 1024)} over its budget`);
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  check(process.argv[2], Number(process.argv[3]), Number(process.argv[4]));
