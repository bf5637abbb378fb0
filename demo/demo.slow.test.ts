import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumMissing, fakeCamera, withChromium } from '@trainyard/testing/browser';
import * as ort from 'onnxruntime-node';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleFile, bundleMissing, drawn, testPicture } from './demo.cases.ts';
import { type Answer, answerOf, draw, openDemo, seenPixels, settled, withDemo } from './served-demo.cases.ts';
import { readStrokes } from './src/ink/strokes.ts';

const missing = chromiumMissing ? `: ${chromiumMissing}` : bundleMissing;

/** What Node makes of the pixels, in the words of the page. */
async function inNode(
  session: ort.InferenceSession,
  pixels: Uint8Array,
  labels: readonly string[],
): Promise<Answer> {
  const { logits } = await session.run({ pixels: new ort.Tensor('uint8', pixels, [1, 8, 8, 1]) });
  const numbers = [...(logits!.data as Float32Array)];
  const most = Math.max(...numbers);
  const sum = numbers.reduce((all, logit) => all + Math.exp(logit - most), 0);
  return { label: labels[numbers.indexOf(most)]!, sure: `${(100 / sum).toFixed(1)} %` };
}

const digits = [...'0123456789'];

/** A busy machine may take its time. */
const patiently = { timeout: 30_000 };

/** Waits until the page says what Node says of the pixels it shows. */
async function expectSameAnswer(page: Page, session: ort.InferenceSession, labels = digits): Promise<Answer> {
  const expected = await inNode(session, await seenPixels(page), labels);
  await expect.poll(() => answerOf(page), { timeout: 20_000 }).toEqual(expected);
  return expected;
}

