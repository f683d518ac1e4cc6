/**
 * The order within shim/: each entry may use those before it and itself. Imports that only carry types do not count.
 * One exception is written down: core/build.js lowers layers, and what counts a built model's weights uses it.
 */
const SHIM = [
  ['base', '^shim/(check|tensor|csv|number-text|download|warning|bitmap)\\.js$'],
  ['core', '^shim/core/'],
  ['layers', '^shim/layers/'],
  ['training', '^shim/training/'],
  ['photo', '^shim/photo\\.js$'],
  ['datasets', '^shim/datasets/'],
  ['formats', '^shim/formats/'],
  ['model', '^shim/model\\.js$'],
  ['models', '^shim/(models|unawaited)\\.js$'],
  ['transfer', '^shim/transfer\\.js$'],
  ['entries', '^shim/(index|datasets|heads|tf)\\.js$|^shim/tf/'],
];
const LOWERS_LAYERS = '^shim/core/(build|weights)\\.js$';

function shimOrder() {
  return SHIM.slice(0, -1)
    .map(([name, path], i) => ({
      name: `shim-${name}-comes-first`,
      severity: 'error',
      from: { path, ...(name === 'core' && { pathNot: LOWERS_LAYERS }) },
      to: {
        path: SHIM.slice(i + 1)
          .map(([, later]) => later)
          .join('|'),
      },
    }))
    .concat([
      {
        name: 'shim-core-lowers-layers-only',
        severity: 'error',
        from: { path: LOWERS_LAYERS },
        to: {
          path: SHIM.slice(3)
            .map(([, later]) => later)
            .join('|'),
        },
      },
    ]);
}

/** Which way imports may go. A room uses what stands before it: the core, shim/, models/ or web/, tests/. */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'shim-stands-alone',
      severity: 'error',
      from: { path: '^shim/' },
      to: { path: '^(web|models|tests|\\.setup)/' },
    },
    {
      name: 'web-uses-shim',
      severity: 'error',
      from: { path: '^web/', pathNot: '^web/vite\\.config\\.js$' },
      to: { path: '^(models/.*\\.js$|tests/|\\.setup/)' },
    },
    { name: 'models-use-shim', severity: 'error', from: { path: '^models/' }, to: { path: '^(web|tests)/' } },
    ...shimOrder(),
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^build', '^dist'] },
    exclude: { path: ['^build/', '^dist/'] },
    tsPreCompilationDeps: false,
    enhancedResolveOptions: { extensions: ['.js', '.mjs'] },
  },
};
