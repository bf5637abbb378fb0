import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadModelFile, saveModelFile } from '../files.ts';
import { createModel, Graph, Node, Value } from '../graph.ts';
import { proto } from '../serde/proto.ts';
import { TensorData } from '../tensor-data.ts';

let folder: string;
let models: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'onnx-ir-'));
  models = path.join(folder, 'models');
  mkdirSync(models);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const weights = new Uint8Array(new Float32Array([1, 2, 3]).buffer);

/** A model file whose only initializer is in another file. */
function writeModelWith(location: string, entries: Record<string, string> = {}): string {
  const externalData = Object.entries({ location, ...entries }).map(([key, value]) => ({ key, value }));
  const initializer = [{ name: 'w', dims: [3], dataType: 1, dataLocation: 1, externalData }];
  const model = { irVersion: 8, opsetImport: [{ version: 18 }], graph: { name: 'g', initializer } };
  const file = path.join(models, 'model.onnx');
  writeFileSync(file, proto.ModelProto.encode(model).finish());
  return file;
}

const load = async (file: string): Promise<number[]> => {
  const model = await loadModelFile(file);
  return [...model.graph.initializers[0].data!.view('float32')];
};

describe('loadModelFile', () => {
  it('reads external data beside the model and in folders below', async () => {
    writeFileSync(path.join(models, 'w.bin'), new Uint8Array([0, 0, 0, 0, ...weights]));
    expect(await load(writeModelWith('w.bin', { offset: '4', length: '12' }))).toEqual([1, 2, 3]);
    mkdirSync(path.join(models, 'below'));
    writeFileSync(path.join(models, 'below', 'w.bin'), weights);
    expect(await load(writeModelWith('below/w.bin'))).toEqual([1, 2, 3]);
  });

  it.each([
    '../outside.bin',
    'below/../../outside.bin',
    '..\\outside.bin',
    '/etc/hostname',
    'C:\\outside.bin',
    'file:///etc/hostname',
  ])('refuses %s', async (location) => {
    writeFileSync(path.join(folder, 'outside.bin'), weights);
    await expect(load(writeModelWith(location))).rejects.toThrow(
      /initializer "w", external data .*expected a path inside of the model's folder/,
    );
  });

  it('refuses links out of the folder, of files and of folders', async () => {
    writeFileSync(path.join(folder, 'outside.bin'), weights);
    symlinkSync(path.join(folder, 'outside.bin'), path.join(models, 'soft.bin'));
    await expect(load(writeModelWith('soft.bin'))).rejects.toThrow(/a link that leads out/);
    symlinkSync(folder, path.join(models, 'up'));
    await expect(load(writeModelWith('up/outside.bin'))).rejects.toThrow(/a link that leads out/);
    linkSync(path.join(folder, 'outside.bin'), path.join(models, 'hard.bin'));
    await expect(load(writeModelWith('hard.bin'))).rejects.toThrow(/2 hard links/);
  });

  it('follows a link that stays inside', async () => {
    writeFileSync(path.join(models, 'real.bin'), weights);
    symlinkSync('real.bin', path.join(models, 'alias.bin'));
    expect(await load(writeModelWith('alias.bin'))).toEqual([1, 2, 3]);
  });

  it('refuses ranges beyond the file, missing files and folders', async () => {
    writeFileSync(path.join(models, 'w.bin'), weights);
    await expect(load(writeModelWith('w.bin', { offset: '4' }))).rejects.toThrow(/at least 16 bytes, got 12/);
    await expect(load(writeModelWith('w.bin', { length: '4096' }))).rejects.toThrow(/12 bytes/);
    await expect(load(writeModelWith('w.bin', { offset: '-4' }))).rejects.toThrow(/offset "-4"/);
    await expect(load(writeModelWith('other.bin'))).rejects.toThrow(/put it beside the model/);
    await expect(load(writeModelWith('.'))).rejects.toThrow(/inside of the model's folder/);
  });

  it('checks again when the data is first needed', async () => {
    writeFileSync(path.join(models, 'w.bin'), weights);
    const model = await loadModelFile(writeModelWith('w.bin'));
    truncateSync(path.join(models, 'w.bin'), 8);
    expect(() => model.graph.initializers[0].data!.bytes).toThrow(/at least 12 bytes, got 8/);
  });

  it('names the file that is missing or broken', async () => {
    await expect(loadModelFile(path.join(models, 'none.onnx'))).rejects.toThrow(/none.onnx": .*ENOENT/);
    writeFileSync(path.join(models, 'bad.onnx'), 'not a model');
    await expect(loadModelFile(path.join(models, 'bad.onnx'))).rejects.toThrow(/^file "bad.onnx", model: /);
  });
});

describe('saveModelFile', () => {
  const model = () => {
    const graph = new Graph('g');
    const x = new Value('x', { dtype: 'float32', shape: ['n', 3] });
    const w = graph.addInitializer('w', new TensorData('float32', [3], weights));
    graph.inputs.push(x);
    graph.nodes.push(new Node('Add', [x, w], [new Value('y', { dtype: 'float32', shape: ['n', 3] })]));
    graph.outputs.push(graph.nodes[0].outputs[0]!);
    return createModel(graph);
  };

  it('leaves the file and nothing else', async () => {
    const file = path.join(models, 'model.onnx');
    await saveModelFile(file, model());
    expect(readdirSync(models)).toEqual(['model.onnx']);
    expect(await load(file)).toEqual([1, 2, 3]);
  });

  it('keeps the old file where the new one cannot be written', async () => {
    const file = path.join(models, 'model.onnx');
    mkdirSync(file);
    await expect(saveModelFile(file, model())).rejects.toThrow(/a file that can be written/);
    expect(readdirSync(models)).toEqual(['model.onnx']);
    await expect(saveModelFile(path.join(folder, 'none', 'm.onnx'), model())).rejects.toThrow(/ENOENT/);
    expect(existsSync(path.join(folder, 'none'))).toBe(false);
  });
});
