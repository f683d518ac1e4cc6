/**
 * One file of the dataset: as published (gzip), and its content (IDX).
 * @typedef {object} DatasetFile
 * @property {string} name
 * @property {Kind} kind
 * @property {number} bytes length of the gzip file
 * @property {string} sha256 of the gzip file
 * @property {number} count number of images or labels
 * @property {number} contentBytes length of the IDX file inside
 * @property {string} contentSha256 of the IDX file inside
 *
 * @typedef {'train-images' | 'train-labels' | 'test-images' | 'test-labels'} Kind
 * @typedef {{ classNames: string[], files: DatasetFile[], publicUrl: string }} DatasetTable
 */

export const CLASS_NAMES = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

/**
 * Fashion-MNIST as published by Zalando Research (Xiao, Rasul and Vollgraf, 2017), MIT licence.
 * @type {DatasetTable}
 */
export const FASHION_MNIST = {
  classNames: CLASS_NAMES,
  publicUrl: 'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
  files: [
    {
      name: 'train-images-idx3-ubyte.gz',
      kind: 'train-images',
      bytes: 26421880,
      sha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
      count: 60000,
      contentBytes: 47040016,
      contentSha256: 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
    },
    {
      name: 'train-labels-idx1-ubyte.gz',
      kind: 'train-labels',
      bytes: 29515,
      sha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
      count: 60000,
      contentBytes: 60008,
      contentSha256: 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
    },
    {
      name: 't10k-images-idx3-ubyte.gz',
      kind: 'test-images',
      bytes: 4422102,
      sha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
      count: 10000,
      contentBytes: 7840016,
      contentSha256: '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
    },
    {
      name: 't10k-labels-idx1-ubyte.gz',
      kind: 'test-labels',
      bytes: 5148,
      sha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
      count: 10000,
      contentBytes: 10008,
      contentSha256: '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
    },
  ],
};
