import { fileURLToPath } from 'node:url';
import type { Toolchain } from '@trainyard/testing/embedded';
import { cFlags, cTarget, readFirmware } from './c-target.ts';

interface Core {
  readonly name: string;
  readonly title: string;
  readonly board: string;
  readonly flags: readonly string[];
}

const linkerScript = fileURLToPath(new URL('../firmware/mps2.ld', import.meta.url));

/** A Cortex-M on one of Arm's MPS2 boards, without an operating system; the host's files come by semihosting. */
const cortex = ({ name, title, board, flags }: Core) =>
  cTarget({
    name,
    title,
    description: `arm-none-eabi-gcc -O2 ${flags.join(' ')}, run by qemu-system-arm -M ${board}; the memory protection unit makes leaving the stack or the arena, and writing to constants, a fault`,
    toolchain: async (): Promise<Toolchain> => ({
      compiler: 'arm-none-eabi-gcc',
      flags: [...cFlags, ...flags],
      sources: { 'startup.c': await readFirmware('startup.c') },
      libraries: ['-nostartfiles', '--specs=rdimon.specs', '-Wl,--gc-sections', '-T', linkerScript, '-lm'],
      command: (program, args) => [
        'qemu-system-arm',
        ...['-M', board, '-nographic', '-monitor', 'none', '-serial', 'none'],
        '-semihosting-config',
        ['enable=on,target=native', ...['runner', ...args].map((arg) => `arg=${arg}`)].join(','),
        ...['-kernel', program],
      ],
    }),
    commands: ['arm-none-eabi-gcc', 'arm-none-eabi-size', 'qemu-system-arm'],
    size: 'arm-none-eabi-size',
  });

export const cCortexM4 = cortex({
  name: 'c-cortex-m4',
  title: 'C, Cortex-M4F',
  board: 'mps2-an386',
  flags: ['-mcpu=cortex-m4', '-mthumb', '-mfloat-abi=hard', '-mfpu=fpv4-sp-d16'],
});

export const cCortexM3 = cortex({
  name: 'c-cortex-m3',
  title: 'C, Cortex-M3',
  board: 'mps2-an385',
  flags: ['-mcpu=cortex-m3', '-mthumb'],
});
