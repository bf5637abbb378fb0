import { sanitizers } from '@trainyard/testing/embedded';
import { cFlags, cTarget } from './c-target.ts';

export const cHost = cTarget({
  name: 'c-host',
  title: 'C, this machine',
  description:
    'gcc -std=c99 -O2 with address and undefined-behaviour sanitizers, every warning an error; time and size without the sanitizers',
  toolchain: { compiler: 'gcc', flags: [...cFlags, ...sanitizers] },
  shippedFlags: cFlags,
  commands: ['gcc', 'size'],
  size: 'size',
  timed: true,
});
