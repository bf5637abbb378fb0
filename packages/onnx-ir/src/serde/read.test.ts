import { describe, expect, it } from 'vitest';
import { toNumbers } from '../numbers.ts';
import { type onnx, proto } from './proto.ts';
import { readModel } from './read.ts';
import { writeModel } from './write.ts';

const bytesOfGraph = (graph: onnx.IGraphProto): Uint8Array =>
  proto.ModelProto.encode({ irVersion: 8, opsetImport: [{ version: 18 }], graph }).finish();

const initializer = (tensor: onnx.ITensorProto) =>
  readModel(bytesOfGraph({ initializer: [{ name: 'w', ...tensor }] })).graph.initializers[0].data!;

describe('initializers', () => {
  it.each([
    ['float32', { dataType: 1, floatData: [1, -2] }, [1, -2]],
    ['uint8', { dataType: 2, int32Data: [1, 255] }, [1, 255]],
    ['int8', { dataType: 3, int32Data: [-1, 127] }, [-1, 127]],
    ['uint16', { dataType: 4, int32Data: [1, 65535] }, [1, 65535]],
    ['int16', { dataType: 5, int32Data: [-1, 2] }, [-1, 2]],
    ['int32', { dataType: 6, int32Data: [-1, 2] }, [-1, 2]],
    ['int64', { dataType: 7, int64Data: [-1, 2 ** 40] }, [-1, 2 ** 40]],
    ['bool', { dataType: 9, int32Data: [1, 0] }, [1, 0]],
    ['float16', { dataType: 10, int32Data: [0x3c00, 0xc000] }, [1, -2]],
    ['float64', { dataType: 11, doubleData: [1e300, -2] }, [1e300, -2]],
    ['uint32', { dataType: 12, uint64Data: [1, 2 ** 32 - 1] }, [1, 2 ** 32 - 1]],
    ['uint64', { dataType: 13, uint64Data: [1, 2 ** 40] }, [1, 2 ** 40]],
    ['bfloat16', { dataType: 16, int32Data: [0x3f80, 0xc000] }, [1, -2]],
    ['int4', { dataType: 22, int32Data: [0xf1] }, [1, -1]],
  ])('%s from its typed field', (dtype, tensor, expected) => {
    const data = initializer({ dims: [2], ...tensor });
    expect(data.dtype).toBe(dtype);
    expect([...toNumbers(data)]).toEqual(expected);
  });

  it('complex numbers and strings', () => {
    expect([...initializer({ dims: [1], dataType: 14, floatData: [1, 0] }).bytes]).toEqual([
      ...new Uint8Array(new Float32Array([1, 0]).buffer),
    ]);
    expect(initializer({ dims: [1], dataType: 15, doubleData: [1, 0] }).bytes.length).toBe(16);
    expect(initializer({ dims: [1], dataType: 8, stringData: [Uint8Array.of(255)] }).strings).toEqual([
      Uint8Array.of(255),
    ]);
  });

  it.each([
    [
      'too few elements',
      { dims: [3], dataType: 1, floatData: [1] },
      /initializer "w", tensor: expected 12 bytes.*got 4/,
    ],
    [
      'a size below zero',
      { dims: [-1], dataType: 1 },
      /initializer "w", dims: expected a size from 0 to 2\^53, got -1/,
    ],
    [
      'an unknown element type',
      { dims: [], dataType: 99 },
      /expected an element type of ONNX, got number 99/,
    ],
    [
      'a segment',
      { dims: [1], dataType: 1, floatData: [1], segment: { begin: 0, end: 1 } },
      /a segment of one/,
    ],
    [
      'an absurd size',
      { dims: [1e6, 1e6, 1e6], dataType: 1 },
      /at most 4294967296 bytes, got float32\[1000000/,
    ],
    [
      'external data',
      { dims: [1], dataType: 1, dataLocation: 1, externalData: [{ key: 'location', value: 'w' }] },
      /use loadModelFile/,
    ],
    ['external data without a place', { dims: [1], dataType: 1, dataLocation: 1 }, /expected a location/],
  ])('refuses %s', (_, tensor, message) => {
    expect(() => initializer(tensor)).toThrow(message);
  });
});

describe('graphs', () => {
  it('initializers that are inputs too are one value', () => {
    const type = { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 1 }] } } };
    const tensor = { name: 'w', dims: [1], dataType: 1, floatData: [1] };
    const { graph } = readModel(bytesOfGraph({ input: [{ name: 'w', type }], initializer: [tensor] }));
    expect(graph.inputs).toEqual(graph.initializers);
  });

  it('sub-graphs read values of the graph around them, and pass them on through an Identity', () => {
    const inner = {
      name: 'inner',
      node: [{ opType: 'Neg', input: ['x'], output: ['z'] }],
      output: [{ name: 'z' }, { name: 'x' }],
    };
    const node = [{ opType: 'If', output: ['y'], attribute: [{ name: 'then_branch', type: 5, g: inner }] }];
    const { graph } = readModel(bytesOfGraph({ input: [{ name: 'x' }], node }));
    const [branch] = graph.subGraphs();
    expect(branch.nodes.map(({ opType, inputs }) => [opType, inputs[0]])).toEqual([
      ['Neg', graph.inputs[0]],
      ['Identity', graph.inputs[0]],
    ]);
    expect(graph.inputs[0].uses.size).toBe(2);
  });

  it('types that are no dense tensors are kept as they came', () => {
    const elemType = { tensorType: { elemType: 1 } };
    const type = { sequenceType: { elemType } };
    const attribute = [{ name: 'type', type: 13, tp: { optionalType: { elemType } } }];
    const node = [{ opType: 'Optional', output: ['y'], attribute }];
    const model = readModel(bytesOfGraph({ input: [{ name: 'x', type }], node }));
    const written = proto.ModelProto.decode(writeModel(model)).graph!;
    expect(written.input![0].type?.sequenceType?.elemType?.tensorType?.elemType).toBe(1);
    expect(written.node![0].attribute![0].tp?.optionalType?.elemType?.tensorType?.elemType).toBe(1);
  });

  it.each([
    [
      'a name twice',
      { node: [{ opType: 'A', output: ['y', 'y'] }] },
      /every name to be defined once, got "y" twice/,
    ],
    [
      'an input from nowhere',
      { node: [{ opType: 'A', name: 'a', input: ['x'] }] },
      /node "a" \(A\): expected inputs that exist, got "x"/,
    ],
    ['an output from nowhere', { output: [{ name: 'y' }] }, /outputs that are computed, got "y"/],
    [
      'an attribute without its value',
      { node: [{ opType: 'A', name: 'a', attribute: [{ name: 't', type: 4 }] }] },
      /node "a" \(A\), attribute "t": expected a tensor, got none/,
    ],
    [
      'an attribute of no kind',
      { node: [{ opType: 'A', name: 'a', attribute: [{ name: 't', type: 99 }] }] },
      /expected a kind from 1 to 14, got 99/,
    ],
    [
      'an attribute twice',
      {
        node: [
          {
            opType: 'A',
            name: 'a',
            attribute: [
              { name: 't', type: 2 },
              { name: 't', type: 2 },
            ],
          },
        ],
      },
      /attributes of different names/,
    ],
    [
      'an annotation of nothing',
      { quantizationAnnotation: [{ tensorName: 'x' }] },
      /annotations of values that exist, got "x"/,
    ],
  ])('refuses %s', (_, graph, message) => {
    expect(() => readModel(bytesOfGraph(graph))).toThrow(message);
  });

  it('names in messages neither break the line nor fill the screen', () => {
    const name = `\u001b[31m\n${'x'.repeat(1e6)}`;
    const read = () => readModel(bytesOfGraph({ output: [{ name }] }));
    expect(read).toThrow(/^\P{Cc}{1,500}$/u);
  });

  it('refuses graphs nested without end', () => {
    let graph: onnx.IGraphProto = { name: 'innermost' };
    for (let depth = 0; depth < 500; depth++)
      graph = { node: [{ opType: 'If', attribute: [{ name: 'body', type: 5, g: graph }] }] };
    expect(() => readModel(bytesOfGraph(graph))).toThrow(/nested deeper than/);
  });

  it('attributes of old files, which did not say their kind', () => {
    const attribute = [
      { name: 'f', f: 0.5 },
      { name: 'i', i: 3 },
      { name: 'ints', ints: [1, 2] },
      { name: 's', s: new TextEncoder().encode('same') },
    ];
    const { graph } = readModel(bytesOfGraph({ node: [{ opType: 'A', attribute }] }));
    expect([...graph.nodes[0].attributes.values()]).toEqual([
      { kind: 'float', value: 0.5 },
      { kind: 'int', value: 3 },
      { kind: 'ints', value: [1, 2] },
      { kind: 'string', value: 'same' },
    ]);
  });
});

