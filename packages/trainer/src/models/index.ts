export { type DigitsNetOptions, digitsNet } from './digits-net.ts';
export { LeNet5 } from './le-net5.ts';
export { refCnn } from './ref-cnn.ts';
export { BasicBlock, ResNet8, type ResNet8Options } from './res-net8.ts';
