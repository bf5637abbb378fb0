import { cFlags, cTarget } from './c-target.ts';

interface Emulated {
  readonly name: string;
  readonly title: string;
  /** Of the compiler and its binutils. */
  readonly prefix: string;
  readonly flags?: readonly string[];
  readonly emulator: string;
}

/** A Linux of another processor: the program is linked statically and runs in user-mode emulation. */
const emulated = ({ name, title, prefix, flags = [], emulator }: Emulated) =>
  cTarget({
    name,
    title,
    description: `${prefix}-gcc ${['-O2', ...flags].join(' ')}, run by ${emulator}`,
    toolchain: { compiler: `${prefix}-gcc`, flags: [...cFlags, ...flags, '-static'], runner: [emulator] },
    commands: [`${prefix}-gcc`, `${prefix}-size`, emulator],
    size: `${prefix}-size`,
  });

export const cArm64 = emulated({
  name: 'c-arm64',
  title: 'C, arm64',
  prefix: 'aarch64-linux-gnu',
  emulator: 'qemu-aarch64',
});

export const cArm32 = emulated({
  name: 'c-arm32',
  title: 'C, 32-bit ARM',
  prefix: 'arm-linux-gnueabihf',
  emulator: 'qemu-arm',
});

export const cRiscv = emulated({
  name: 'c-riscv64',
  title: 'C, RISC-V',
  prefix: 'riscv64-linux-gnu',
  emulator: 'qemu-riscv64',
});
