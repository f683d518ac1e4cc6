/** The styles of this section, which come with it: the page as it opens has no need of them. */

import drawing from './drawing.css?inline';
import inside from './inside.css?inline';
import section from './try.css?inline';

const PARTS = [section, drawing, inside];

export function addStyles() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(PARTS.join('\n'));
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
