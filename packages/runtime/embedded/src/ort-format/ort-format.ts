import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, ProviderError } from '@trainyard/runtime-common';
import type { InferenceSession } from 'onnxruntime-common';
import { operatorsOf, type RequiredOperator } from './operators.ts';

/** What of ONNX Runtime writes the format: onnxruntime-node, as it needs files. */
export interface OrtFormatRuntime {
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: InferenceSession.SessionOptions,
    ): Promise<{ release(): Promise<void> }>;
  };
}

export interface OrtFormatOptions {
  readonly ort: OrtFormatRuntime;
  /**
   * How much is done ahead, as a minimal build can't do it later. `extended`, unless given, fuses nodes and runs
   * everywhere; `all` arranges weights for the processor of this machine, and is for its like alone.
   */
  readonly optimization?: 'disabled' | 'basic' | 'extended' | 'all';
}

export interface OrtFormat {
  /** The file, `model.ort`: it loads by itself, without ONNX's parser. */
  readonly bytes: Uint8Array;
  /** What a build must have to run it. */
  readonly operators: readonly RequiredOperator[];
}

/**
 * A model in ORT format, which minimal builds of ONNX Runtime load: phones, Linux boxes.
 * @throws ProviderError when ONNX Runtime can't load the model, or can't write files
 */
export async function ortFormat(
  model: Uint8Array,
  { ort, optimization = 'extended' }: OrtFormatOptions,
): Promise<OrtFormat> {
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-ort-'));
  const file = join(folder, 'model.ort');
  try {
    const session = await ort.InferenceSession.create(model, {
      optimizedModelFilePath: file,
      graphOptimizationLevel: optimization,
      logSeverityLevel: 3,
      extra: { session: { save_model_format: 'ORT' } },
    });
    await session.release();
    const bytes = new Uint8Array(await readFile(file));
    return { bytes, operators: operatorsOf(bytes) };
  } catch (cause) {
    throw new ProviderError(
      'ortFormat',
      'ONNX Runtime to write the model in ORT format',
      messageOf(cause),
      'hand in onnxruntime-node, and a model that it loads',
      { cause },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
