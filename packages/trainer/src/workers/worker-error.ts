/** A worker thread ended, or ONNX Runtime failed in it. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError';
}
