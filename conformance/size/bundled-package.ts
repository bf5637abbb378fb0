import { fileURLToPath } from 'node:url';
import { build, defaultClientConditions, defaultServerConditions } from 'vite';
import type { Part } from '../target.ts';
import { compressedBytes } from './compressed.ts';

/** Is there already where the package is used, or is counted by itself. */
const notOurs = /^(onnxruntime-|sharp$|react-native|expo)/;
/** ONNX Runtime's files, which a bundler copies beside the code. */
const ortFile = /(^|\/)ort[.-]/;

/**
 * The code of one of our packages with what it is built on, but ONNX Runtime and image codecs that are native:
 * bundled and minified, its worker included.
 */
export async function bundledPackage(name: string, platform: 'browser' | 'node' = 'browser'): Promise<Part> {
  const entry = fileURLToPath(import.meta.resolve(name));
  const isNode = platform === 'node';
  const own = ['@trainyard/source', 'onnxruntime-web-use-extern-wasm'];
  const conditions = [...own, ...(isNode ? defaultServerConditions : defaultClientConditions)];
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    root: fileURLToPath(new URL('.', import.meta.url)),
    resolve: { conditions },
    ...(isNode && { ssr: { noExternal: true, resolve: { conditions } } }),
    build: {
      write: false,
      minify: true,
      target: 'esnext',
      reportCompressedSize: false,
      assetsInlineLimit: 0,
      ssr: isNode,
      rolldownOptions: { input: entry, external: notOurs, preserveEntrySignatures: 'strict' },
    },
  });
  const outputs = Array.isArray(result) ? result : [result];
  const code = outputs
    .flatMap((one) => ('output' in one ? one.output : []))
    .filter(({ fileName }) => /\.m?js$/.test(fileName) && !ortFile.test(fileName))
    .map((file) => (file.type === 'chunk' ? file.code : file.source))
    .map((text) => (typeof text === 'string' ? text : new TextDecoder().decode(text)));
  if (code.length === 0) throw new Error(`${name}: expected code, got none`);
  return compressedBytes(`${name}, minified`, new TextEncoder().encode(code.join('\n')));
}

/** Does not go over the web. */
export const uncompressed = ({ name, bytes }: Part): Part => ({ name, bytes });

export const nodePackage = async (): Promise<Part> =>
  uncompressed(await bundledPackage('@trainyard/runtime-node', 'node'));
