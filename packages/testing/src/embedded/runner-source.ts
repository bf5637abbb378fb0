import type { CompilableC } from './compile-c.ts';

/**
 * A C program that runs generated code over a file: `runner <inputs> <outputs> [repeats]`. The file of inputs is those
 * of the first run, one after the other, those of the second, and so on; the outputs are written likewise. With
 * repeats it goes over the file so often, and prints the seconds of processor time that the runs took. It needs
 * stdio alone, which semihosting offers on bare metal too.
 */
export function runnerSource({ name, interface: { inputs, outputs } }: CompilableC): string {
  const ports = [
    ...inputs.map(({ cType, size }, i) => ({ cType, size, variable: `input_${i}` })),
    ...outputs.map(({ cType, size }, i) => ({ cType, size, variable: `output_${i}` })),
  ];
  const variables = ports.map(({ cType, size, variable }) => `static ${cType} ${variable}[${size}];`);
  const all = ports.map(({ variable }) => variable).join(', ');
  const reads = inputs.map((_, i) => `fread(input_${i}, sizeof input_${i}, 1, in) == 1`).join(' && ');
  const writes = outputs.map((_, i) => `fwrite(output_${i}, sizeof output_${i}, 1, out) == 1`).join(' && ');
  return `#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "${name}.h"

${variables.join('\n')}

int main(int argc, char **argv) {
  const long repeats = argc > 3 ? strtol(argv[3], NULL, 10) : 1;
  clock_t ticks = 0;
  if (argc < 3) return 2;
  for (long i = 0; i < repeats; i++) {
    FILE *in = fopen(argv[1], "rb"), *out = fopen(argv[2], "wb");
    if (!in || !out) return 3;
    while (${reads}) {
      const clock_t start = clock();
      ${name}_run(${all});
      ticks += clock() - start;
      if (!(${writes})) return 4;
    }
    fclose(in);
    if (fclose(out) != 0) return 4;
  }
  if (argc > 3) printf("%.9f\\n", (double)ticks / CLOCKS_PER_SEC);
  return 0;
}
`;
}
