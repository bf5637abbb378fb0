/** Labelled pictures of one size. */
export interface ImageSplit {
  /** Pixels 0 to 255, [picture, row, column, channel], one picture after the other. */
  readonly images: Uint8Array;
  /** The class of each picture, as an index into the dataset's `classes`. */
  readonly labels: Int32Array;
  /** Number of pictures. */
  readonly length: number;
}

/** Pictures to train on and pictures to test with. */
export interface ImageDataset {
  readonly name: string;
  readonly classes: readonly string[];
  readonly imageShape: readonly [height: number, width: number, channels: number];
  readonly train: ImageSplit;
  readonly test: ImageSplit;
  /** `sha256:…` over shape, classes, pixels and labels. */
  readonly digest: string;
  readonly license: string;
  readonly source: string;
}
