import { chromiumMissing, withChromium } from '@trainyard/testing/browser';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serveDashboard } from './serve-dashboard.ts';
import { learningCurves } from './testing/learning-curves.cases.ts';
import { type OpenDashboard, openDashboard } from './testing/open-dashboard.cases.ts';
import { storeOfScripts } from './testing/scripts-in-store.cases.ts';
import { strangeSite } from './testing/strange-site.cases.ts';

interface Watched {
  readonly page: Page;
  /** What the page wrote to the console, and what it threw. */
  readonly log: string[];
  /** Where its requests went. */
  readonly hosts: Set<string>;
}

describe.skipIf(chromiumMissing)('in Chromium', () => {
  let open: OpenDashboard;
  let url: string;
  let browser: Browser;
  let ended: () => void;
  let closed: Promise<void>;

  beforeAll(async () => {
    open = await openDashboard();
    url = open.dashboard.url;
    const end = new Promise<void>((resolve) => {
      ended = resolve;
    });
    await new Promise<void>((started, failed) => {
      closed = withChromium(
        async (opened) => {
          browser = opened;
          started();
          await end;
        },
        [],
        false,
      );
      closed.catch(failed);
    });
  });
  afterAll(async () => {
    ended?.();
    await closed;
    await open?.close();
  });

  async function watch(context: BrowserContext): Promise<Watched> {
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const [log, hosts] = [[] as string[], new Set<string>()];
    page.on('console', (message) => log.push(message.text()));
    page.on('pageerror', (error) => log.push(`page error: ${error.message}`));
    page.on('dialog', (dialog) => {
      log.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => hosts.add(new URL(request.url()).host));
    return { page, log, hosts };
  }

  /** A context of its own, whose cookies are of nobody else. */
  async function signedIn(use: (watched: Watched) => Promise<void>): Promise<void> {
    const context = await browser.newContext();
    try {
      const watched = await watch(context);
      await watched.page.goto(open.dashboard.signInUrl);
      await watched.page.getByText('signed in').waitFor();
      await use(watched);
      expect(watched.log).toEqual([]);
      expect([...watched.hosts]).toEqual([new URL(url).host]);
    } finally {
      await context.close();
    }
  }

  test('the printed address signs in, and leaves the token nowhere in the address', () =>
    signedIn(async ({ page }) => {
      expect(page.url()).toBe(url);
      expect(await page.evaluate(() => document.cookie)).toBe('');
      const [cookie] = await page.context().cookies();
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
      expect(await page.content()).not.toContain(open.dashboard.token);
    }));

  test('a token that is typed signs in, and a wrong one says so', async () => {
    const context = await browser.newContext();
    const { page } = await watch(context);
    await page.goto(`${url}models/digits`);
    expect(await page.getByText('Promote…').count()).toBe(0);
    await page.getByRole('link', { name: 'sign in' }).click();
    await page.getByLabel('Token').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Token').fill(open.dashboard.token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('signed in').waitFor();
    await context.close();
  });

  test('curves grow while the page is open; what was opened, written and focused stays', () =>
    signedIn(async ({ page }) => {
      const { running } = open.filled;
      await page.goto(`${url}runs/${running.id}`);
      const curve = page.locator('#curve-loss .wide svg');
      const before = await curve.getAttribute('aria-label');
      await page.locator('#config summary').click();
      await page.locator('#cancel summary').click();
      await page.locator('#cancel input[name=reason]').fill('half a reas');
      await page.evaluate(() => Object.assign(window, { sameWindow: true }));
      const labels = new Set([before]);
      for (const epochs of [4, 6, 9]) {
        const points = learningCurves(16, epochs, { from: 3 });
        await open.store.runs.log(running.id, running.token, points);
        const progress = { progress: epochs / 10, note: `epoch ${epochs} of 10` };
        await open.store.stages.progress(running.id, running.token, 'train', progress);
        await page.getByText(progress.note).waitFor();
        const last = points.filter(({ name }) => name === 'validation/loss').at(-1)!;
        await page.waitForFunction(
          (end) => document.querySelector('#curve-loss .wide svg')?.getAttribute('aria-label')?.includes(end),
          `validation ${Number(last.value.toPrecision(4))}`,
        );
        labels.add(await curve.getAttribute('aria-label'));
      }
      expect(labels.size).toBe(4);
      expect(await page.evaluate(() => 'sameWindow' in window)).toBe(true);
      expect(await page.locator('#config pre').isVisible()).toBe(true);
      expect(await page.locator('#cancel input[name=reason]').inputValue()).toBe('half a reas');
      expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('reason');
      await page.keyboard.type('on');
      expect(await page.locator('#cancel input[name=reason]').inputValue()).toBe('half a reason');
    }));

  test('approve, promote and roll back, by clicking', () =>
    signedIn(async ({ page }) => {
      const champion = async () => (await open.store.aliases.get('digits')).champion?.version;
      await page.goto(`${url}models/digits`);
      expect(await champion()).toBe(4);

      await page.getByText('Approve version 5…').click();
      await page.locator('#approve input[name=reason]').fill('eights look better');
      await page.getByRole('button', { name: 'Approve' }).click();
      await page.getByText('Version 5 is approved.').waitFor();
      await page.getByText('eights look better').waitFor();
      expect(await champion()).toBe(4);

      await page.getByText('Promote…').click();
      await page.locator('#promote input[name=reason]').fill('as approved');
      await page.getByRole('button', { name: 'Promote' }).click();
      await page.getByText('Version 5 is champion.').waitFor();
      expect(await champion()).toBe(5);
      expect(await page.locator('#alias-champion').textContent()).toContain('version 5');

      await page.getByText('Roll back to version 4…').click();
      await page.locator('#rollback input[name=reason]').fill('complaints');
      await page.getByRole('button', { name: 'Roll back' }).click();
      await page.getByText('Version 5 is rolled back.').waitFor();
      expect(await champion()).toBe(4);
      expect(await page.locator('#alias-champion').textContent()).toContain('version 4');
      expect(open.actions.asked.slice(-3)).toEqual([
        'approve 5',
        'promote 5 over 4',
        'rollback digits from 5',
      ]);
    }));

  test('a run is started and cancelled by keyboard alone', () =>
    signedIn(async ({ page }) => {
      await page.goto(`${url}runs`);
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('To the content');
      await page.keyboard.press('Enter');
      const tabTo = async (what: string) => {
        for (let i = 0; i < 60; i++) {
          await page.keyboard.press('Tab');
          const text = await page.evaluate(() => {
            const focused = document.activeElement;
            return focused?.getAttribute('name') ?? focused?.textContent ?? '';
          });
          if (text === what) return;
        }
        throw new Error(`nothing called ${what} by keyboard`);
      };
      await tabTo('Retrain now…');
      await page.keyboard.press('Enter');
      await tabTo('pipeline');
      await page.keyboard.press('ArrowDown');
      await tabTo('start');
      await page.keyboard.press('ArrowDown');
      await tabTo('Retrain');
      await page.keyboard.press('Enter');
      await page.getByText(/^Done\..* of glyphs waits for a worker\.$/).waitFor();
      expect(open.actions.asked.at(-1)).toBe('retrain glyphs warm');
      const id = new URL(page.url()).pathname.split('/').at(-1)!;
      await tabTo('Cancel this run…');
      await page.keyboard.press('Enter');
      await tabTo('reason');
      await page.keyboard.type('a slip');
      await page.keyboard.press('Enter');
      await page.getByText('The run is cancelled.').waitFor();
      expect(await open.store.runs.get(id)).toMatchObject({ status: 'cancelled', failure: 'a slip' });
    }));

  test('schedules are added, paused, resumed and removed', () =>
    signedIn(async ({ page }) => {
      await page.goto(`${url}schedules`);
      await page.getByText('Add a schedule…').click();
      await page.getByLabel('Name').fill('hourly');
      await page.getByLabel('Cron').fill('0 * * *');
      await page.getByRole('button', { name: 'Add' }).click();
      await page.getByText('Not done.').waitFor();
      await page.getByText('schedule: expected five fields of cron').waitFor();

      await page.getByText('Add a schedule…').click();
      await page.getByLabel('Name').fill('hourly');
      await page.getByLabel('Cron').fill('0 * * * *');
      await page.getByLabel('Time zone').fill('Asia/Kolkata');
      await page.getByRole('button', { name: 'Add' }).click();
      await page.getByText('Schedule hourly of digits is set.').waitFor();
      const row = page.locator('#schedule-digits-hourly');
      expect(await row.textContent()).toContain('Asia/Kolkata');

      await row.getByRole('button', { name: 'Pause' }).click();
      await page.getByText('Schedule hourly of digits is paused.').waitFor();
      expect(await open.store.schedules.get('digits', 'hourly')).toMatchObject({ paused: true });
      await row.getByRole('button', { name: 'Resume' }).click();
      await page.getByText('Schedule hourly of digits goes on.').waitFor();
      await row.getByText('Remove…').click();
      await row.getByRole('button', { name: 'Remove hourly' }).click();
      await page.getByText('Schedule hourly of digits is removed.').waitFor();
      expect((await open.store.schedules.list()).map(({ name }) => name)).not.toContain('hourly');
    }));

  test('runs are chosen in the list, compared, and their files saved', () =>
    signedIn(async ({ page }) => {
      const { champion, failed } = open.filled;
      await page.goto(`${url}runs`);
      await page.locator(`#run-${champion} input`).check();
      await page.locator(`#run-${failed} input`).check();
      await page.getByRole('button', { name: 'Compare what is chosen' }).click();
      await page.getByText('2 runs side by side').waitFor();
      expect(await page.getByText('pipeline.train.learningRate').isVisible()).toBe(true);
      await page.goto(`${url}runs/${champion}`);
      await page.locator('#files summary').click();
      const saved = page.waitForEvent('download');
      await page.getByRole('button', { name: 'train/weights.bin' }).click();
      expect((await saved).suggestedFilename()).toBe('weights.bin');
    }));

  test('pages of other sites and of other ports change nothing, read nothing and frame nothing', async () => {
    await signedIn(async ({ page }) => {
      const before = await open.store.aliases.get('digits');
      const asked = open.actions.asked.length;
      await strangeSite(url, async (sites) => {
        for (const site of sites) {
          // In the same browser, which sends the cookie where it may.
          const strange = await page.context().newPage();
          await strange.goto(`${site}form`);
          await strange.waitForURL(`${url}**`);
          expect(await strange.content()).toContain('Only pages of the dashboard may ask for this.');
          await strange.goto(`${site}fetch`);
          await strange.waitForFunction(() => document.title === 'done');
          expect(await strange.evaluate(() => document.body.textContent)).toBe(
            [
              'get: refused',
              'post: refused',
              'post without cors: refused',
              'frame: empty',
              'script: refused',
            ].join('\n'),
          );
          await strange.close();
        }
      });
      const after = await open.store.aliases.get('digits');
      expect([after.generation, after.champion?.version]).toEqual([
        before.generation,
        before.champion?.version,
      ]);
      expect(open.actions.asked.length).toBe(asked);
    });
  });

  test('scripts in what is stored are text', () =>
    signedIn(async ({ page }) => {
      const paths = await storeOfScripts(open.store);
      for (const path of paths) {
        await page.goto(new URL(path, url).href);
        for (const part of await page.locator('details').all())
          await part.evaluate((one) => one.setAttribute('open', ''));
        expect(await page.evaluate(() => 'pwned' in window), path).toBe(false);
        expect(await page.locator('img, main script').count(), path).toBe(0);
      }
      await page.goto(new URL(paths[0]!, url).href);
      expect(await page.locator('main').textContent()).toContain('<script>pwned=1</script>');
    }));

  test('every page fits a phone and a desktop, light and dark', async () => {
    const { champion, failed, running, sweep } = open.filled;
    const paths = [
      '',
      'runs',
      'models',
      'models/digits',
      'jobs',
      'schedules',
      'checks',
      'sweeps',
      `sweeps/${sweep}`,
      'sign-in',
    ];
    paths.push(`runs/${running.id}`, `runs/${champion}`, `compare?run=${champion}&run=${failed}`);
    const looks = (['light', 'dark'] as const).flatMap((colorScheme) =>
      [360, 1280].map((width) => ({ colorScheme, width })),
    );
    await signedIn(async ({ page }) => {
      for (const path of paths) {
        await page.goto(url + path);
        for (const { colorScheme, width } of looks) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 740 });
          const [needed, paper] = await page.evaluate(() => [
            document.documentElement.scrollWidth,
            getComputedStyle(document.body).backgroundColor,
          ]);
          expect(needed, `${path} at ${width}`).toBeLessThanOrEqual(width);
          expect(paper).toBe(colorScheme === 'dark' ? 'rgb(20, 23, 27)' : 'rgb(251, 250, 246)');
        }
      }
    });
  });

  test('a dashboard that stops is shown so, and one that comes back goes on', async () => {
    const { store, actions } = open;
    const first = await serveDashboard({ store, actions });
    const context = await browser.newContext();
    const { page } = await watch(context);
    await page.goto(`${first.url}jobs`);
    await page.locator('[data-live-sign=on]').waitFor();
    await first.close();
    await page.locator('[data-live-sign=off]').waitFor();
    await page.getByText('no answer').waitFor();
    const again = await serveDashboard({ store, actions, port: Number(new URL(first.url).port) });
    await page.locator('[data-live-sign=on]').waitFor();
    await again.close();
    await context.close();
  });
});
