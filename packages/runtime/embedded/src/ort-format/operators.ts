/** A kernel of ONNX Runtime that a model needs: its operator, and since which opset of its domain it is what it is. */
export interface RequiredOperator {
  /** Empty for ONNX's own operators. */
  readonly domain: string;
  readonly opset: number;
  readonly operator: string;
}

const kernelName = /([A-Za-z][\w.]*)?:([A-Za-z]\w*):(\d+)\0/g;

/**
 * The operators that a file in ORT format calls, as ONNX Runtime's optimizer left them. The file names the kernel of
 * every node, `com.microsoft:FusedConv:1`, as a FlatBuffers string: its length in 32 bits, its text, and a zero.
 */
export function operatorsOf(file: Uint8Array): RequiredOperator[] {
  const text = Buffer.from(file.buffer, file.byteOffset, file.byteLength).toString('latin1');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const found = new Map<string, RequiredOperator>();
  for (const { 0: match, 1: domain = '', 2: operator = '', 3: opset, index } of text.matchAll(kernelName)) {
    if (index < 4 || view.getUint32(index - 4, true) !== match.length - 1) continue;
    found.set(match, { domain: domain === 'ai.onnx' ? '' : domain, opset: Number(opset), operator });
  }
  return [...found.values()].sort(
    (a, b) => compare(a.domain, b.domain) || a.opset - b.opset || compare(a.operator, b.operator),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
