export type { Attribute, AttributeKind, Int, SparseTensorData } from './attribute.ts';
export { checkModel, problems } from './check.ts';
export { cloneGraph, cloneModel } from './clone.ts';
export { bytesPerElement, type DataType, dataTypeCode, dataTypeOfCode, dataTypes } from './data-type.ts';
export { ModelError } from './errors.ts';
export {
  createModel,
  type Dim,
  type FunctionDefinition,
  Graph,
  type Model,
  Node,
  type NodeInit,
  type OpaqueType,
  type QuantizationAnnotation,
  type Use,
  Value,
  type ValueType,
} from './graph.ts';
export { fromNumbers, isNumeric, toNumbers } from './numbers.ts';
export { printGraph, printModel, printType } from './print.ts';
export { type ExternalLocation, type ReadOptions, readModel } from './serde/read.ts';
export { writeModel } from './serde/write.ts';
export { type AnyView, isViewable, TensorData, type ViewableType, type ViewOf } from './tensor-data.ts';
