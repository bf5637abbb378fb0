import { writeFileSync } from 'node:fs';
import { loadGlyphs } from '@trainyard/datasets';
import { sampleReport } from '../sample-report.ts';

const r = await sampleReport();
const names = [
  'Golden retriever puppy',
  'cat',
  'Ζωγραφική',
  '猫',
  'very-long-class-name-without-any-spaces-in-it',
  'sunflower',
  'dandelion',
  'rose',
  'tulip',
  'daisy',
  'oak',
  'pine',
  'fern',
  'moss',
  'ivy',
  'reed',
];
const conf = names.map((_, i) =>
  names.map((_, j) => (i === j ? 40 + i : (i * 7 + j * 3) % 11 === 0 ? (i + j) % 6 : 0)),
);
const g = await loadGlyphs({ size: 96, train: 10, test: 40, drift: 0.7 });
const samples = Array.from({ length: 24 }, (_, k) => {
  const px = g.test.images.subarray(k * 96 * 96, (k + 1) * 96 * 96);
  const rgb = new Uint8Array(96 * 96 * 3);
  px.forEach((v, i) => {
    rgb[i * 3] = v;
    rgb[i * 3 + 1] = v * 0.8;
    rgb[i * 3 + 2] = 255 - v;
  });
  return {
    index: k,
    label: k % 16,
    predicted: (k * 5 + 1) % 16,
    confidence: 0.3 + (k % 7) / 10,
    pixels: Buffer.from(rgb).toString('base64'),
  };
});
const s = {
  ...r,
  name: 'flowers-and-other-things',
  dataset: { ...r.dataset, name: 'photos', classes: names, imageShape: [96, 96, 3] as [number, number, 3] },
  confusion: conf,
  perClass: names.map((_, i) => ({
    precision: 0.8 + i / 100,
    recall: 0.7 + i / 60,
    f1: 0.77,
    support: 40 + i,
  })),
  reference: { accuracy: 0.8123 },
  variants: r.variants.map((v, i) => ({
    ...v,
    bytes: v.bytes * 900,
    accuracy: 0.8123 - [0, 0, 0.001, 0.004, 0.0003, 0.008, 0.021][i]!,
    latencyMs: { p50: 12 + (i % 3) * 0.3, p95: 20 },
  })),
  misread: { total: 3120, samples },
  training: {
    ...r.training,
    seconds: 5400,
    history: r.training.history.map(({ validationLoss, validationAccuracy, ...e }) => e),
  },
};
writeFileSync('/tmp/stress.json', JSON.stringify(s));
