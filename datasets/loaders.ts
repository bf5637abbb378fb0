// One line a dataset: its loader is called load<Name>, and loadDataset finds it under <name>.

export { type CifarOptions, loadCifar } from './cifar/cifar.ts';
export { type DigitsOptions, loadDigits } from './digits/digits.ts';
export { type GlyphsOptions, loadGlyphs } from './glyphs/glyphs.ts';
export { type IdxOptions, loadIdx } from './idx/idx.ts';
export { type ImageFolderOptions, loadImageFolder } from './image-folder/image-folder.ts';
