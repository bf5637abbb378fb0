export { definePipeline, type Pipeline, type PipelineInput } from './config.ts';
export type { NetworkBuilder, NetworkInput } from './load-network.ts';
