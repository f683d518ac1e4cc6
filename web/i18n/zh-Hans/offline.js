/** @type {Record<string, string>} */
export const texts = {
  offline: '现在可以离线使用了。',
  'update.ready': '新版本已就绪。',
  'update.loses': '新版本已就绪。更新会刷新页面，并结束此标签页中的训练。',
  'update.later': '新版本已就绪，训练结束或停止后即可更新。',
  'update.use': '立即更新',
};
