import { conformance } from './command.ts';
import { onInterrupt } from './interrupt.ts';
import { reference, targets } from './targets/index.ts';

const print = (line: string): void => console.log(line);
const signal = onInterrupt(() => print('conformance: stopping; Ctrl-C again stops at once'));
process.exitCode = await conformance(process.argv.slice(2), { targets, reference, signal, print });
