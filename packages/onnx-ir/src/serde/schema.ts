/** A field that holds messages: which kind, the property where onnx-proto puts them, and whether there are many. */
export interface Nested {
  readonly message: MessageName;
  readonly property: string;
  readonly repeated: boolean;
}

interface Message {
  /** Numbers of the fields that onnx-proto reads and that hold no messages. */
  readonly plain: readonly number[];
  readonly nested: Readonly<Record<number, Nested>>;
}

const one = (message: MessageName, property: string): Nested => ({ message, property, repeated: false });
const many = (message: MessageName, property: string): Nested => ({ message, property, repeated: true });

export type MessageName =
  | 'model'
  | 'graph'
  | 'node'
  | 'attribute'
  | 'function'
  | 'valueInfo'
  | 'tensor'
  | 'segment'
  | 'sparseTensor'
  | 'type'
  | 'tensorType'
  | 'sequenceType'
  | 'mapType'
  | 'optionalType'
  | 'shape'
  | 'dimension'
  | 'opset'
  | 'entry'
  | 'annotation';

/**
 * The fields of ONNX 1.10.2's messages, as onnx-proto 8.0.1 reads them. Source: onnx.proto of that version.
 * Left out is the model's training_info (20): the IR has no place for it, so it counts as unknown and is kept as bytes.
 */
export const schema: Readonly<Record<MessageName, Message>> = {
  model: {
    plain: [1, 2, 3, 4, 5, 6],
    nested: {
      7: one('graph', 'graph'),
      8: many('opset', 'opsetImport'),
      14: many('entry', 'metadataProps'),
      25: many('function', 'functions'),
    },
  },
  graph: {
    plain: [2, 10],
    nested: {
      1: many('node', 'node'),
      5: many('tensor', 'initializer'),
      11: many('valueInfo', 'input'),
      12: many('valueInfo', 'output'),
      13: many('valueInfo', 'valueInfo'),
      14: many('annotation', 'quantizationAnnotation'),
      15: many('sparseTensor', 'sparseInitializer'),
    },
  },
  node: { plain: [1, 2, 3, 4, 6, 7], nested: { 5: many('attribute', 'attribute') } },
  attribute: {
    plain: [1, 2, 3, 4, 7, 8, 9, 13, 20, 21],
    nested: {
      5: one('tensor', 't'),
      6: one('graph', 'g'),
      10: many('tensor', 'tensors'),
      11: many('graph', 'graphs'),
      14: one('type', 'tp'),
      15: many('type', 'typeProtos'),
      22: one('sparseTensor', 'sparseTensor'),
      23: many('sparseTensor', 'sparseTensors'),
    },
  },
  function: {
    plain: [1, 4, 5, 6, 8, 10],
    nested: { 7: many('node', 'node'), 9: many('opset', 'opsetImport') },
  },
  valueInfo: { plain: [1, 3], nested: { 2: one('type', 'type') } },
  tensor: {
    plain: [1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14],
    nested: { 3: one('segment', 'segment'), 13: many('entry', 'externalData') },
  },
  segment: { plain: [1, 2], nested: {} },
  sparseTensor: { plain: [3], nested: { 1: one('tensor', 'values'), 2: one('tensor', 'indices') } },
  type: {
    plain: [6],
    nested: {
      1: one('tensorType', 'tensorType'),
      4: one('sequenceType', 'sequenceType'),
      5: one('mapType', 'mapType'),
      8: one('tensorType', 'sparseTensorType'),
      9: one('optionalType', 'optionalType'),
    },
  },
  tensorType: { plain: [1], nested: { 2: one('shape', 'shape') } },
  sequenceType: { plain: [], nested: { 1: one('type', 'elemType') } },
  mapType: { plain: [1], nested: { 2: one('type', 'valueType') } },
  optionalType: { plain: [], nested: { 1: one('type', 'elemType') } },
  shape: { plain: [], nested: { 1: many('dimension', 'dim') } },
  dimension: { plain: [1, 2, 3], nested: {} },
  opset: { plain: [1, 2], nested: {} },
  entry: { plain: [1, 2], nested: {} },
  annotation: { plain: [1], nested: { 2: many('entry', 'quantParameterTensorNames') } },
};
