// Serves dist/ on this machine: node .setup/serve.js PORT
import { preview } from 'vite';

const port = Number(process.argv[2]);

try {
  const server = await preview({
    configFile: new URL('../web/vite.config.js', import.meta.url).pathname,
    logLevel: 'warn',
    preview: { host: process.env.HOST || '127.0.0.1', port, strictPort: true },
  });
  console.log(`Fitting Room is at http://localhost:${port}/ (Ctrl-C stops it)`);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close().then(() => process.exit(0)));
} catch (error) {
  const taken = String(error).includes('already in use');
  console.error(taken ? `Port ${port} is taken. Another one: make serve PORT=${port + 1}` : error);
  process.exit(1);
}
