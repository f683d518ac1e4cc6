import { openPage, hook } from './page/page.js';
const { browser, close } = await openPage('chromium', { query:'data=synthetic', browser:{ width:+(process.argv[2]??1440), height:+(process.argv[3]??1000), dark:process.argv[4]==='dark' } });
try {
  await browser.waitFor((s)=>document.querySelector(s), { args:[hook('photo-input')] });
  await browser.uploadFile(hook('photo-input'), '/work/shared/photos/pants/'+(await import('node:fs')).readdirSync('/work/shared/photos/pants')[4]);
  await browser.waitFor((s)=>['ready','refused'].includes(document.querySelector(s).dataset.state), { args:[hook('photo-result')] });
  await browser.evaluate(()=>{const s=document.querySelector('[data-testid=look-choice]'); s.value='occlusion'; s.dispatchEvent(new Event('change')); document.querySelector('.inside').open=true; document.querySelector('.photo-adjust').open=true;});
  await browser.click(hook('photo-draw'));
  const box = await browser.evaluate(()=>{const c=document.querySelector('[data-testid=drawing-canvas]'); c.scrollIntoView({block:'center'}); const r=c.getBoundingClientRect(); return [r.left,r.top,r.width];});
  const m=browser.page.mouse; const P=(x,y)=>[box[0]+x*box[2],box[1]+y*box[2]];
  await m.move(...P(.3,.1)); await m.down(); for (const [x,y] of [[.1,.3],[.2,.4],[.3,.3],[.3,.9],[.7,.9],[.7,.3],[.8,.4],[.9,.3],[.7,.1],[.5,.18],[.3,.1]]) await m.move(...P(x,y),{steps:4}); await m.up();
  await browser.click(hook('drawing-fill')); const b2 = await browser.evaluate(()=>{const r=document.querySelector('[data-testid=drawing-canvas]').getBoundingClientRect(); return [r.left,r.top,r.width];}); await m.click(b2[0]+.5*b2[2],b2[1]+.5*b2[2]);
  await new Promise((r)=>setTimeout(r,1500));
  await browser.evaluate(()=>document.getElementById('try').scrollIntoView({behavior:'instant'}));
  await new Promise((r)=>setTimeout(r,300));
  await browser.page.screenshot({path:'/tmp/s/look2.png', fullPage:false, captureBeyondViewport:true, clip: await browser.evaluate(()=>{const r=document.getElementById('try').getBoundingClientRect(); return {x:0,y:r.top+scrollY,width:innerWidth,height:Math.min(r.height,2600)};})});
  await browser.click(hook('drawing-use')); await new Promise((r)=>setTimeout(r,1500)); console.log(await browser.evaluate((s)=>JSON.stringify({...document.querySelector(s).dataset}), hook('photo-result')));
  console.log(browser.errors);
} finally { await close(); }
