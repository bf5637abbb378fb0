import {
  type Attribute,
  createModel,
  fromNumbers,
  Graph,
  type Model,
  Node,
  type TensorData,
  Value,
} from '@trainyard/onnx-ir';
import { describe, expect, test } from 'vitest';
import { generateC } from './generate-c.ts';
import { printReport } from './report/print-report.ts';

type Attributes = Record<string, Attribute>;
const int = (value: number): Attribute => ({ kind: 'int', value });

/** A model of one input and a chain of nodes, each with constants of its own. */
function chain(
  shape: readonly (number | string | null)[],
  nodes: readonly (readonly [
    opType: string,
    constants: readonly TensorData[],
    attributes?: Attributes,
    domain?: string,
  ])[],
  name = 'chain',
): Model {
  const graph = new Graph(name);
  let value = new Value('x', { dtype: 'float32', shape });
  graph.inputs.push(value);
  for (const [i, [opType, constants, attributes = {}, domain = '']] of nodes.entries()) {
    const more = constants.map((data, j) => graph.addInitializer(`c${i}_${j}`, data));
    const output = new Value(i === nodes.length - 1 ? 'y' : `v${i}`);
    graph.nodes.push(
      new Node(opType, [value, ...more], [output], {
        name: `${i}/${opType}`,
        domain,
        attributes: new Map(Object.entries(attributes)),
      }),
    );
    value = output;
  }
  graph.outputs.push(value);
  return createModel(graph);
}

const floats = (...dims: number[]): TensorData =>
  fromNumbers(
    'float32',
    dims,
    Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => i / 8 - 1),
  );

describe('generateC', () => {
  test('the header tells a firmware engineer what there is', () => {
    const model = chain(
      ['batch', 4],
      [
        ['Gemm', [floats(4, 3), floats(3)]],
        ['Relu', []],
      ],
    );
    const digest = `sha256:${'0'.repeat(64)}`;
    const { header } = generateC(model, {
      name: 'net',
      labels: ['a', 'b', 'c'],
      title: 'net, variant float32',
      digest,
    });
    expect(header).toBe(`/*
 * net: a neural network in C99, written by Trainyard. Do not edit: generate it again.
 *
 * model   net, variant float32
 * digest  ${digest}
 * input   x: float32[1, 4]
 * output  y: float32[1, 3]
 * flash   112 bytes of weights and tables, and the code
 * arena   0 bytes of RAM
 * work    12 multiply-adds
 */
#ifndef NET_H
#define NET_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* x: float32[1, 4] */
#define NET_INPUT_SIZE 4
#define NET_INPUT_BYTES 16

/* y: float32[1, 3] */
#define NET_OUTPUT_SIZE 3
#define NET_OUTPUT_BYTES 12

/* RAM that the model computes in, and flash of its weights and tables; code comes on top. */
#define NET_ARENA_BYTES 0
#define NET_CONSTANT_BYTES 112

/* Of the ONNX file this was made from. */
#define NET_DIGEST "${digest}"

/*
 * Runs the model once. It allocates nothing and always takes the same path, whatever the input. The arena is one
 * for all calls: do not call it from two threads, or from an interrupt, at the same time.
 */
void net_run(const float x[NET_INPUT_SIZE], float y[NET_OUTPUT_SIZE]);

/* Names of the classes. */
#define NET_CLASSES 3
extern const char *const net_labels[NET_CLASSES];

/* Runs the model, and says which element of its output is the largest: an index into the labels. */
int32_t net_classify(const float x[NET_INPUT_SIZE], float y[NET_OUTPUT_SIZE]);

#ifdef __cplusplus
}
#endif

#endif /* NET_H */
`);
  });

  test('a Relu vanishes into what is before it, and what follows works in its place', () => {
    const model = chain(
      [1, 4],
      [
        ['Gemm', [floats(4, 3)]],
        ['Relu', []],
        ['Tanh', []],
        ['Neg', []],
      ],
    );
    const { source, report } = generateC(model, { name: 'net' });
    expect(
      source.slice(source.indexOf('void net_run')),
    ).toBe(`void net_run(const float x[NET_INPUT_SIZE], float y[NET_OUTPUT_SIZE]) {
  /* 0/Gemm: gemm f32, float32[1, 3] */
  gemm_f32(&t0_Gemm_parameters, x, c0_0, NULL, AT(float, 0));
  /* 2/Tanh: tanh f32, float32[1, 3] */
  tanh_f32(AT(float, 0), AT(float, 0), 3);
  /* 3/Neg: neg f32, float32[1, 3] */
  neg_f32(AT(float, 0), y, 3);
}
`);
    expect(report.arenaBytes).toBe(12);
    expect(report.steps.map(({ name, arenaBytes }) => [name, arenaBytes])).toEqual([
      ['0/Gemm', 12],
      ['2/Tanh', 12],
      ['3/Neg', 12],
    ]);
  });

  test('a model without math needs no math.h', () => {
    const { source } = generateC(chain([1, 8], [['Neg', []]]), { name: 'net' });
    expect(source).not.toContain('math.h');
    expect(generateC(chain([1, 8], [['Exp', []]]), { name: 'net' }).source).toContain('#include <math.h>');
  });

  test('constants that are alike are there once', () => {
    const model = chain(
      [1, 4],
      [
        ['Gemm', [floats(4, 4)]],
        ['Tanh', []],
        ['Gemm', [floats(4, 4)]],
      ],
    );
    const { source } = generateC(model, { name: 'net' });
    expect(source.match(/static const float /g)).toHaveLength(1);
  });

  test('an output that is an input is copied, and one without steps needs no arena', () => {
    const { source, report } = generateC(chain([1, 4], [['Flatten', []]]), { name: 'net' });
    expect(source).toContain('memcpy(y, x, 16);');
    expect(source).not.toContain('arena');
    expect(report.arenaBytes).toBe(0);
  });

  test('the same model gives the same text', () => {
    const make = () =>
      generateC(
        chain(
          [1, 3, 9, 9],
          [
            ['Conv', [floats(4, 3, 3, 3)]],
            ['Relu', []],
          ],
        ),
        { name: 'net' },
      );
    expect(make()).toEqual(make());
  });

  test('names and labels of a file can not break out of comments and strings', () => {
    const model = chain([1, 2], [['Exp', []]]);
    model.graph.nodes[0]!.name = '*/ int evil; /* \n #define x ??/';
    model.graph.inputs[0]!.name = 'int';
    const { source, header } = generateC(model, {
      name: 'net',
      labels: ['"; evil(); "', 'é\n??='],
      title: 'a */ b',
    });
    expect(source).toContain('/* * / int evil; / * ? #define x ?/: exp f32, float32[1, 2] */');
    expect(source).toContain('"\\"; evil(); \\"", "\\303\\251\\012\\?\\?="');
    expect(header).toContain('void net_run(const float int_2[NET_INPUT_SIZE]');
    expect(header).toContain('a * / b');
  });

  test('the name of the graph is the name, as far as C allows', () => {
    expect(generateC(chain([1, 2], [['Exp', []]], 'Main Graph-1')).name).toBe('main_graph_1');
    expect(generateC(chain([1, 2], [['Exp', []]], '')).name).toBe('model');
  });
});

