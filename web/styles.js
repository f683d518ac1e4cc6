/** Adds the styles of a part that loads after the page. @param {...string} parts */
export function addStyles(...parts) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(parts.join('\n'));
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
