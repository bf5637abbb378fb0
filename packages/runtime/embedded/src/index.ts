/** Turns ONNX models into C99. */
export {};
