import { hook } from './dom.js';
import { remember, recall } from './storage.js';

/**
 * Light, dark, or as the system is set; paper is always light, and forced colours are the system's. index.html sets the
 * first theme before anything is painted. Canvases redraw themselves on `themechange`.
 */
export function setUpTheme() {
  const select = hook('theme', 'select');
  const [system, forced, paper] = ['(prefers-color-scheme: dark)', '(forced-colors: active)', 'print'].map((query) =>
    matchMedia(query),
  );

  function apply(printing = paper.matches) {
    const dark = !printing && (forced.matches || select.value === 'auto' ? system.matches : select.value === 'dark');
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
    document.dispatchEvent(new Event('themechange'));
  }

  select.value = recall('theme') ?? 'auto';
  if (select.selectedIndex < 0) select.value = 'auto';
  select.addEventListener('change', () => {
    remember('theme', select.value);
    apply();
  });
  for (const medium of [system, forced, paper]) medium.addEventListener('change', () => apply());
  // Before the medium changes, which some browsers tell of only once the page is on paper.
  addEventListener('beforeprint', () => apply(true));
  addEventListener('afterprint', () => apply(false));
  apply();
}
