export { type DigitsNetOptions, digitsNet } from './digits-net.ts';
export { refCnn } from './ref-cnn.ts';
