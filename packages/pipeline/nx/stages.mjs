// The stages of a pipeline: what each comes after, and which code it runs. Their work is in ../src/stages/<name>.ts.
const network = '{projectRoot}/network.ts';

export const stages = {
  config: {
    description:
      'Reads pipeline.config.ts, command line options and the state of the data folder, and writes each stage its section',
    after: [],
    code: ['{projectRoot}/pipeline.config.ts', 'pipelineCode'],
    // The pictures may lie outside of the workspace, where Nx sees no change: this stage looks each time.
    cache: false,
  },
  data: {
    description: 'Loads the dataset',
    after: ['config'],
    code: ['dataCode', 'pipelineCode'],
  },
  train: {
    description: 'Trains the network; goes on from its checkpoint when it was interrupted',
    after: ['config', 'data'],
    code: [network, 'trainCode', 'pipelineCode'],
  },
  evaluate: {
    description: 'Runs the trained network over the test pictures',
    after: ['config', 'data', 'train'],
    code: [network, 'trainCode', 'pipelineCode'],
  },
  export: {
    description: 'Writes the trained network as ONNX',
    after: ['config', 'data', 'train'],
    code: [network, 'exportCode', 'pipelineCode'],
  },
  optimize: {
    description: 'Simplifies the ONNX graph without changing its numbers',
    after: ['config', 'export'],
    code: ['exportCode', 'pipelineCode'],
  },
  prune: {
    description: 'Removes weights and channels, and fine-tunes what is left',
    after: ['config', 'data', 'optimize'],
    code: ['exportCode', 'pipelineCode'],
  },
  quantize: {
    description: 'Makes the int8 and float16 variants',
    after: ['config', 'data', 'optimize', 'prune'],
    code: ['exportCode', 'pipelineCode'],
  },
  verify: {
    description: 'Compares every variant with the trained network over the test pictures, in ONNX Runtime',
    after: ['config', 'data', 'evaluate', 'optimize', 'prune', 'quantize'],
    code: ['exportCode', 'pipelineCode'],
  },
  benchmark: {
    description: 'Measures the latency of every variant on this machine',
    after: ['config', 'data', 'optimize', 'prune', 'quantize'],
    code: ['exportCode', 'runtimeCode', 'pipelineCode'],
    // Nothing else may run beside a measurement.
    parallelism: false,
  },
  package: {
    description: 'Packs the variants that hold the accuracy budget into the release bundle',
    after: ['config', 'data', 'optimize', 'prune', 'quantize', 'verify', 'benchmark'],
    code: ['exportCode', 'runtimeCode', 'pipelineCode'],
    output: '{projectRoot}/dist/bundle',
    reads: '**/dist/bundle/**',
  },
  release: {
    description: 'Opens the bundle as a user would, and writes the report',
    after: ['config', 'data', 'train', 'evaluate', 'verify', 'benchmark', 'package'],
    code: ['runtimeCode', 'pipelineCode', '{workspaceRoot}/packages/pipeline/src/report/**/*.ts'],
    output: '{projectRoot}/dist/report.*',
  },
};
