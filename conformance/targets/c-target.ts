import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readModel } from '@trainyard/onnx-ir';
import { type GeneratedC, generateC } from '@trainyard/runtime-embedded';
import { commandMissing, compileC, strictFlags, type Toolchain } from '@trainyard/testing/embedded';
import { runCommand } from '../run-command.ts';
import { pictureBytesOf, type Subject } from '../subject.ts';
import type { Latency, Outcome, Target } from '../target.ts';
import { integerLogits } from './integer-logits.ts';

export interface CTargetInit {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The compiler of the target, and how its programs are started. */
  readonly toolchain: Toolchain | (() => Promise<Toolchain>);
  /** What must be installed: compiler, emulator. */
  readonly commands: readonly string[];
  /** `size` of the compiler's binutils. */
  readonly size: string;
  /** Flags of what is shipped, where what runs here has more: checks that a product does not have. */
  readonly shippedFlags?: readonly string[];
  /** Measures a program that was compiled as it is shipped. */
  readonly timed?: boolean;
}

/** What generated code is compiled with everywhere: every warning is an error. */
export const cFlags: readonly string[] = [...strictFlags, '-O2', '-ffunction-sections', '-fdata-sections'];

/** A machine that C is generated for; every picture is a run of the program's one function. */
export function cTarget(init: CTargetInit): Target {
  const { name, title, description, commands, timed = false } = init;
  return {
    name,
    title,
    description,
    timed,
    missing: () => commands.map(commandMissing).find((reason) => reason !== undefined),
    async exact(subject) {
      const logits = integerLogits(subject);
      return logits && { name: 'the integer reference', logits };
    },
    async open({ signal }, use) {
      const given = typeof init.toolchain === 'function' ? await init.toolchain() : init.toolchain;
      await use((subject) => runC(subject, { ...given, signal }, init));
    },
  };
}

async function runC(subject: Subject, toolchain: Toolchain, init: CTargetInit): Promise<Outcome> {
  const generated = generateC(readModel(subject.model), { name: 'model' });
  await using program = await compileC(generated, toolchain);
  const logits = floats(await program.run(subject.pixels));
  const flags = init.shippedFlags ?? toolchain.flags ?? [];
  const sizes = await sizeOfObject(program.folder, generated, { ...toolchain, flags }, init.size);
  const latency = init.timed ? await measure(subject, generated, { ...toolchain, flags }) : undefined;
  return { logits, ...sizes, ...(latency && { latency }) };
}

/** The program wrote them in its own byte order, which is that of all our targets: little-endian. */
const floats = (bytes: Uint8Array): Float32Array => new Float32Array(bytes.slice().buffer);

/** .text, .rodata and .data are flash, .data and .bss are memory: of the generated source alone, without its runner. */
async function sizeOfObject(
  folder: string,
  { name }: GeneratedC,
  { compiler, flags = [], signal }: Toolchain,
  size: string,
): Promise<Pick<Outcome, 'parts' | 'ram'>> {
  const object = join(folder, `${name}.o`);
  await runCommand(compiler, [...flags, '-c', `${name}.c`, '-o', object], {
    cwd: folder,
    ...(signal && { signal }),
  });
  const printed = await runCommand(size, ['-A', object], signal ? { signal } : {});
  const bytes = (section: RegExp): number =>
    printed.split('\n').reduce((sum, line) => {
      const [, at, count] = /^(\S+)\s+(\d+)\s/.exec(line) ?? [];
      return at !== undefined && section.test(at) ? sum + Number(count) : sum;
    }, 0);
  const [text, constants, data, zeroed] = [/^\.text/, /^\.rodata/, /^\.data/, /^\.bss/].map(bytes) as [
    number,
    number,
    number,
    number,
  ];
  return {
    parts: [
      { name: 'code', bytes: text },
      { name: 'constants', bytes: constants + data },
    ],
    ram: data + zeroed,
  };
}

/** Times of programs, each the mean of a run over all pictures, so that no single one stands out. */
const timedPrograms = 9;
const secondsEach = 0.1;

async function measure(subject: Subject, generated: GeneratedC, toolchain: Toolchain): Promise<Latency> {
  await using program = await compileC(generated, toolchain);
  const { pixels, pictures, manifest } = subject;
  const first = pixels.subarray(0, Math.min(pictures, 12) * pictureBytesOf(manifest));
  const guess = await program.time(first, 1);
  const repeats = Math.max(1, Math.ceil(secondsEach / (guess * 12)));
  const times: number[] = [];
  for (let i = 0; i < timedPrograms; i++) times.push(1000 * (await program.time(first, repeats)));
  times.sort((a, b) => a - b);
  return { p50: times[timedPrograms >> 1]!, runs: timedPrograms * repeats };
}

export const readFirmware = (file: string): Promise<string> =>
  readFile(new URL(`../firmware/${file}`, import.meta.url), 'utf8');
