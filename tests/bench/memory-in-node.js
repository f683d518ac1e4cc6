/** Run by parts/memory.js in a separate process: prints what the run held and how far the process grew. */
import { run } from './runs/memory.js';

const MB = 1024 * 1024;
const before = process.memoryUsage().rss / MB;
const held = await run(JSON.parse(process.argv[2]), Number(process.argv[3]));
const highest = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ ...held, growth: highest - before }));
process.exit();