describe.skipIf(missing)(`the demo in Chromium${missing ?? ''}`, () => {
  // One build and one browser for all; a context for each test.
  let url: string;
  let browser: Browser;
  let session: ort.InferenceSession;
  let end: () => void;
  let ended: Promise<unknown>;
  beforeAll(async () => {
    session = await ort.InferenceSession.create(readFileSync(bundleFile('float32.onnx')));
    await new Promise<void>((ready, failed) => {
      ended = withDemo((served) =>
        withChromium((launched) => {
          [url, browser] = [served, launched];
          ready();
          return new Promise<void>((done) => {
            end = done;
          });
        }),
      ).catch(failed);
    });
  });
  afterAll(async () => {
    end();
    await ended;
  });

  test('drawings are read as Node reads the same pixels, and nine of ten right', async () => {
    const { page, errors } = await openDemo(browser, url);
    let right = 0;
    for (let digit = 0; digit < 10; digit++)
      for (const [hand, k] of [
        [0, 1],
        [1, 2],
        [2, 3],
        [0, 4],
      ] as const) {
        await draw(page, '#pad', drawn(digit, hand, k));
        const { label } = await expectSameAnswer(page, session);
        if (label === String(digit)) right++;
        await page.getByRole('button', { name: 'Clear' }).first().click();
        await settled(page);
      }
    expect(right).toBeGreaterThanOrEqual(36);
    expect(await answerOf(page)).toMatchObject({ label: '?' });
    expect(await page.locator('#provider').inputValue()).toBe('wasm');
    expect(await page.locator('#fact-time').textContent()).toMatch(/^[\d.]+ ms$/);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('the keyboard draws, and a screen reader hears the answer', async () => {
    const { page, errors } = await openDemo(browser, url);
    await page.locator('#tab-draw').focus();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.ariaLabel)).toBe('Draw a digit');
    await page.keyboard.press('Space');
    for (let i = 0; i < 14; i++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await settled(page);
    const { label } = await expectSameAnswer(page, session);
    expect(label).toBe('1');
    await expect.poll(() => page.locator('#announce').textContent(), patiently).toMatch(/^Read as 1, /);
    await page.keyboard.press('Backspace');
    await expect.poll(() => answerOf(page), patiently).toMatchObject({ label: '?' });
    // With the arrows the tabs, too.
    await page.locator('#tab-draw').focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('#panel-picture').isVisible()).toBe(true);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('a picture is dropped anywhere, chosen, or no picture', async () => {
    const { page, errors } = await openDemo(browser, url);
    let right = 0;
    for (let i = 0; i < 10; i++) {
      const { data, width, label } = testPicture(i * 7, { side: 200, margin: 40 });
      await dropPng(
        page,
        [...data].map((level) => Math.round(235 - level * 0.8)),
        width,
      );
      await page.locator('#photo').waitFor();
      await expect.poll(() => page.locator('#photo').getAttribute('width'), patiently).toBe('128');
      const read = await expectSameAnswer(page, session);
      if (read.label === String(label)) right++;
    }
    expect(right).toBeGreaterThanOrEqual(9);
    await page
      .locator('#file')
      .setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no') });
    await expect
      .poll(() => page.locator('#photo-note').textContent(), patiently)
      .toContain('notes.txt is no picture');
    expect(await answerOf(page)).toMatchObject({ label: '?' });
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('without a camera the page says so, and works', async () => {
    const { page, errors } = await openDemo(browser, url);
    await page.locator('#tab-camera').click();
    await page.locator('#camera-start').click();
    await expect
      .poll(() => page.locator('#camera-words').textContent(), patiently)
      .toMatch(/no camera|refused/);
    await page.locator('#tab-draw').click();
    await draw(page, '#pad', drawn(3, 0, 1));
    await expectSameAnswer(page, session);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('the camera is read, frame by frame, and let go', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'trainyard-camera-'));
    try {
      const { label } = testPicture(3, { side: 480, margin: 0 });
      const film = join(folder, 'digit.y4m');
      await writeFile(film, filmOf(3));
      await withChromium(
        async (filmed) => {
          const { page, errors } = await openDemo(filmed, url);
          await page.locator('#tab-camera').click();
          await page.locator('#camera-start').click();
          await expect
            .poll(async () => (await answerOf(page)).label, { timeout: 60_000 })
            .toBe(String(label));
          await page.locator('#tab-draw').click();
          expect(await page.evaluate(() => document.querySelector('video')!.srcObject)).toBeNull();
          expect(errors).toEqual([]);
        },
        [...fakeCamera, `--use-file-for-fake-video-capture=${film}`],
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('variants are measured, and the measuring stops when asked to', async () => {
    const { page, errors } = await openDemo(browser, url);
    await page.locator('#measure').click();
    await page.locator('#measure-stop').click();
    await expect.poll(() => page.locator('#measure-words').textContent(), patiently).toBe('Stopped.');
    await page.locator('#measure').click();
    await page.locator('#measure').waitFor({ state: 'visible', timeout: 300_000 });
    expect(await page.locator('#measure-words').textContent()).toContain('Done, on WASM');
    const rows = await page.locator('#variant-rows tr').all();
    expect(rows).toHaveLength(9);
    for (const row of rows) {
      const [, , time, agreement] = await row.locator('td').allTextContents();
      expect(time).toMatch(/^[\d.]+ ms$/);
      expect(Number.parseFloat(agreement!)).toBeGreaterThanOrEqual(97);
    }
    await page.getByRole('button', { name: 'Use pruned-int8' }).click();
    await expect.poll(() => page.locator('#fact-size').textContent(), patiently).toBe('18.8 kB');
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('it learns a hand, reads with what it learned, and gives the file to Node', async () => {
    const { page, errors } = await openDemo(browser, url, { acceptDownloads: true });
    const seven = (k: number) => drawn(7, 2, k);
    // Two that are corrected where they were misread, and four that are drawn for the lesson.
    for (const k of [50, 51]) {
      await draw(page, '#pad', seven(k));
      await page.locator('#correct-label').selectOption('7');
      await page.locator('#correct-add').click();
      await page.locator('#pad').getByRole('button', { name: 'Clear' }).click();
    }
    await page.locator('#labels label', { hasText: '7' }).click();
    for (const k of [52, 53, 54, 55]) {
      await draw(page, '#lesson-pad', seven(k));
      await page.getByRole('button', { name: 'Add this 7' }).click();
      await settled(page);
    }
    expect(await page.locator('.example').count()).toBe(6);
    await page.locator('#train').click();
    await page.locator('#taught').waitFor();
    await page.locator('#load').waitFor({ state: 'hidden' });
    await expect.poll(() => page.locator('#variant').inputValue(), patiently).toBe('taught');
    expect(await page.locator('.curve .line').getAttribute('d')).toMatch(/^M.*L/);
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#download').click()]);
    expect(download.suggestedFilename()).toBe('digits-taught.onnx');
    const taught = await ort.InferenceSession.create(readFileSync((await download.path())!));
    // The page and Node give the same to a tenth of a percent.
    await page.locator('#try').click();
    for (const [digit, hand] of [
      [7, 2],
      [7, 0],
      [3, 1],
      [0, 0],
    ] as const) {
      await draw(page, '#pad', drawn(digit, hand, 70));
      await expectSameAnswer(page, taught);
      await page.locator('#pad').getByRole('button', { name: 'Clear' }).click();
      await settled(page);
    }
    const others = Array.from({ length: 40 }, (_, k) => readStrokes(seven(k))!.pixels);
    const rightOf = async (model: ort.InferenceSession) => {
      const answers = await Promise.all(others.map((pixels) => inNode(model, pixels, digits)));
      return answers.filter(({ label }) => label === '7').length;
    };
    const [before, after] = [await rightOf(session), await rightOf(taught)];
    expect(after).toBeGreaterThan(before);
    expect(after).toBeGreaterThanOrEqual(38);
    // The examples outlive the page; forgetting takes the model away too.
    await page.reload();
    await page.locator('#load').waitFor({ state: 'hidden' });
    await expect.poll(() => page.locator('.example').count(), patiently).toBe(6);
    await page.locator('.example').first().click();
    expect(await page.locator('.example').count()).toBe(5);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('WebGPU reads the same, or says why it was passed over', async () => {
    const { page, errors } = await openDemo(browser, url);
    await page.locator('#provider').selectOption('webgpu');
    await page.locator('#load').waitFor({ state: 'hidden' });
    await expect.poll(() => page.locator('#provider').isEnabled(), patiently).toBe(true);
    if ((await page.locator('#provider').inputValue()) === 'wasm')
      expect(await page.locator('#notes').textContent()).toContain('WebGPU was passed over: ');
    await draw(page, '#pad', drawn(3, 0, 1));
    await expectSameAnswer(page, session);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('a model that does not load is told, and tried again', async () => {
    let blocked = true;
    const { page } = await openDemo(browser, url, {
      loads: false,
      prepare: (opened) =>
        opened.route('**/*.onnx', (route) =>
          blocked ? route.abort('internetdisconnected') : route.continue(),
        ),
    });
    await page.locator('.load.failed').waitFor();
    expect(await page.locator('#load-words').textContent()).toContain('float32 did not load');
    // Drawing works meanwhile.
    await draw(page, '#pad', drawn(3, 0, 1));
    blocked = false;
    await page.locator('#load-retry').click();
    await page.locator('#load').waitFor({ state: 'hidden' });
    await expectSameAnswer(page, session);
    await page.context().close();
  });

  test('a host that does not isolate the page costs threads, and no more', async () => {
    const { page, errors } = await openDemo(browser, url, {
      prepare: (opened) =>
        opened.route(url, async (route) => {
          const response = await route.fetch();
          const headers = Object.entries(response.headers()).filter(
            ([name]) => !name.startsWith('cross-origin-'),
          );
          await route.fulfill({ response, headers: Object.fromEntries(headers) });
        }),
    });
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    expect(await page.locator('#notes').textContent()).toContain('One thread only');
    await draw(page, '#pad', drawn(3, 0, 1));
    await expectSameAnswer(page, session);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test.each(['light', 'dark'] as const)('%s: colors have the contrast of WCAG AA', async (colorScheme) => {
    const { page } = await openDemo(browser, url, { colorScheme, loads: false });
    const ratios = await page.evaluate(contrasts);
    for (const [pair, ratio] of Object.entries(ratios)) expect([pair, ratio >= 4.5]).toEqual([pair, true]);
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await background()).toBe(colorScheme === 'light' ? 'rgb(251, 250, 246)' : 'rgb(20, 23, 27)');
    // The button chooses against the system: light, then dark; and remembers.
    await page.locator('#theme').click();
    expect(await background()).toBe('rgb(251, 250, 246)');
    await page.locator('#theme').click();
    expect(await background()).toBe('rgb(20, 23, 27)');
    await page.reload();
    expect(await background()).toBe('rgb(20, 23, 27)');
    await page.context().close();
  });

  test.each([
    ['phone', 390, 844],
    ['small phone', 320, 640],
    ['tablet', 820, 1180],
  ])(
    '%s: nothing is wider than the screen, and every control has a name and room for a finger',
    async (_, width, height) => {
      const { page, errors } = await openDemo(browser, url, {
        viewport: { width, height },
        isMobile: true,
        hasTouch: true,
        deviceScaleFactor: 2,
      });
      for (const tab of ['#tab-picture', '#tab-camera', '#tab-draw']) {
        await page.locator(tab).tap();
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
        expect(await page.evaluate(nameless)).toEqual([]);
      }
      expect(await page.evaluate(small)).toEqual([]);
      expect(errors).toEqual([]);
      await page.context().close();
    },
  );
});

/** Drops a gray picture on the page, as PNG. */
const dropPng = (page: Page, gray: readonly number[], width: number): Promise<void> =>
  page.evaluate(
    async ([levels, columns]) => {
      const canvas = document.createElement('canvas');
      canvas.width = columns;
      canvas.height = levels.length / columns;
      const context = canvas.getContext('2d')!;
      const image = context.createImageData(canvas.width, canvas.height);
      levels.forEach((level, i) => {
        image.data.set([level, level, level, 255], i * 4);
      });
      context.putImageData(image, 0, 0);
      const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([blob!], 'digit.png', { type: 'image/png' }));
      const note = document.querySelector('#photo-note')!;
      note.textContent = '';
      document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }));
      while (note.textContent === '') await new Promise((next) => setTimeout(next, 10));
    },
    [gray, width] as const,
  );

/** A film of two frames, 480 × 480: a test picture, dark on light, in the middle. */
function filmOf(index: number): Buffer {
  const side = 480;
  const { data } = testPicture(index, { side, margin: 130 });
  const luma = Buffer.from(data.map((level) => 220 - level * 0.75));
  const chroma = Buffer.alloc((side * side) / 2, 128);
  const frame = [Buffer.from('FRAME\n'), luma, chroma];
  return Buffer.concat([
    Buffer.from(`YUV4MPEG2 W${side} H${side} F10:1 Ip A1:1 C420jpeg\n`),
    ...frame,
    ...frame,
  ]);
}

// These run in the page.

/** Contrast by WCAG 2 of words on what they stand on. */
function contrasts(): Record<string, number> {
  const probe = document.body.appendChild(document.createElement('i'));
  const luminance = (name: string): number => {
    probe.style.color = `var(--${name})`;
    const [r, g, b] = getComputedStyle(probe)
      .color.match(/[\d.]+/g)!
      .slice(0, 3)
      .map((text) => Number(text) / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const pairs = [
    ...['paper', 'raised', 'wash', 'sheet', 'tab'].flatMap((ground) => [
      ['ink', ground],
      ...(ground === 'tab' ? [] : [['muted', ground]]),
    ]),
    ['on-blue', 'blue'],
    ['blue', 'paper'],
    ['green', 'paper'],
  ] as [string, string][];
  return Object.fromEntries(
    pairs.map(([words, ground]) => {
      const [a, b] = [luminance(words), luminance(ground)].sort((one, other) => other - one) as [
        number,
        number,
      ];
      return [`${words} on ${ground}`, (a + 0.05) / (b + 0.05)];
    }),
  );
}

/** Controls without a name, pictures without a description, labels for nothing, ids that are there twice. */
function nameless(): string[] {
  const wrong: string[] = [];
  const textOf = (id: string): string => document.getElementById(id)?.textContent?.trim() ?? '';
  for (const element of document.querySelectorAll<HTMLElement>(
    'button, a, input, select, canvas, video, table, nav, [role]',
  )) {
    if (element.closest('[aria-hidden=true], [hidden]')) continue;
    const labels = 'labels' in element ? [...((element as HTMLInputElement).labels ?? [])] : [];
    const name =
      element.ariaLabel ||
      (element.getAttribute('aria-labelledby') ?? '').split(' ').map(textOf).join('') ||
      labels.map((label) => label.textContent?.trim()).join('') ||
      (element.matches('button, a, [role=status], [role=tab], table')
        ? element.textContent?.trim() || (element.role === 'status' ? 'status' : '')
        : '');
    if (!name) wrong.push(element.outerHTML.slice(0, 100));
  }
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  wrong.push(...ids.filter((id, i) => ids.indexOf(id) !== i));
  for (const element of document.querySelectorAll('[aria-describedby], [aria-controls]'))
    for (const name of ['aria-describedby', 'aria-controls'])
      for (const id of element.getAttribute(name)?.split(' ') ?? [])
        if (!ids.includes(id)) wrong.push(`${name} ${id}`);
  if (document.documentElement.lang !== 'en' || !document.title) wrong.push('lang or title');
  return wrong;
}

/** Controls smaller than the 24 × 24 of WCAG 2.2, AA. */
function small(): string[] {
  return [...document.querySelectorAll<HTMLElement>('button, select, input:not(.hidden), .chip')]
    .filter((element) => element.checkVisibility())
    .map((element) => ({ element, box: element.getBoundingClientRect() }))
    .filter(({ box }) => box.width < 24 || box.height < 24)
    .map(({ element, box }) => `${element.outerHTML.slice(0, 60)} ${box.width} × ${box.height}`);
}
