import type { Model, Node } from '@trainyard/onnx-ir';

/** Whether an operator is one of ONNX's own. */
export const isOnnx = (node: Node): boolean => node.domain === '' || node.domain === 'ai.onnx';

/** The operator of a node as messages call it: `Conv`, or `com.example:Conv` where it is not ONNX's own. */
export const operatorOf = ({ domain, opType }: Node): string => `${domain ? `${domain}:` : ''}${opType}`;

/** The opset of ONNX's own operators that a model asks for; 1, the oldest, where it names none. */
export const opsetOf = (model: Model): number =>
  model.opsetImports.get('') ?? model.opsetImports.get('ai.onnx') ?? 1;
