/** Which way imports may go. A room uses what stands before it: the core, shim/, models/ or web/, tests/. */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'shim-stands-alone', severity: 'error', from: { path: '^shim/' }, to: { path: '^(web|models|tests|\\.setup)/' } },
    { name: 'web-uses-shim', severity: 'error', from: { path: '^web/', pathNot: '^web/vite\\.config\\.js$' }, to: { path: '^(models/.*\\.js$|tests/|\\.setup/)' } },
    { name: 'models-use-shim', severity: 'error', from: { path: '^models/' }, to: { path: '^(web|tests)/' } },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^build', '^dist'] },
    exclude: { path: ['^build/', '^dist/'] },
    tsPreCompilationDeps: false,
    enhancedResolveOptions: { extensions: ['.js', '.mjs'] },
  },
};
