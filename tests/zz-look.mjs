import { openPage, hook } from './page/page.js';
import { readdirSync } from 'node:fs';
const dir='/work/shared/photos/'; const many=['dress','outwear','pants','shoes','t-shirt','shirt'].flatMap((d)=>readdirSync(dir+d).slice(3,5).map((f)=>`${dir}${d}/${f}`));
const { browser, close } = await openPage('chromium', { query:'data=synthetic', browser:{ width:+(process.argv[2]??1440), height:+(process.argv[3]??1000), dark:process.argv[4]==='dark', locale: process.argv[5] ?? 'en' } });
try {
  await browser.waitFor((s)=>document.querySelector(s), { args:[hook('photo-input')] });
  const t=Date.now();
  await browser.uploadFile(hook('photo-input'), many[0]);
  await browser.waitFor((s)=>['ready','refused'].includes(document.querySelector(s).dataset.state), { args:[hook('photo-result')] });
  console.log('first answer', Date.now()-t, await browser.evaluate((s)=>JSON.stringify({...document.querySelector(s).dataset}), hook('photo-result')));
  if (process.argv[6]!=='one') { await browser.uploadFile(hook('photo-input'), ...many.slice(1)); await browser.waitFor(()=>[...document.querySelectorAll('[data-testid=photo-item]')].every((n)=>['ready','refused'].includes(n.dataset.state))); console.log('all', Date.now()-t); }
  await new Promise((r)=>setTimeout(r,800));
  await browser.evaluate(()=>document.getElementById('try').scrollIntoView({behavior:'instant'}));
  await new Promise((r)=>setTimeout(r,300));
  await browser.screenshot('/tmp/s/look.png');
  console.log(browser.errors);
} finally { await close(); }
