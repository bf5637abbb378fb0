import type { Axis } from '../atoms.ts';
import type { Rule } from '../coupling.ts';

/** One output like the first input; other inputs are limits, rates and the like, whose sizes do not matter. */
export const passThrough: Rule = (node, context) => {
  const [x] = node.inputs;
  for (const output of node.outputs)
    if (output && context.shape(output).length === context.shape(x).length)
      context.setLayout(output, context.layout(x));
};

/** Broadcasting from the right: inputs that have the size of the result are cut alike, those of size 1 are not. */
export const broadcast: Rule = (node, context) => {
  const [output] = node.outputs;
  const shape = context.shape(output);
  const layout = shape.map((size, i) => {
    const axes: (Axis | undefined)[] = [];
    for (const input of node.inputs) {
      const at = i - shape.length + context.shape(input).length;
      if (input && at >= 0 && context.shape(input)[at] === size) axes.push(context.layout(input)[at]);
    }
    return context.tie(axes, `node "${node.name}" combines it with something that keeps its size`);
  });
  context.setLayout(output, layout);
};

export const unaryTypes = [
  'Abs',
  'Cast',
  'Ceil',
  'Celu',
  'Clip',
  'Cos',
  'Dropout',
  'Elu',
  'Erf',
  'Exp',
  'Floor',
  'Gelu',
  'HardSigmoid',
  'HardSwish',
  'Identity',
  'LeakyRelu',
  'Log',
  'Mish',
  'Neg',
  'Not',
  'Reciprocal',
  'Relu',
  'Round',
  'Selu',
  'Sigmoid',
  'Sign',
  'Sin',
  'Softplus',
  'Softsign',
  'Sqrt',
  'Tanh',
  'ThresholdedRelu',
];

export const broadcastTypes = [
  'Add',
  'And',
  'Div',
  'Equal',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'Max',
  'Mean',
  'Min',
  'Mul',
  'Or',
  'Pow',
  'PRelu',
  'Sub',
  'Sum',
  'Where',
];
