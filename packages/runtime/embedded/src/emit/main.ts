import { canClassify, type Interface } from './interface.ts';

/**
 * A program for a terminal: of a picture classifier one that reads a PGM or PPM file and prints the classes, of
 * another model one that reads the inputs' bytes and prints the outputs.
 */
export const emitMain = (api: Interface): string =>
  api.picture && canClassify(api) ? pictureMain(api) : rawMain(api);

function pictureMain({ name, picture, scores }: Interface): string {
  const upper = name.toUpperCase();
  const magic = picture!.channels === 1 ? 'P5' : 'P6';
  const kind = picture!.channels === 1 ? 'PGM' : 'PPM';
  return `/*
 * Classifies a picture: ./${name} picture.${kind.toLowerCase()}
 *
 * Build: cc -std=c99 -O2 main.c ${name}.c -lm -o ${name}
 * A picture of another kind: magick photo.jpg -resize ${picture!.width}x${picture!.height}! ${picture!.channels === 1 ? '-colorspace gray ' : ''}-depth 8 picture.${kind.toLowerCase()}
 */
#include "${name}.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>

/* The next number of the header; comments go from # to the end of their line. -1 where there is none. */
static long next_number(FILE *file) {
  int c = fgetc(file);
  long number = 0;
  while (c == '#' || isspace(c)) {
    if (c == '#')
      while (c != '\\n' && c != EOF) c = fgetc(file);
    else
      c = fgetc(file);
  }
  if (!isdigit(c)) return -1;
  for (; isdigit(c); c = fgetc(file)) {
    number = number * 10 + (c - '0');
    if (number > 1000000) return -1;
  }
  /* The one character after the last number has been read: the pixels follow. */
  return isspace(c) ? number : -1;
}

/* Reads a binary ${kind} of exactly the size that the model takes. Complains and returns 0 where it is none. */
static int read_picture(const char *path, uint8_t *pixels) {
  FILE *file = fopen(path, "rb");
  char magic[2];
  long width, height, most;
  int is_read = 0;
  if (!file) {
    fprintf(stderr, "%s: expected a picture, got a file that can't be opened\\n", path);
    return 0;
  }
  if (fread(magic, 1, 2, file) != 2 || magic[0] != '${magic[0]}' || magic[1] != '${magic[1]}') {
    fprintf(stderr, "%s: expected a binary ${kind} (${magic}), got another format\\n", path);
  } else if ((width = next_number(file)) < 0 || (height = next_number(file)) < 0 || (most = next_number(file)) < 0) {
    fprintf(stderr, "%s: expected width, height and largest value, got a header that is cut off\\n", path);
  } else if (width != ${upper}_WIDTH || height != ${upper}_HEIGHT) {
    fprintf(stderr, "%s: expected ${picture!.width} x ${picture!.height} pixels, got %ld x %ld; resize it\\n", path, width, height);
  } else if (most != 255) {
    fprintf(stderr, "%s: expected 8 bits a channel, got values up to %ld\\n", path, most);
  } else if (fread(pixels, 1, ${upper}_INPUT_BYTES, file) != ${upper}_INPUT_BYTES) {
    fprintf(stderr, "%s: expected ${picture!.width * picture!.height * picture!.channels} bytes of pixels, got fewer; the file is cut off\\n", path);
  } else {
    is_read = 1;
  }
  fclose(file);
  return is_read;
}

int main(int argc, char **argv) {
  static uint8_t pixels[${upper}_INPUT_SIZE];
  static float scores[${upper}_OUTPUT_SIZE];
  int32_t best;
  if (argc != 2) {
    fprintf(stderr, "usage: %s picture.${kind.toLowerCase()}\\n", argc > 0 ? argv[0] : "${name}");
    return 2;
  }
  if (!read_picture(argv[1], pixels)) return 1;
  best = ${name}_classify(pixels, scores);
${scores === 'logits' ? softmax(upper) : ''}  printf("%s\\n", ${name}_labels[best]);
  for (int32_t i = 0; i < ${upper}_CLASSES; i++) printf("  %-20s %6.2f %%\\n", ${name}_labels[i], 100.0 * (double)scores[i]);
  return 0;
}
`;
}

const softmax = (upper: string): string => `  {
    /* The outputs are logits: to probabilities. */
    const float largest = scores[best];
    float sum = 0.0f;
    for (int32_t i = 0; i < ${upper}_CLASSES; i++) sum += scores[i] = expf(scores[i] - largest);
    for (int32_t i = 0; i < ${upper}_CLASSES; i++) scores[i] /= sum;
  }
`;

function rawMain({ name, inputs, outputs }: Interface): string {
  const files = inputs.map(({ parameter }) => `${parameter}.bin`).join(' ');
  const read = inputs.map(
    ({ macro, parameter }, i) => `  if (!read_bytes(argv[${i + 1}], ${parameter}, ${macro}_BYTES)) return 1;`,
  );
  const print = outputs.map(
    ({ macro, parameter }) =>
      `  printf("${parameter}\\n");\n  for (int32_t i = 0; i < ${macro}_SIZE; i++) printf("  %g\\n", (double)${parameter}[i]);`,
  );
  const arrays = [...inputs, ...outputs].map(
    ({ cType, macro, parameter }) => `  static ${cType} ${parameter}[${macro}_SIZE];`,
  );
  return `/*
 * Runs the model: ./${name} ${files}
 *
 * Each file holds the elements of an input, little-endian. Build: cc -std=c99 -O2 main.c ${name}.c -lm -o ${name}
 */
#include "${name}.h"

#include <stdio.h>

static int read_bytes(const char *path, void *to, size_t bytes) {
  FILE *file = fopen(path, "rb");
  const size_t got = file ? fread(to, 1, bytes, file) : 0;
  if (file) fclose(file);
  if (got != bytes) fprintf(stderr, "%s: expected a file of %lu bytes, got %lu\\n", path, (unsigned long)bytes, (unsigned long)got);
  return got == bytes;
}

int main(int argc, char **argv) {
${arrays.join('\n')}
  if (argc != ${inputs.length + 1}) {
    fprintf(stderr, "usage: %s ${files}\\n", argc > 0 ? argv[0] : "${name}");
    return 2;
  }
${read.join('\n')}
  ${name}_run(${[...inputs, ...outputs].map(({ parameter }) => parameter).join(', ')});
${print.join('\n')}
  return 0;
}
`;
}
