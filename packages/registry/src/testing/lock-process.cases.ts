import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { StoreLockedError } from '../errors.ts';
import { lockFolder } from '../store/owner-lock.ts';

// A process that takes a lock over and over until it dies with it: `lock-process <lock> <inside> <turns>`. Between
// taking and releasing it writes its name to the file `inside`, and reads it a little later.
const [lock, inside, turns] = process.argv.slice(2);
for (let turn = 0; turn < Number(turns); ) {
  try {
    const { release } = await lockFolder(lock);
    const name = `${process.pid} ${turn}`;
    await writeFile(inside, name);
    await wait(2);
    const found = await readFile(inside, 'utf8');
    console.log(found === name ? 'alone' : `overlap of ${name} and ${found}`);
    turn += 1;
    if (turn === Number(turns)) process.kill(process.pid, 'SIGKILL');
    await release();
  } catch (error) {
    if (!(error instanceof StoreLockedError)) throw error;
  }
  await wait(Math.random() * 4);
}
