import { loadDigits } from '@trainyard/datasets';
import type { Misread, OperatorProfile, Report, ReportedStep, ReportVariant } from './schema.ts';

const digest = (seed: number): string =>
  `sha256:${Array.from({ length: 64 }, (_, i) => ((seed * 31 + i * 7 + ((i * i * seed) % 11)) % 16).toString(16)).join('')}`;

/** A made-up report of real test pictures, as a run on the digits would give it: for tests and for looking at. */
export async function sampleReport(): Promise<Report> {
  const { classes, imageShape, train, test, ...dataset } = await loadDigits();
  const size = imageShape[0] * imageShape[1] * imageShape[2];
  const mistakes = new Map([
    [14, 8],
    [61, 9],
    [118, 1],
    [203, 5],
    [290, 8],
    [333, 3],
  ]);
  const confusion = classes.map(() => classes.map(() => 0));
  test.labels.forEach((label, i) => {
    confusion[label]![mistakes.get(i) ?? label]!++;
  });
  const samples = [...mistakes].map(([index, predicted], i): Misread => {
    const pixels = test.images.subarray(index * size, (index + 1) * size);
    return {
      index,
      label: test.labels[index]!,
      predicted,
      confidence: [0.93, 0.52, 0.71, 0.64, 0.88, 0.41][i]!,
      labelConfidence: [0.05, 0.44, 0.2, 0.31, 0.11, 0.38][i]!,
      pixels: Buffer.from(pixels).toString('base64'),
    };
  });
  const wrong = samples.filter(({ label, predicted }) => label !== predicted);
  const column = (c: number): number => confusion.reduce((sum, row) => sum + row[c]!, 0);
  const perClass = confusion.map((row, c) => {
    const support = row.reduce((a, b) => a + b, 0);
    const precision = row[c]! / column(c);
    const recall = row[c]! / support;
    return { precision, recall, f1: (2 * precision * recall) / (precision + recall), support };
  });
  const accuracy = 1 - wrong.length / test.length;
  return {
    schema: 1,
    name: 'digits',
    createdAt: '2026-11-23T16:10:00.000Z',
    dataset: {
      ...dataset,
      train: train.length,
      test: test.length,
      classes: [...classes],
      imageShape: [8, 8, 1],
    },
    seed: 7,
    training: {
      executor: 'compiled',
      epochs: 24,
      imagesPerSecond: 2137.4,
      seconds: 16.2,
      history: Array.from({ length: 24 }, (_, i) => ({
        epoch: i + 1,
        loss: 1.9 * Math.exp(-i / 3.2) + 0.06 + 0.012 * Math.sin(i * 2.1),
        accuracy: 0.995 - 0.62 * Math.exp(-i / 2.6) + 0.002 * Math.sin(i * 1.7),
        validationLoss: 1.6 * Math.exp(-i / 2.8) + 0.075 + 0.02 * Math.sin(i * 1.3),
        validationAccuracy: 0.985 - 0.5 * Math.exp(-i / 2.4) + 0.004 * Math.sin(i * 2.9),
        learningRate: 0.05,
      })),
      step: step(),
    },
    reference: { accuracy, loss: 0.0712, parameters: 24_890 },
    variants: variants(accuracy, test.length),
    operators: operators(),
    accuracyBudget: 0.01,
    confusion,
    perClass,
    misread: { total: wrong.length, samples: wrong },
    lineage: {
      config: digest(3),
      commit: '4078987e1c2f5a60b9d3e7f8a1b2c3d4e5f60718',
      parent: null,
      manifest: digest(5),
    },
    environment: {
      node: '20.20.2',
      onnxruntime: '1.30.0',
      cpu: 'AMD EPYC 7B13',
      cores: 2,
      platform: 'linux x64',
    },
  };
}

function operators(): OperatorProfile[] {
  const times = (factor: number, ...rows: readonly [opType: string, nodes: number, microseconds: number][]) =>
    rows.map(([opType, nodes, microseconds]) => ({ opType, nodes, microseconds: microseconds * factor }));
  return [
    {
      variant: 'float32',
      times: times(1, ['Conv', 3, 31.4], ['MaxPool', 2, 5.2], ['Gemm', 1, 3.1], ['Transpose', 1, 1.6]),
    },
    {
      variant: 'pruned-int8',
      times: times(
        0.5,
        ...[...'ABCDEFGHIJ'].map((letter, i): [string, number, number] => [`QLinear${letter}`, 1, 10 - i]),
      ),
    },
  ];
}

