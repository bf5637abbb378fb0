// One line a dataset: its loader is called load<Name>, and loadDataset finds it under <name>.
export { type DigitsOptions, loadDigits } from './digits/digits.ts';
export { type GlyphsOptions, loadGlyphs } from './glyphs/glyphs.ts';
