import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { full, type Tensor, tensorOf, tensorOfData } from '@trainyard/autograd';
import { readModel } from '@trainyard/onnx-ir';
import { describe, expect, it } from 'vitest';
import { loadState, type Module } from '../module.ts';
import { AdaptiveAvgPool2d, Flatten, Identity, Linear, MaxPool2d, ReLU, Sequential } from '../nn/index.ts';
import { Fire, squeezeConv } from './fire.ts';
import { LeNet5, ResNet8 } from './index.ts';
import { convNormReLU6, InvertedResidual } from './inverted-residual.ts';

const root = fileURLToPath(new URL('../../../../../shared/foreign-models', import.meta.url));

/** PyTorch's name of a module, ours, and that of the batch norm after it, which the export folded into it. */
type Renaming = readonly [theirs: string, ours: string, norm?: string];

/** Without preprocessing: the recorded inputs are floats. */
const onFloats = (network: Module): Module => Object.assign(network, { preprocess: new Identity() });

const inverted = (theirs: string, ours: string): Renaming[] => [
  [`${theirs}.f.0`, `${ours}.conv.0.0`, `${ours}.conv.0.1`],
  [`${theirs}.f.3`, `${ours}.conv.1.0`, `${ours}.conv.1.1`],
  [`${theirs}.f.6`, `${ours}.conv.2`, `${ours}.conv.3`],
];
const fire = (theirs: string, ours: string): Renaming[] => [
  [`${theirs}.s`, `${ours}.squeeze`],
  [`${theirs}.a`, `${ours}.expand1x1`],
  [`${theirs}.b`, `${ours}.expand3x3`],
];
const basic = (theirs: string, ours: string, downsample = true): Renaming[] => [
  [`${theirs}.c1`, `${ours}.conv1`, `${ours}.bn1`],
  [`${theirs}.c2`, `${ours}.conv2`, `${ours}.bn2`],
  ...(downsample ? [[`${theirs}.d.0`, `${ours}.downsample.0`, `${ours}.downsample.1`] as const] : []),
];

const recorded: [folder: string, network: Module, names: Renaming[]][] = [
  [
    'lenet5',
    onFloats(new LeNet5()),
    [
      ['0', 'conv1'],
      ['3', 'conv2'],
      ['7', 'fc1'],
      ['9', 'fc2'],
      ['11', 'fc3'],
    ],
  ],
  [
    'resnet8-cifar',
    onFloats(new ResNet8()),
    [
      ['0', 'conv1', 'bn1'],
      ...basic('3', 'layer1.0', false),
      ...basic('4', 'layer2.0'),
      ...basic('5', 'layer3.0'),
      ['8', 'fc'],
    ],
  ],
  [
    'mobilenetv2-tiny',
    new Sequential([
      convNormReLU6(3, 16, { kernelSize: 3, stride: 2, padding: 1 }),
      new InvertedResidual(16, 16, 1, 4),
      new InvertedResidual(16, 24, 2, 4),
      new InvertedResidual(24, 24, 1, 4),
      new InvertedResidual(24, 32, 2, 4),
      new AdaptiveAvgPool2d(1),
      new Flatten(),
      new Linear(32, 10),
    ]),
    [['0', '0.0', '0.1'], ...['3', '4', '5', '6'].flatMap((at, i) => inverted(at, `${i + 1}`)), ['10', '7']],
  ],
  [
    'squeezenet-tiny',
    new Sequential([
      squeezeConv(3, 32, { kernelSize: 3, stride: 2 }),
      new ReLU(),
      new MaxPool2d(3, { stride: 2, ceilMode: true }),
      new Fire(32, 8, 32),
      new Fire(64, 8, 32),
      new MaxPool2d(3, { stride: 2, ceilMode: true }),
      new Fire(64, 16, 64),
      squeezeConv(128, 10, { kernelSize: 1 }),
      new ReLU(),
      new AdaptiveAvgPool2d(1),
      new Flatten(),
    ]),
    [['0', '0'], ...fire('3', '3'), ...fire('4', '4'), ...fire('6', '6'), ['7', '7']],
  ],
];

describe.skipIf(!existsSync(root))('networks with the weights of ../shared/foreign-models', () => {
  it.each(recorded)('%s gives what PyTorch computed', (folder, network, names) => {
    const bytes = (file: string) => new Uint8Array(readFileSync(`${root}/${folder}/${file}`));
    const floats = (file: string) => new Float32Array(bytes(file).slice().buffer);
    const { graph } = readModel(bytes('model.dynamo.onnx'));
    const theirs = new Map(graph.initializers.map(({ name, data }) => [name, tensorOfData(data!)]));
    const state: Record<string, Tensor> = {};
    for (const [from, to, norm] of names) {
      state[`${to}.weight`] = theirs.get(`${from}.weight`)!;
      state[`${norm ?? to}.bias`] = theirs.get(`${from}.weight_bias`) ?? theirs.get(`${from}.bias`)!;
      // y = (x − 0) / √(1 + ε) · √(1 + ε) + b
      if (norm) state[`${norm}.weight`] = full(state[`${norm}.bias`].sizes, Math.sqrt(1 + 1e-5));
    }
    expect(Object.keys(state).sort()).toEqual([...network.namedParameters().keys()].sort());
    loadState(network, state);
    const { input, output } = JSON.parse(new TextDecoder().decode(bytes('io.json')));
    const y = network.forward(tensorOf('float32', input.shape, floats('input.f32')));
    const expected = floats('output.f32');
    expect(y.shape).toEqual(output.shape);
    expect(Math.max(...y.toArray().map((v, i) => Math.abs(v - expected[i])))).toBeLessThan(1e-5);
  });
});
