import { setTimeout as wait } from 'node:timers/promises';
import { ConnectionError } from '../errors.ts';
import { openStore } from '../store/open-store.ts';
import { hammered, isComplete, moveOnce } from './hammer.cases.ts';
import { randomNumbers } from './random-numbers.cases.ts';

// A process that shares a store: `shared-process <folder> <write|hold|hammer> <name> [seed] [moves]`. It says `owner` or
// `client` whenever it has opened the store, and what it has done.
const [folder, task, name, seed = '1', moves = '0'] = process.argv.slice(2);

async function open() {
  const store = await openStore({ url: '', folder, share: true });
  console.log(store.database.native.kind === 'shared' ? 'client' : 'owner');
  return store;
}
let store = await open();

/** Runs under keys of its own until it is killed; goes on where it was when the owner has ended. */
async function write(): Promise<never> {
  for (let i = 0; ; ) {
    try {
      const { id } = await store.transaction(async (registry) => {
        const run = await registry.runs.create({
          pipeline: 'digits',
          config: { i },
          seeds: i,
          key: `${name}-${i}`,
        });
        await registry.runs.cancel(run.id, 'test');
        return run;
      });
      console.log(`run ${id}`);
      i += 1;
      await wait(5);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      console.log('lost');
      await store.close();
      store = await open();
    }
  }
}

/** Changes something, and never ends the transaction. */
async function hold(): Promise<void> {
  await store.transaction(async (registry) => {
    await registry.runs.create({ pipeline: 'digits', config: {}, seeds: 1, key: name });
    console.log('holds');
    await wait(600_000);
  });
}

async function hammer(): Promise<void> {
  const draw = randomNumbers(Number(seed));
  let [moved, incomplete, latest] = [0, 0, 0];
  for (let i = 0; i < Number(moves); i++) {
    if (await moveOnce(store, draw)) moved += 1;
    const aliases = await store.aliases.get(hammered);
    if (!isComplete(aliases) || aliases.generation < latest) incomplete += 1;
    latest = aliases.generation;
  }
  console.log(JSON.stringify({ moved, incomplete }));
  await store.close();
}

const tasks: Record<string, () => Promise<void>> = { write, hold, hammer };
await tasks[task]();
