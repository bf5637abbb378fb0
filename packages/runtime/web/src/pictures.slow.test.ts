import { toInput } from '@trainyard/runtime-common';
import { decodePicture } from '@trainyard/runtime-node';
import { fakeCamera } from '@trainyard/testing/browser';
import { pixelsOf, tinyBundle } from '@trainyard/testing/runtime';
import type { Page } from 'playwright-core';
import sharp, { type Channels } from 'sharp';
import { describe, expect, test } from 'vitest';
import { chromiumMissing, inChromium, readyPage, withSite } from './in-browser.cases.ts';

const width = 61;
const height = 47;
const input = { ...tinyBundle().manifest.input, height: 11, width: 13 };

const noise = (channels: Channels) =>
  sharp(pixelsOf(width * height * channels), { raw: { width, height, channels } });
/** Colours that change slowly, as in photos. */
const smooth = () =>
  sharp(
    Uint8Array.from(
      { length: width * height * 3 },
      (_, i) => (i + Math.floor(i / (3 * width)) * (i % 3)) & 255,
    ),
    { raw: { width, height, channels: 3 } },
  );

/** What Node gives the model of these bytes. */
const nodeInput = async (file: Uint8Array): Promise<Uint8Array> => toInput(await decodePicture(file), input);

const pageInput = async (page: Page, file: Buffer): Promise<Uint8Array> =>
  Buffer.from(
    await page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      return inPage.inputOf(new Blob([bytes]));
    }, file.toString('base64')),
    'base64',
  );

describe.skipIf(chromiumMissing)(inChromium('pictures'), () => {
  test('of files have the bytes that Node gives the model', () =>
    withSite(async ({ browser, url }) => {
      const { page } = await readyPage(browser, url);
      const files = {
        'PNG, colour': noise(3).png(),
        'PNG, alpha': noise(4).png(),
        'PNG, gray': noise(1).png(),
        'PNG, palette': smooth().png({ palette: true }),
        'PNG, turned by EXIF': noise(3).withMetadata({ orientation: 3 }).png(),
        'PNG, sRGB profile': noise(3).withIccProfile('srgb').png(),
        JPEG: smooth().jpeg({ quality: 90 }),
        'JPEG, gray': noise(1).jpeg(),
        'JPEG, all colours': noise(3).jpeg({ chromaSubsampling: '4:4:4' }),
        ...Object.fromEntries(
          [2, 3, 4, 5, 6, 7, 8].map((orientation) => [
            `JPEG, turned by EXIF ${orientation}`,
            smooth().withMetadata({ orientation }).jpeg(),
          ]),
        ),
        'WebP, alpha': noise(4).webp({ lossless: true, exact: true }),
        WebP: smooth().webp(),
      };
      for (const [name, file] of Object.entries(files)) {
        const bytes = await file.toBuffer();
        expect([...(await pageInput(page, bytes))], name).toEqual([...(await nodeInput(bytes))]);
      }
      // Colours of another profile are converted by other libraries: one step apart at most.
      for (const file of [smooth().withIccProfile('p3').jpeg(), smooth().withIccProfile('p3').png()]) {
        const bytes = await file.toBuffer();
        const expected = await nodeInput(bytes);
        const got = await pageInput(page, bytes);
        expect(got).toHaveLength(expected.length);
        expect(Math.max(...got.map((byte, i) => Math.abs(byte - expected[i])))).toBeLessThanOrEqual(1);
      }
    }));

  test('of elements, canvases, bitmaps and frames have the same bytes, and stay as they are', () =>
    withSite(async ({ browser, url }) => {
      const { page } = await readyPage(browser, url);
      const file = await noise(3).png().toBuffer();
      const expected = Buffer.from(await nodeInput(file)).toString('base64');
      const got = await page.evaluate(async (base64) => {
        const blob = new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))]);
        const image = new Image();
        image.src = URL.createObjectURL(blob);
        await image.decode();
        const bitmap = await createImageBitmap(blob);
        const canvas = document.createElement('canvas');
        const offscreen = new OffscreenCanvas(bitmap.width, bitmap.height);
        for (const one of [canvas, offscreen]) {
          one.width = bitmap.width;
          one.height = bitmap.height;
          (one.getContext('2d') as CanvasRenderingContext2D).drawImage(bitmap, 0, 0);
        }
        const data = canvas.getContext('2d')!.getImageData(0, 0, bitmap.width, bitmap.height);
        const frame = new VideoFrame(canvas, { timestamp: 0 });
        const pictures = { blob, image, bitmap, canvas, offscreen, data, frame };
        const inputs: Record<string, string[]> = {};
        // Twice: the first time has left them whole.
        for (const [name, picture] of Object.entries(pictures))
          inputs[name] = [await inPage.inputOf(picture), await inPage.inputOf(picture)];
        frame.close();
        return inputs;
      }, file.toString('base64'));
      for (const [name, inputs] of Object.entries(got)) expect(inputs, name).toEqual([expected, expected]);
    }));

  test('that cannot be used are refused by PictureError, from a worker too', () =>
    withSite(async ({ browser, url }) => {
      const { page } = await readyPage(browser, url);
      const errors = await page.evaluate(async () => {
        const { files } = inPage.tinyBundle();
        const classifier = await inPage.loadBundle(inPage.memorySource(files));
        const closed = await createImageBitmap(new ImageData(2, 2));
        closed.close();
        const huge = { data: new Uint8Array(2 ** 20), width: 1024, height: 1024, channels: 3 } as const;
        const found: Record<string, string> = {};
        for (const [name, picture] of Object.entries({
          empty: new Blob([]),
          text: new File(['no picture'], 'note.txt'),
          closed,
          image: new Image(),
          video: document.createElement('video'),
          canvas: document.createElement('canvas').transferControlToOffscreen(),
          nothing: undefined,
          address: 'picture.png',
          huge,
        }))
          found[name] = await classifier.classify(picture as Blob).then(
            () => 'no error',
            (error: Error) => `${error.name}: ${error.message}`,
          );
        // After all this it works.
        found.after = String((await classifier.classify(new ImageData(3, 3))).length);
        await classifier.dispose();
        return found;
      });
      const { after, ...refused } = errors;
      for (const [name, error] of Object.entries(refused)) expect(error, name).toMatch(/^PictureError: /);
      expect(refused.text).toContain('note.txt: expected a picture');
      expect(after).toBe('3');
    }));

  test('of a camera come from the video, in both modes, and the page goes on answering', () =>
    withSite(
      async ({ browser, url }) => {
        const context = await browser.newContext({ permissions: ['camera'] });
        const { page } = await readyPage(context, url);
        for (const worker of [true, false]) {
          const seen = await page.evaluate(async (inWorker) => {
            const { files } = inPage.tinyBundle({ height: 28, width: 28 });
            const classifier = await inPage.loadBundle(inPage.memorySource(files), { worker: inWorker });
            const video = document.createElement('video');
            video.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
            await video.play();
            const answers = new Set<string>();
            // The picture of the fake camera moves.
            for (let i = 0; i < 100 && answers.size < 3; i++) {
              await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
              answers.add(JSON.stringify(await classifier.classify(video)));
            }
            for (const track of (video.srcObject as MediaStream).getTracks()) track.stop();
            await classifier.dispose();
            return answers.size;
          }, worker);
          expect(seen).toBe(3);
        }
      },
      { args: fakeCamera },
    ));
});