function step(): ReportedStep {
  const times: [module: string, kind: string | undefined, nodes: number, parts: Record<string, number>][] = [
    ['layer2.0.conv2', 'Conv2d', 39, { forward: 0.708, backward: 2.273, update: 0.082 }],
    ['layer1.0.conv1', 'Conv2d', 39, { forward: 0.613, backward: 2.103, update: 0.05 }],
    ['pool1', 'MaxPool2d', 27, { backward: 0.978 }],
    ['layer1.0.bn1', 'BatchNorm2d', 45, { forward: 0.426, backward: 0.475, update: 0.069 }],
    ['layer2.0.bn2', 'BatchNorm2d', 45, { forward: 0.431, backward: 0.404, update: 0.056 }],
    ['pool2', 'MaxPool2d', 27, { backward: 0.748 }],
    ['bn1', 'BatchNorm2d', 45, { forward: 0.253, backward: 0.289, update: 0.066 }],
    ['conv1', 'Conv2d', 29, { forward: 0.074, backward: 0.37, update: 0.036 }],
    ['other', undefined, 9, { other: 0.168 }],
    ['fc', 'Linear', 13, { forward: 0.024, backward: 0.057, update: 0.072 }],
    ['loss', undefined, 13, { loss: 0.121 }],
    ['relu1', 'ReLU', 4, { forward: 0.015, backward: 0.099 }],
    ['metrics', undefined, 5, { metrics: 0.073 }],
    ['dropout', 'Dropout', 3, { forward: 0.037, backward: 0.016 }],
    ['preprocess', 'Preprocess', 3, { forward: 0.035 }],
  ];
  const modules = times.map(([module, kind, nodes, parts]) => {
    const milliseconds = Object.values(parts).reduce((a, b) => a + b, 0);
    return { module, ...(kind && { kind }), nodes, milliseconds, share: 0, parts };
  });
  const milliseconds = modules.reduce((sum, module) => sum + module.milliseconds, 0);
  const operators: [opType: string, nodes: number, share: number][] = [
    ['Slice', 33, 0.178],
    ['ConvTranspose', 2, 0.156],
    ['Mul', 76, 0.124],
    ['Conv', 3, 0.123],
    ['FusedMatMul', 19, 0.081],
    ['Sub', 22, 0.05],
    ['Reshape', 68, 0.047],
    ['ReduceSum', 17, 0.039],
    ['Add', 23, 0.032],
    ['Concat', 7, 0.03],
    ['Pad', 3, 0.03],
    ['Transpose', 8, 0.06],
    ['Greater', 3, 0.05],
  ];
  return {
    milliseconds,
    batchSize: 32,
    steps: 20,
    modules: modules.map((module) => ({ ...module, share: module.milliseconds / milliseconds })),
    operators: operators.map(([opType, nodes, share]) => ({
      opType,
      nodes,
      milliseconds: share * milliseconds,
      share,
    })),
  };
}

function variants(accuracy: number, test: number): ReportVariant[] {
  const list: [string, string, number, number, number, number, number, number][] = [
    // name, precision, bytes, parameters, FLOPs, more mistakes, logit difference, p50
    ['float32', 'float32', 101_240, 24_890, 1_482_000, 0, 3.8e-6, 0.089],
    ['float16', 'float16', 52_610, 24_890, 1_482_000, 0, 0.0041, 0.121],
    ['pruned-channels', 'float32', 43_870, 10_410, 705_000, 2, 2.31, 0.062],
    ['pruned-magnitude', 'float32', 101_240, 24_890, 1_482_000, 1, 1.12, 0.09],
    ['int8-dynamic', 'int8', 30_480, 24_890, 1_482_000, 0, 0.181, 0.118],
    ['int8-static', 'int8', 34_120, 24_890, 1_482_000, 1, 0.264, 0.071],
    ['pruned-int8', 'int8', 17_930, 10_410, 705_000, 3, 2.52, 0.058],
  ];
  return list.map(([name, precision, bytes, parameters, flops, mistakes, maxAbsLogitDiff, p50], i) => ({
    name,
    precision,
    file: `${name}.onnx`,
    digest: digest(i + 10),
    bytes,
    parameters,
    flops,
    accuracy: accuracy - mistakes / test,
    agreement: 1 - (mistakes > 0 ? mistakes + 1 : 0) / test,
    maxAbsLogitDiff,
    latencyMs: { p50, p95: p50 * 1.6 },
  }));
}
