// Which scripts the page's build makes. A visit loads `index` and `layers` at once; .setup/size.js knows the others.

/** What the parts that load after the page have in common. */
const SHARED = ['shim/csv', 'shim/classify', 'shim/training/callbacks/csv-log'].concat(
  [
    'classes',
    'download',
    'metrics',
    'plot',
    'saved-model',
    'styles',
    'ticks',
    'views/bars',
    'views/loaded',
    'views/pictures',
  ].map((name) => `web/${name}`),
);

/** The API as the page and its worker use it, and what nearly everything else uses of the page. */
const BASE = new RegExp(
  '/shim/(check|warning|tensor|models?|download|datasets|formats/on-demand|layers/.*|core/(?!side-mod|collect).*|' +
    'datasets/(bytes|catalogue|fashion-mnist|idx|progress|sources)|training/(?!.*(progress-text|reporter|doubts|' +
    'dataset|supply|confidence|class-means|makers|csv-log|records|learning-rate|averages|callbacks/index)).*)[.]|/web' +
    '/(dom|fields|head|images|kinds|model-(address|spec)|new-id|protocol|settings|storage|subject|i18n/(index|' +
    'bidi))[.]|preload-helper',
);

/** What only pictures of people's own need, on the page and in its worker. */
const OWN = new RegExp(
  '/web/own/|/shim/datasets/(decoding|division|folder|known|labels|likeness|listing|official|pairs|pictures' +
    String.raw`|pixels|placed|report|same|split|table)\.`,
);

/** The chunk that loads and saves model files. It holds what the formats share with it, so that it is one request. */
const MODEL_FILE = 'model-file';

/**
 * What a chunk is called. .setup/size.js tells by these names what a visit loads.
 * @param {{ name: string, moduleIds: string[] }} chunk
 */
export function nameOf({ name, moduleIds }) {
  const [, language, text] = moduleIds.map((id) => /\/web\/i18n\/([\w-]+)\/(\w+)\.js$/.exec(id)).find(Boolean) ?? [];
  if (language) return text === 'page' ? language : `${text}-${language}`;
  const part =
    ![MODEL_FILE, 'layers'].includes(name) &&
    ['web/try', 'web/keep', 'shim/formats'].find((folder) => moduleIds.some((id) => id.includes(`/${folder}/`)));
  return part ? `${part.split('/')[1]}-${name}` : name;
}

/** The chunks that are put together by hand. @type {{ name: string, test: RegExp | ((id: string) => boolean) }[]} */
export const GROUPS = [
  { name: 'shared', test: (id) => SHARED.some((file) => id.endsWith(`/${file}.js`)) },
  { name: 'layers', test: BASE },
  { name: 'own', test: OWN },
  { name: 'photo', test: /\/shim\/(photo|bitmap)\./ },
  { name: 'papaparse', test: /\/papaparse\// },
  { name: 'zip', test: /\/shim\/datasets\/zip\./ }, // of Keras files and of pictures
  { name: 'fflate', test: /\/node_modules\/fflate\// }, // of exports and of projects
  { name: MODEL_FILE, test: /\/shim\/formats\/(fit\/|common|exchange|known|reading)/ },
];
