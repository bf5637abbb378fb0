/** One way to classify in a page. */
export interface WebContender {
  /** Logits of the digits' bundle for pixels, by a model that was not loaded before. */
  first(bundle: string, model: string, pixels: Uint8Array): Promise<Float32Array>;
  /** A function that classifies what a video shows. */
  camera(bundle: string, model: string): Promise<(video: HTMLVideoElement) => Promise<unknown>>;
}

export interface Sizes {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}
