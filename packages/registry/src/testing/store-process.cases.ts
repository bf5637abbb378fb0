import { openStore } from '../store/open-store.ts';

// A process that opens a store and creates runs until it is killed: `store-process <folder>`. It says which are there.
const store = await openStore({ url: '', folder: process.argv[2] });
console.log('open');
for (let i = 0; ; i++) {
  const { id } = await store.runs.create({ pipeline: 'digits', config: { i }, seeds: i });
  const { token } = await store.runs.claim(id, { worker: 'test' });
  await store.runs.attach(id, token, 'result', new TextEncoder().encode(id));
  await store.runs.complete(id, token, { i });
  console.log(`run ${id}`);
}
