import type { NetworkInput } from '@trainyard/pipeline';
import { nn } from '@trainyard/trainer';

const convolution = (inChannels: number, outChannels: number) => [
  new nn.Conv2d(inChannels, outChannels, { kernelSize: 3, padding: 1, bias: false }),
  new nn.BatchNorm2d(outChannels),
  new nn.ReLU(),
];

/** 8×8 pictures through three convolutions: small enough to train in a minute, and to fit a microcontroller. */
export default ({ channels, classes }: NetworkInput) =>
  new nn.Sequential([
    new nn.Preprocess({ mean: [0.3], std: [0.38] }),
    ...convolution(channels, 16),
    ...convolution(16, 32),
    new nn.MaxPool2d(2),
    ...convolution(32, 64),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Dropout(0.2),
    new nn.Linear(64 * 4, classes),
  ]);
