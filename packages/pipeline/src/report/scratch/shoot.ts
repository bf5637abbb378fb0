import { readFileSync, writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { parseReport, renderReport, renderTable } from '../index.ts';
import { sampleReport } from '../sample-report.ts';

const source = process.argv[2];
const report = source
  ? parseReport(JSON.parse(readFileSync(source, 'utf8')))
  : parseReport(await sampleReport());
const t = performance.now();
const page = renderReport(report);
console.log('render ms', performance.now() - t, 'bytes', page.length);
writeFileSync('/tmp/report.html', page);
console.log(renderTable(report));
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const [name, width, colorScheme] of [
  ['light', 1280, 'light'],
  ['dark', 1280, 'dark'],
  ['narrow', 390, 'light'],
] as const) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme,
    deviceScaleFactor: name === 'narrow' ? 2 : 1,
  });
  const tab = await context.newPage();
  tab.on('console', (m) => console.log(name, m.type(), m.text()));
  tab.on('request', (r) => {
    if (!r.url().startsWith('data:') && !r.url().startsWith('file:')) console.log('REQUEST', r.url());
  });
  await tab.goto('file:///tmp/report.html');
  const overflow = await tab.evaluate('document.documentElement.scrollWidth - innerWidth');
  console.log(name, 'overflow', overflow);
  await tab.screenshot({ path: `/tmp/report-${name}.png`, fullPage: true });
  if (name === 'light') {
    await tab.emulateMedia({ media: 'print' });
    await tab.setViewportSize({ width: 720, height: 1000 });
    await tab.screenshot({ path: '/tmp/report-print.png', fullPage: true });
  }
  await context.close();
}
await browser.close();
