/**
 * Papa Parse as an ES module, in the page's build: bundled as CommonJS, every visit would load the helpers for that.
 * @returns {import('vite').Plugin}
 */
export const papaAsModule = () => ({
  name: 'papa-as-module',
  enforce: 'pre',
  transform: (code, id) =>
    /\/papaparse\.min\.js$/.test(id)
      ? `const exports = {}, module = { exports };\n${code}\nexport default module.exports;`
      : null,
});
