/** Adds the styles of a part that comes later. @param {...string} parts */
export function addStyles(...parts) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(parts.join('\n'));
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
