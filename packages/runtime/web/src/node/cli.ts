#!/usr/bin/env node
import { messageOf } from '@trainyard/runtime-common';
import { runCommand } from './command.ts';

runCommand(process.argv.slice(2)).then(
  (lines) => {
    for (const line of lines) console.log(line);
  },
  (error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
  },
);
