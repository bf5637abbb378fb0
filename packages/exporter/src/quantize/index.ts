export { type CalibrateOptions, calibrate, type Feeds } from './calibrate.ts';
export { type DynamicOptions, quantizeDynamic } from './dynamic.ts';
export { type Float16Options, toFloat16 } from './float16.ts';
export { Histogram } from './histogram.ts';
export type { Ranges, StaticOptions } from './options.ts';
export {
  chooseParameters,
  dequantize as dequantizeNumber,
  type ParameterOptions,
  type QuantParameters,
  quantize as quantizeNumber,
  type Range,
} from './parameters.ts';
export type { Conversion, NodeReport } from './report.ts';
export { quantizeStatic } from './static.ts';