describe('files', () => {
  it.each([
    ['nothing', new Uint8Array()],
    ['a text', new TextEncoder().encode('<html>not found</html>')],
    ['a model without a graph', proto.ModelProto.encode({ irVersion: 8 }).finish()],
    ['a model without an IR version', proto.ModelProto.encode({ graph: { name: 'g' } }).finish()],
  ])('refuses %s', (_, bytes) => {
    expect(() => readModel(bytes)).toThrow(/^model: expected .*ONNX file/);
  });

  it('says that a truncated file is cut off', () => {
    const bytes = bytesOfGraph({ initializer: [{ name: 'w', dims: [2], dataType: 1, floatData: [1, 2] }] });
    expect(() => readModel(bytes.subarray(0, bytes.length - 7))).toThrow(
      /cut off or broken .*; fetch or export/,
    );
  });

  it('reads from a Buffer at any alignment', () => {
    const rawData = new Uint8Array(new Float32Array([1, 2]).buffer);
    const bytes = bytesOfGraph({ initializer: [{ name: 'w', dims: [2], dataType: 1, rawData }] });
    for (let shift = 0; shift < 4; shift++) {
      const buffer = Buffer.concat([Buffer.alloc(shift), bytes]).subarray(shift);
      expect([...readModel(buffer).graph.initializers[0].data!.view('float32')]).toEqual([1, 2]);
    }
  });
});
