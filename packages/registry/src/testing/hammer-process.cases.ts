import { openStore } from '../store/open-store.ts';
import { hammered, isComplete, moveOnce } from './hammer.cases.ts';
import { randomNumbers } from './random-numbers.cases.ts';

// A process that promotes, rolls back and reads: `hammer-process <url> <folder> <seed> <moves>`.
const [url, folder, seed, moves] = process.argv.slice(2);
const store = await openStore({ url, folder });
const draw = randomNumbers(Number(seed));
let [moved, reads, incomplete] = [0, 0, 0];
let latest = 0;
const read = async () => {
  const aliases = await store.aliases.get(hammered);
  reads += 1;
  if (!isComplete(aliases) || aliases.generation < latest) incomplete += 1;
  latest = aliases.generation;
};
let working = true;
const reading = (async () => {
  while (working) await read();
})();
const times: number[] = [];
const mover = async (count: number) => {
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    if (await moveOnce(store, draw)) moved += 1;
    times.push(performance.now() - start);
  }
};
await Promise.all([mover(Math.ceil(Number(moves) / 2)), mover(Math.floor(Number(moves) / 2))]);
working = false;
await reading;
times.sort((a, b) => a - b);
console.log(JSON.stringify({ moved, reads, incomplete, p99: times[Math.floor(times.length * 0.99)] }));
await store.close();
