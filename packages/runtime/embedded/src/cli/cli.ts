#!/usr/bin/env node
import { messageOf } from '@trainyard/runtime-common';
import { generateCommand } from './command.ts';

try {
  await generateCommand().parseAsync();
} catch (error) {
  process.stderr.write(`generate-c: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
