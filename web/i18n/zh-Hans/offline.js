/** @type {Record<string, string>} */
export const texts = {
  offline: '此后没有网络也能使用。',
  'update.ready': '新版本已就绪。',
  'update.loses': '新版本已就绪。更换后，训练结果会丢失。',
  'update.later': '新版本已就绪，训练结束后可用。',
  'update.use': '立即使用',
};
