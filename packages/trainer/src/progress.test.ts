import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { smallNetwork, smallRun, smallSplit } from './fit.cases.ts';
import { fit } from './fit.ts';
import { terminalProgress } from './progress.ts';

/** What a run of three epochs of 3 steps writes to a stream that is a terminal, or is not. */
async function written(isTTY: boolean): Promise<string> {
  const stream = Object.assign(new PassThrough(), {
    isTTY,
    columns: 120,
    cursorTo() {},
    clearLine() {},
    moveCursor() {},
  });
  const chunks: string[] = [];
  stream.setEncoding('utf8').on('data', (text: string) => chunks.push(text));
  const progress = terminalProgress({ stream: stream as unknown as NodeJS.WriteStream });
  await fit(smallNetwork(), smallSplit(24), { ...smallRun(), progress, validation: smallSplit(9, 2) });
  return chunks.join('');
}

const line =
  /epoch \d\/3 {2}loss \d\.\d{4} {2}accuracy \d+\.\d % {2}validation \d+\.\d % {2}\d+\.\d s {2}\d+ images\/s/;

describe('terminalProgress', () => {
  it('writes one plain line an epoch where there is no terminal', async () => {
    const lines = (await written(false)).trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines.shift()).toBe('24 pictures in 3 steps an epoch, eager');
    for (const text of lines) expect(text).toMatch(new RegExp(`^${line.source}$`));
  });

  it('draws a bar on a terminal, and a line an epoch', async () => {
    const text = await written(true);
    expect(text).toMatch(line);
    expect(text).toMatch(/epoch 1 \[.*\] 0\/3/);
  });

  it('says what runs the steps, and where a run goes on', () => {
    const begin = (epoch: number, step: number) => {
      const stream = new PassThrough().setEncoding('utf8');
      const progress = terminalProgress({ stream: stream as unknown as NodeJS.WriteStream });
      progress.onBegin?.({ executor: 'eager', epochs: 15, stepsPerEpoch: 45, pictures: 1438, epoch, step });
      return stream.read();
    };
    const executor = '1438 pictures in 45 steps an epoch, eager\n';
    expect(begin(0, 0)).toBe(executor);
    expect(begin(2, 20)).toBe(`${executor}going on in epoch 3/15, with 20 of 45 steps done\n`);
    expect(begin(3, 0)).toBe(`${executor}going on in epoch 4/15, with 0 of 45 steps done\n`);
  });
});
