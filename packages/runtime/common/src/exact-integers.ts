/**
 * Options of a session (`extra`) that have ONNX Runtime compute int8 models exactly. By default, x86 processors without
 * VNNI add pairs of products of uint8 and int8 in 16 bits, which saturate: the same model gives other answers there than
 * on ARM, in WebAssembly or on newer x86. Anywhere else it changes nothing, and costs nothing.
 */
export const exactIntegers = { session: { x64quantprecision: '1' } } as const;
