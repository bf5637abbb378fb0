// The stages of a pipeline: which files of earlier stages each reads, and which code it runs. Their work is in
// ../src/stages/<name>.ts. A stage runs again when one of the named files has other bytes than before, and only then.
// The network may be in any file of the pipeline's, and import others; the config is read by its own stage alone.
const network = ['{projectRoot}/**/*.ts', '!{projectRoot}/pipeline.config.ts'];
const models = { optimize: '*', prune: '*', quantize: '*' };

export const stages = {
  config: {
    description:
      'Reads pipeline.config.ts, command line options and the state of the data folder, and writes each stage its section',
    reads: {},
    code: ['{projectRoot}/pipeline.config.ts', 'pipelineCode'],
    // The pictures may lie outside of the workspace, where Nx sees no change: this stage looks each time.
    cache: false,
  },
  data: {
    description: 'Loads the dataset',
    reads: { config: 'data.json' },
    code: ['dataCode', 'runtimeCode', 'pipelineCode'],
  },
  profile: {
    description: 'Prints where the time of a training step goes, by module and by operator; trains nothing',
    reads: { config: 'train.json', data: '{dataset.json,train.bin}' },
    code: [...network, 'trainCode', 'pipelineCode'],
    outputs: [],
    // Who asks again wants it measured again; and nothing else may run beside a measurement.
    cache: false,
    parallelism: false,
  },
  train: {
    description: 'Trains the network; goes on from its checkpoint when it was interrupted',
    reads: { config: 'train.json', data: '{dataset.json,train.bin}' },
    code: [...network, 'trainCode', 'pipelineCode'],
  },
  evaluate: {
    description: 'Runs the trained network over the test pictures',
    reads: { config: 'evaluate.json', data: '{dataset.json,test.bin}', train: 'weights.bin' },
    code: [...network, 'trainCode', 'pipelineCode'],
  },
  export: {
    description: 'Writes the trained network as ONNX',
    reads: { config: 'export.json', data: 'dataset.json', train: 'weights.bin' },
    code: [...network, 'exportCode', 'pipelineCode'],
  },
  optimize: {
    description: 'Simplifies the ONNX graph without changing its numbers',
    reads: { config: 'optimize.json', export: '*' },
    code: ['exportCode', 'pipelineCode'],
  },
  prune: {
    description: 'Removes weights and channels, and fine-tunes what is left',
    reads: { config: 'prune.json', data: '{dataset.json,train.bin}', optimize: '*' },
    code: ['exportCode', 'pipelineCode'],
  },
  quantize: {
    description: 'Makes the int8 and float16 variants',
    reads: { config: 'quantize.json', data: '{dataset.json,train.bin}', optimize: '*', prune: '*' },
    code: ['exportCode', 'pipelineCode'],
  },
  verify: {
    description: 'Compares every variant with the trained network over the test pictures, in ONNX Runtime',
    reads: { config: 'verify.json', data: '{dataset.json,test.bin}', evaluate: '*', ...models },
    code: ['exportCode', 'pipelineCode'],
  },
  benchmark: {
    description: 'Measures the latency of every variant on this machine',
    reads: { config: 'benchmark.json', data: '{dataset.json,test.bin}', ...models },
    code: ['exportCode', 'pipelineCode'],
    // Nothing else may run beside a measurement.
    parallelism: false,
  },
  package: {
    description: 'Packs the variants that hold the accuracy budget into the release bundle',
    reads: {
      config: 'package.json',
      data: 'dataset.json',
      train: 'run.json',
      verify: '*',
      benchmark: '*',
      ...models,
    },
    code: ['exportCode', 'pipelineCode', '{workspaceRoot}/packages/runtime/common/src/**/*.ts'],
    folder: 'dist/bundle',
  },
  release: {
    description: 'Opens the bundle as a user would, and writes the report',
    reads: {
      config: '{release,train}.json',
      data: '{dataset.json,{train,test}.bin}',
      train: 'run.json',
      evaluate: '*',
      verify: '*',
      benchmark: '*',
      package: '*',
    },
    code: [
      ...network,
      'trainCode',
      'runtimeCode',
      'pipelineCode',
      '{workspaceRoot}/packages/pipeline/src/report/**/*.ts',
    ],
    outputs: ['{projectRoot}/dist/report.html', '{projectRoot}/dist/report.json'],
  },
};

/** The folder of a stage's results inside its pipeline's. */
export const folderOf = (stage) => stages[stage].folder ?? `.trainyard/${stage}`;