describe('what generateC refuses', () => {
  const refused: [string, () => Model, RegExp][] = [
    [
      'an operator without a kernel',
      () => chain([1, 4], [['Gru', []]]),
      /^node "0\/Gru" \(Gru\): expected an operator that has a kernel, got Gru; replace it in the model, or add a kernel in src\/kernels$/,
    ],
    [
      "another library's operator",
      () => {
        const model = chain([1, 4], [['Relu', [], {}, 'com.example']]);
        model.opsetImports.set('com.example', 1);
        return model;
      },
      /\(com\.example:Relu\): expected an operator that has a kernel/,
    ],
    [
      'an open size',
      () => chain(['batch', 'width'], [['Exp', []]]),
      /^input "x": expected known sizes beyond the first dimension, got width; give inputShape$/,
    ],
    ['a size that nobody knows', () => chain([1, null], [['Exp', []]]), /got \?; give inputShape/],
    [
      'a convolution of three axes',
      () => chain([1, 2, 4, 4, 4], [['Conv', [floats(2, 2, 3, 3, 3)]]]),
      /^node "0\/Conv" \(Conv\): expected/,
    ],
    [
      'bounds that are computed',
      () => {
        const model = chain([1, 4], [['Clip', []]]);
        const low = new Value('low', { dtype: 'float32', shape: [] });
        model.graph.inputs.push(low);
        model.graph.nodes[0]!.setInput(1, low);
        return model;
      },
      /^node "0\/Clip" \(Clip\): expected bounds that are constant, got computed ones/,
    ],
    [
      'an unknown mode',
      () =>
        chain(
          [1, 2, 4, 4],
          [
            [
              'Resize',
              [floats(0), fromNumbers('float32', [4], [1, 1, 2, 2])],
              { mode: { kind: 'string', value: 'cubic' } },
            ],
          ],
        ),
      /^node "0\/Resize" \(Resize\): expected/,
    ],
    [
      'elements of a type without kernels',
      () =>
        chain(
          [1, 4],
          [
            ['Cast', [], { to: int(11) }],
            ['Exp', []],
          ],
        ),
      /^node "1\/Exp" \(Exp\): expected inputs of types that a kernel takes, got float64/,
    ],
  ];

  test.each(refused)('%s', (_, make, message) => {
    expect(() => generateC(make(), { name: 'net' })).toThrow(message);
  });

  test.each(['Net', '9net', 'a b', 'net-1', '', 'a'.repeat(60)])('the name "%s"', (name) => {
    expect(() => generateC(chain([1, 4], [['Exp', []]]), { name })).toThrow(
      /^generateC: expected a name of lower case/,
    );
  });

  test('labels of another number', () => {
    expect(() => generateC(chain([1, 4], [['Exp', []]]), { labels: ['a'] })).toThrow(
      'generateC: expected 4 labels, one for each element of the output, got 1; give the labels of this model, or none',
    );
  });
});

test('a shape that is open can be given', () => {
  const model = chain(['batch', 'width'], [['Exp', []]]);
  expect(generateC(model, { inputShape: [1, 6] }).interface.inputs[0]!.shape).toEqual([1, 6]);
  expect(generateC(model, { inputShape: { x: [1, 7] } }).interface.outputs[0]!.shape).toEqual([1, 7]);
});

test('the printed report', () => {
  const model = chain(
    [1, 4],
    [
      ['Gemm', [floats(4, 3)]],
      ['Relu', []],
      ['Tanh', []],
    ],
  );
  expect(
    printReport(generateC(model, { name: 'net' }).report),
  ).toBe(`layer   kernel    output  flash  arena  multiply-adds
-----------------------------------------------------
0/Gemm  gemm f32  1 x 3     100     12             12
2/Tanh  tanh f32  1 x 3       0     12              0
-----------------------------------------------------
total                       100     12             12

flash: bytes of weights and tables; code comes on top
arena: bytes of RAM that a layer needs; in all 1.000 of the least there can be, 12
`);
});
