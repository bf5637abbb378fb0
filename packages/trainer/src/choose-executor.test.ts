import { afterEach, describe, expect, it, vi } from 'vitest';
import { whyMissing } from './platform/node.ts';

describe('without ONNX Runtime', () => {
  afterEach(() => {
    vi.doUnmock('#platform');
    vi.restoreAllMocks();
  });

  it('training is eager and says why in one line; workers are refused for that reason', async () => {
    vi.resetModules();
    vi.doMock('#platform', () => ({ platform: { findOrt: async () => ({ missing: 'it is away' }) } }));
    const { fit } = await import('./fit.ts');
    const { smallNetwork, smallRun, smallSplit } = await import('./fit.cases.ts');
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const { executor: _, ...options } = { ...smallRun(), epochs: 1 };
    const { executor, fallback } = await fit(smallNetwork(), smallSplit(16), options);
    expect({ executor, fallback }).toEqual({
      executor: 'eager',
      fallback: 'fit: runs eagerly, because it is away',
    });
    expect(warn.mock.calls).toEqual([[fallback]]);
    const progress = { onBegin: vi.fn() };
    await fit(smallNetwork(), smallSplit(16), { ...options, progress });
    expect(progress.onBegin).toHaveBeenCalledWith(expect.objectContaining({ fallback }));
    expect(warn).toHaveBeenCalledOnce();
    await expect(fit(smallNetwork(), smallSplit(16), { ...options, workers: 2 })).rejects.toThrow(
      'fit: expected workers in Node, with onnxruntime-node installed and no ort handed in, got none: it is away',
    );
  });

  it('the reason is told: not installed, or installed and broken', () => {
    const absent = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    expect(whyMissing(absent)).toBe('onnxruntime-node is not installed; npm install onnxruntime-node');
    const broken = new Error('libm.so.6: version not found\nRequire stack');
    expect(whyMissing(broken)).toBe('onnxruntime-node does not load: libm.so.6: version not found');
  });
});
