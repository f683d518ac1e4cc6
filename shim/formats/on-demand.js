/** What reads and writes files of models, which is fetched once there are any. */
export const modelFile = () => import('./index.js');
